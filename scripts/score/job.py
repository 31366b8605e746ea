"""The transform job: found or started, watched, and stopped."""

import contextlib
import hashlib
import json
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from botocore.exceptions import ClientError

from scripts.score import ScoreError
from scripts.score.deployment import Deployment
from scripts.score.machines import Machines
from scripts.score.parts import Part
from stacks.building_blocks.permissions import has_volume
from stacks.settings.scoring import ScoringSettings

JSON_LINES = "application/jsonlines"
LOG_GROUP = "/aws/sagemaker/TransformJobs"
RUNNING, COMPLETED = {"InProgress", "Stopping"}, "Completed"
POLL_SECONDS = 1.0
# Short reviews have answers several times as long; TorchServe sends 6.5 MB by default. The toolkit
# sets enable_envvars_config, with which TorchServe reads its configuration from variables.
LARGE_ANSWERS = {"TS_MAX_RESPONSE_SIZE": "100000000"}
UNSEEN, UNSEEN_SECONDS = "Could not find requested job", 60.0


class Job:
    """Judges the parts of one input."""

    def __init__(
        self,
        client: Callable[[str], Any],
        deployment: Deployment,
        settings: ScoringSettings,
        parts: Sequence[Part],
    ) -> None:
        """Name the job after its parts and its model.

        Args:
            client: returns a client of a service, as `boto3.client` does.
            deployment: the model and its bucket.
            settings: machines of the job.
            parts: parts of the input, in order.
        """
        self._sagemaker, self._s3, self._cloudwatch = map(client, ("sagemaker", "s3", "cloudwatch"))
        self._deployment, self._settings = deployment, settings
        self._rows = {part.key: part.rows for part in parts}
        content = json.dumps([deployment.identity, list(self._rows)])
        digest = hashlib.sha256(content.encode()).hexdigest()[:12]
        self._base = f"{deployment.prefix}-score-{digest}"
        self._machines = ""

    @property
    def rows(self) -> int:
        """Number of lines of all parts; equal parts count once."""
        return sum(self._rows.values())

    def run(self, report: Callable[[int, str], object]) -> None:
        """Judge all parts that have no answers yet.

        Args:
            report: takes the number of judged rows and a line about the machines, once a second.

        Raises:
            ScoreError: with SageMaker's reason, when the job failed.
        """
        while missing := self._missing():
            running = self._running()
            name = running or f"{self._base}-{len(self._jobs()) + 1}"
            try:
                if running is None:
                    self._start(name, missing)
                status, reason = self._watch(name, report)
            except KeyboardInterrupt:  # also while SageMaker answers the request for the job
                self._stop(name)
                raise
            # A job that an earlier command started may have ended without all parts.
            if status != COMPLETED and (status != "Stopped" or running is None):
                raise ScoreError(
                    f"the transform job {name} is {status}"
                    + (f" ({reason})" if reason else "")
                    + f"; its lines are in {LOG_GROUP}, and finished parts are kept"
                )
        report(self._done(), self._machines)

    def _running(self) -> str | None:
        """Return the name of the job that an earlier command left running, or None."""
        return next(
            (
                job["TransformJobName"]
                for job in self._jobs()
                if job["TransformJobStatus"] in RUNNING
            ),
            None,
        )

    def _jobs(self) -> list[dict[str, Any]]:
        jobs: list[dict[str, Any]] = self._sagemaker.list_transform_jobs(
            NameContains=self._base, MaxResults=100
        )["TransformJobSummaries"]
        return jobs

    def _start(self, name: str, missing: Iterable[str]) -> None:
        place, scoring = self._deployment, self._settings
        manifest = f"{place.given}{name}.manifest"
        listed = [{"prefix": f"s3://{place.bucket}/{place.given}"}, *missing]
        self._s3.put_object(Bucket=place.bucket, Key=manifest, Body=json.dumps(listed).encode())
        key = {"KmsKeyId": place.key} if place.key else {}
        volume = {"VolumeKmsKeyId": place.key} if key and has_volume(scoring.instance_type) else {}
        self._sagemaker.create_transform_job(
            TransformJobName=name,
            ModelName=place.model,
            MaxConcurrentTransforms=scoring.max_concurrent_transforms,
            MaxPayloadInMB=scoring.max_payload_mb,
            BatchStrategy="MultiRecord",
            Environment=LARGE_ANSWERS,
            TransformInput={
                "DataSource": {
                    "S3DataSource": {
                        "S3DataType": "ManifestFile", "S3Uri": f"s3://{place.bucket}/{manifest}",
                    }
                },
                "ContentType": JSON_LINES, "SplitType": "Line",
            },
            TransformOutput={
                "S3OutputPath": f"s3://{place.bucket}/{place.answered}",
                "Accept": JSON_LINES, "AssembleWith": "Line", **key,
            },
            TransformResources={
                "InstanceType": scoring.instance_type, "InstanceCount": scoring.instance_count,
                **volume,
            },
            Tags=[{"Key": "purpose", "Value": "scoring"}],
        )  # fmt: skip

    def _watch(self, name: str, report: Callable[[int, str], object]) -> tuple[str, str]:
        """Wait for the job's end and return its status and the reason of a failure."""
        machines = Machines(self._cloudwatch, name)
        patience = time.monotonic() + UNSEEN_SECONDS
        while True:
            try:
                found = self._sagemaker.describe_transform_job(TransformJobName=name)
            except ClientError as error:  # SageMaker may show a new job late
                if UNSEEN not in str(error) or time.monotonic() > patience:
                    raise
                found = {"TransformJobStatus": "InProgress"}
            self._machines = machines.describe()
            report(self._done(), self._machines)
            if found["TransformJobStatus"] not in RUNNING:
                return found["TransformJobStatus"], found.get("FailureReason", "")
            time.sleep(POLL_SECONDS)

    def _missing(self) -> list[str]:
        """Return the parts without answers, in order."""
        answered = answered_parts(self._s3, self._deployment)
        return [key for key in self._rows if key not in answered]

    def _done(self) -> int:
        return self.rows - sum(self._rows[key] for key in self._missing())

    def _stop(self, name: str) -> None:
        with contextlib.suppress(ClientError):  # it has ended, or was not created
            self._sagemaker.stop_transform_job(TransformJobName=name)


def answered_parts(s3: Any, deployment: Deployment) -> set[str]:
    """Return the keys of all parts that this model has answered."""
    prefix = deployment.answered
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=deployment.bucket, Prefix=prefix)
    keys = (item["Key"] for page in pages for item in page.get("Contents", []))
    return {key.removeprefix(prefix).removesuffix(".out") for key in keys}
