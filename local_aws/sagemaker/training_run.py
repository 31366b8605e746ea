"""A training job from its input to its artifact, run by SageMaker's training toolkit."""

import math
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from local_aws.sagemaker import objects
from local_aws.sagemaker.context import Context, now
from local_aws.sagemaker.descriptions import training_job
from local_aws.sagemaker.invocation_metrics import Publish
from local_aws.sagemaker.job_run import JobRun
from local_aws.sagemaker.metrics import Metrics
from local_aws.sagemaker.store import Record
from local_aws.sagemaker.training_cluster import TrainingCluster
from local_aws.sagemaker.training_request import artifact_uri

KIND = "training-job"
STOP_GRACE_SECONDS = 10.0  # 120 on AWS
CLOSE_GRACE_SECONDS = 1.0  # S3 is gone, so a job that saves its model could not upload it
SPARE_MACHINES_SECONDS = 1.0  # until interrupted machines are replaced
EVENT_FIELDS = (
    "TrainingJobName", "TrainingJobArn", "TrainingJobStatus", "SecondaryStatus", "ModelArtifacts",
    "FinalMetricDataList", "FailureReason",
)  # fmt: skip
ENDED = {"Completed", "Failed", "Stopped"}


@dataclass(frozen=True)
class Outcome:
    """Final state of a job.

    Attributes:
        status: its TrainingJobStatus.
        secondary: its SecondaryStatus.
        reason: its FailureReason; may be empty.
    """

    status: str
    secondary: str
    reason: str = ""


class TrainingRun(JobRun):
    """Runs a training job."""

    def __init__(self, context: Context, record: Record, publish: Publish) -> None:
        """Prepare the run of the job that `record` describes; publish its metrics."""
        self._context, self._record = context, record
        self._name = str(record["TrainingJobName"])
        super().__init__(f"training-{self._name}")
        definitions = record["AlgorithmSpecification"].get("MetricDefinitions", [])
        self._metrics = Metrics(definitions, self._name, publish)
        limits = record["StoppingCondition"]
        self._max_runtime = float(limits["MaxRuntimeInSeconds"])
        self._give_up_at = time.monotonic() + float(limits.get("MaxWaitTimeInSeconds", math.inf))
        self._grace, self._ran = STOP_GRACE_SECONDS, 0.0
        self._interrupted = threading.Event()
        self._trained = False

    def interrupt(self) -> bool:
        """Take a spot job's machines away; return False when the job has finished."""
        with self._changing:
            if self._ended or self._trained or self._stopping.is_set():
                return False
            self._interrupted.set()
            return True

    def close(self) -> None:
        """Stop the job because the embedded AWS is ending."""
        self._grace = CLOSE_GRACE_SECONDS
        self.stop()

    def _enter_stopping(self) -> None:
        self._enter("Stopping", "Stopping the training job", TrainingJobStatus="Stopping")

    def _run(self) -> None:
        try:
            outcome = self._train()
        except objects.UploadError as error:
            outcome = Outcome("Failed", "Failed", f"ClientError: {error}")
        except Exception as error:  # noqa: BLE001 - any error must end the job
            outcome = Outcome("Failed", "Failed", f"InternalServerError: {error}")
        self._end(outcome)

    def _train(self) -> Outcome:
        """Start the job again on other machines until it ends."""
        while True:
            # The cluster is gone before the job ends, so its log is complete by then.
            with TrainingCluster(self._context, self._record, self._observe) as cluster:
                secondary = self._train_on(cluster)
                if secondary == "Failed":
                    return Outcome("Failed", "Failed", cluster.failure_reason or "")
                if secondary != "Interrupted":
                    if cluster.started:  # the saved model of a stopped job is kept, as on AWS
                        self._upload(cluster)
                    status = "Completed" if secondary == "Completed" else "Stopped"
                    return Outcome(status, secondary)
            self._stopping.wait(SPARE_MACHINES_SECONDS)
            if (reason := self._reason_to_end(0)) is not None:
                return Outcome("Stopped", reason)
            self._proceed("Starting", "Starting the job on other machines")

    def _train_on(self, cluster: TrainingCluster) -> str:
        """Train until the job ends or is ended; return the SecondaryStatus."""
        self._proceed("Downloading", "Downloading input data")
        cluster.prepare()
        started_at = {} if self._ran else {"TrainingStartTime": now()}
        self._proceed("Training", "Training in progress", **started_at)
        if self._stopping.is_set():
            return "Stopped"
        began = time.monotonic()
        cluster.start()
        try:
            return self._wait(cluster, began)
        finally:
            self._ran += time.monotonic() - began

    def _wait(self, cluster: TrainingCluster, began: float) -> str:
        while not cluster.has_ended():
            secondary = self._reason_to_end(time.monotonic() - began)
            if secondary is None and self._interrupted.is_set():
                secondary = "Interrupted"
                self._proceed(secondary, "The spot capacity of the job was interrupted")
            elif secondary is not None:
                self._proceed("Stopping", "The time limit is reached", TrainingJobStatus="Stopping")
            if secondary is not None:
                self._interrupted.clear()
                cluster.stop(self._grace)
                return secondary
        with self._changing:  # an interruption now would come too late
            self._trained = True
        return "Completed" if cluster.failure_reason is None else "Failed"

    def _reason_to_end(self, running: float) -> str | None:
        """Return the SecondaryStatus for which the job has to stop, or None.

        Args:
            running: seconds since the current machines were started.
        """
        if self._stopping.is_set():
            return "Stopped"
        if time.monotonic() >= self._give_up_at:
            return "MaxWaitTimeExceeded"
        return "MaxRuntimeExceeded" if self._ran + running >= self._max_runtime else None

    def _observe(self, line: str) -> None:
        self._metrics.observe(line, now())

    def _upload(self, cluster: TrainingCluster) -> None:
        self._proceed("Uploading", "Uploading generated training model")
        s3 = self._context.client("s3", role=str(self._record["RoleArn"]))
        artifact = artifact_uri(self._record)
        objects.upload_archive(s3, cluster.base / "model", artifact)
        data = cluster.base / "output" / "data"
        if any(data.iterdir()):
            further = artifact.removesuffix("model.tar.gz") + "output.tar.gz"
            objects.upload_archive(s3, data, further)

    def _proceed(self, secondary: str, message: str, **changes: Any) -> None:
        """Enter the next phase, unless the job is being stopped."""
        with self._changing:
            if not self._stopping.is_set():
                self._enter(secondary, message, **changes)

    def _end(self, outcome: Outcome) -> None:
        record = self._context.store.get(KIND, self._name) or {}
        ended = now()
        seconds = max(1, round(ended - float(record.get("TrainingStartTime", ended))))
        waited = _interrupted_seconds(record.get("SecondaryStatusTransitions", []), ended)
        reason = {"FailureReason": outcome.reason} if outcome.reason else {}
        with self._changing:
            self._ended = True
            self._enter(
                outcome.secondary,
                outcome.reason or f"Training job {outcome.status.lower()}",
                at=ended,
                TrainingJobStatus=outcome.status,
                TrainingEndTime=ended,
                TrainingTimeInSeconds=seconds,
                # Waiting for machines is not billed; the discount of spot machines is not modelled.
                BillableTimeInSeconds=max(1, seconds - round(waited)),
                FinalMetricDataList=self._metrics.final(),
                **reason,
            )
        self._report()

    def _report(self) -> None:
        """Send the event of the job's end.

        Source: https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html
        """
        record = self._context.store.get(KIND, self._name)
        if record is None:
            return
        described = training_job(record)
        detail = {name: described[name] for name in EVENT_FIELDS if name in described}
        arn = self._context.arn(KIND, self._name)
        self._context.send("SageMaker Training Job State Change", detail, arn)

    def _enter(
        self, secondary: str, message: str, *, at: float | None = None, **changes: Any
    ) -> None:
        """Change the secondary status and further fields in one write."""
        record = self._context.store.get(KIND, self._name) or {}
        time_now = now() if at is None else at
        transitions = list(record.get("SecondaryStatusTransitions", []))
        if transitions:
            transitions[-1] = {**transitions[-1], "EndTime": time_now}
        transition = {"Status": secondary, "StartTime": time_now, "StatusMessage": message}
        if self._ended:
            transition["EndTime"] = time_now
        self._context.store.update(
            KIND, self._name, SecondaryStatus=secondary, LastModifiedTime=time_now,
            SecondaryStatusTransitions=[*transitions, transition], **changes,
        )  # fmt: skip


def _interrupted_seconds(transitions: Sequence[Record], ended: float) -> float:
    """Return for how many seconds a job had no machines."""
    waited, since = 0.0, None
    for transition in transitions:
        if transition["Status"] == "Interrupted":
            since = transition["StartTime"]
        elif transition["Status"] == "Training" and since is not None:
            waited += transition["StartTime"] - since
            since = None
    return waited if since is None else waited + ended - since
