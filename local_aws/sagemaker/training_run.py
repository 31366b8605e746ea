"""One training job from its input to its artifact, run by SageMaker's own training toolkit."""

import json
import shutil
import threading
import time
from dataclasses import dataclass
from typing import Any

from local_aws.sagemaker import objects
from local_aws.sagemaker.container import Container, container_environment
from local_aws.sagemaker.context import Context, now
from local_aws.sagemaker.logs import LogStream
from local_aws.sagemaker.metrics import Metrics
from local_aws.sagemaker.overlay import make_overlay
from local_aws.sagemaker.store import Record

LOG_GROUP = "/aws/sagemaker/TrainingJobs"
KIND = "training-job"
HOST = "algo-1"
STOP_GRACE_SECONDS = 10.0  # 120 on AWS
MAX_FAILURE_REASON = 1024
KILLED_BY = 128  # a container killed by signal N exits with 128 + N
ENDED = {"Completed", "Failed", "Stopped"}


@dataclass(frozen=True)
class Outcome:
    """How a job ended.

    Attributes:
        status: its TrainingJobStatus.
        secondary: its SecondaryStatus.
        reason: its FailureReason; empty for none.
    """

    status: str
    secondary: str
    reason: str = ""


class TrainingRun:
    """Runs a job in a thread and writes every change of its state to the store."""

    def __init__(self, context: Context, record: Record) -> None:
        """Prepare the run of the job that `record` describes."""
        self._context, self._record = context, record
        self._name = str(record["TrainingJobName"])
        self._base = context.folder / "training" / self._name
        self._metrics = Metrics(record["AlgorithmSpecification"].get("MetricDefinitions", []))
        self._stopping = threading.Event()
        self._ended = False
        self._changing = threading.Lock()
        self._thread = threading.Thread(
            target=self._run, name=f"training-{self._name}", daemon=True
        )

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> bool:
        """Ask the job to end early; it becomes Stopped. Return False when it has ended already."""
        with self._changing:
            if self._ended:
                return False
            if not self._stopping.is_set():
                self._stopping.set()
                self._enter("Stopping", "Stopping the training job", TrainingJobStatus="Stopping")
            return True

    def join(self) -> None:
        """Wait until the job has ended."""
        self._thread.join()

    def _run(self) -> None:
        stream = f"{self._name}/{HOST}-{int(time.time())}"
        log = LogStream(self._context.client("logs"), LOG_GROUP, stream)
        try:
            self._prepare()
            outcome = self._train(log)
        except Exception as error:  # noqa: BLE001 - whatever it is, the job must not hang
            outcome = Outcome("Failed", "Failed", f"InternalServerError: {error}")
        # Whoever sees the job ended finds its whole log, and nothing left on this machine.
        log.close()
        shutil.rmtree(self._base, ignore_errors=True)
        self._end(outcome)

    def _prepare(self) -> None:
        shutil.rmtree(self._base, ignore_errors=True)
        config = self._base / "input" / "config"
        for folder in (config, self._base / "model", self._base / "output" / "data"):
            folder.mkdir(parents=True)
        self._proceed("Downloading", "Downloading input data")
        s3 = self._context.client("s3")
        channels = {}
        for channel in self._record.get("InputDataConfig", []):
            source = channel["DataSource"]["S3DataSource"]
            folder = self._base / "input" / "data" / channel["ChannelName"]
            folder.mkdir(parents=True)
            if not objects.download_prefix(s3, source["S3Uri"], folder):
                raise FileNotFoundError(f"no object under {source['S3Uri']}")
            channels[channel["ChannelName"]] = {
                "TrainingInputMode": "File",
                "S3DistributionType": source.get("S3DataDistributionType", "FullyReplicated"),
                "RecordWrapperType": "None",
            }
        files = {
            "hyperparameters": self._record.get("HyperParameters", {}),
            "inputdataconfig": channels,
            "resourceconfig": {
                "current_host": HOST, "hosts": [HOST], "network_interface_name": "lo",
                "current_instance_type": self._record["ResourceConfig"]["InstanceType"],
                "current_group_name": "homogeneousCluster",
                "instance_groups": [{
                    "instance_group_name": "homogeneousCluster", "hosts": [HOST],
                    "instance_type": self._record["ResourceConfig"]["InstanceType"],
                }],
            },
        }  # fmt: skip
        for name, content in files.items():
            (config / f"{name}.json").write_text(json.dumps(content), "utf-8")

    def _train(self, log: LogStream) -> Outcome:
        self._proceed("Training", "Training in progress", TrainingStartTime=now())
        python = make_overlay(self._base / "environment")
        environment = {
            **container_environment(self._context.endpoint_url, self._context.region, python),
            "TRAINING_JOB_NAME": self._name,
            "TRAINING_JOB_ARN": str(self._record["TrainingJobArn"]),
            "SAGEMAKER_BASE_DIR": str(self._base),
            "SAGEMAKER_REGION": self._context.region,
            "SAGEMAKER_TRAINING_MODULE": "sagemaker_pytorch_container.training:main",
            "SM_STUDIO_LOCAL_MODE": "true",  # there is no DNS of a cluster to wait for
            **self._record.get("Environment", {}),
        }

        def on_line(line: str) -> None:
            log.write(line)
            self._metrics.observe(line, now())

        if self._stopping.is_set():
            return Outcome("Stopped", "Stopped")
        container = Container(
            [python, "-m", "sagemaker_training.cli.train"],
            folder=self._base,
            environment=environment,
            on_line=on_line,
        )
        return self._outcome(self._wait(container))

    def _wait(self, container: Container) -> int | None:
        """Return the exit code, or None when the job was stopped or ran out of time."""
        limit = float(self._record["StoppingCondition"]["MaxRuntimeInSeconds"])
        deadline = time.monotonic() + limit
        while not self._stopping.is_set() and time.monotonic() < deadline:
            code = container.wait(0.2)
            if code is not None:
                return code
        container.stop(STOP_GRACE_SECONDS)
        return None

    def _outcome(self, code: int | None) -> Outcome:
        if code:
            code = KILLED_BY - code if code < 0 else code
            failure = self._base / "output" / "failure"
            reason = failure.read_text("utf-8", "replace") if failure.exists() else "no reason"
            ending = f", exit code: {code}"
            shown = f"AlgorithmError: {reason}"[: MAX_FAILURE_REASON - len(ending)]
            return Outcome("Failed", "Failed", shown + ending)
        # What a stopped job has saved by then is kept, as on AWS.
        self._upload()
        if code == 0:
            return Outcome("Completed", "Completed")
        stopped = self._stopping.is_set()
        return Outcome("Stopped", "Stopped" if stopped else "MaxRuntimeExceeded")

    def _upload(self) -> None:
        self._proceed("Uploading", "Uploading generated training model")
        s3 = self._context.client("s3")
        path = str(self._record["OutputDataConfig"]["S3OutputPath"]).rstrip("/")
        artifact = f"{path}/{self._name}/output/model.tar.gz"
        objects.upload_archive(s3, self._base / "model", artifact)
        data = self._base / "output" / "data"
        if any(data.iterdir()):
            objects.upload_archive(s3, data, f"{path}/{self._name}/output/output.tar.gz")
        self._context.store.update(KIND, self._name, ModelArtifacts={"S3ModelArtifacts": artifact})

    def _proceed(self, secondary: str, message: str, **changes: Any) -> None:
        """Enter the next phase, unless the job is being stopped."""
        with self._changing:
            if not self._stopping.is_set():
                self._enter(secondary, message, **changes)

    def _end(self, outcome: Outcome) -> None:
        record = self._context.store.get(KIND, self._name) or {}
        ended = now()
        seconds = max(1, round(ended - float(record.get("TrainingStartTime", ended))))
        reason = {"FailureReason": outcome.reason} if outcome.reason else {}
        with self._changing:
            self._ended = True
            self._enter(
                outcome.secondary,
                outcome.reason or f"Training job {outcome.status.lower()}",
                TrainingJobStatus=outcome.status,
                TrainingEndTime=ended,
                TrainingTimeInSeconds=seconds,
                BillableTimeInSeconds=seconds,
                FinalMetricDataList=self._metrics.final(),
                **reason,
            )

    def _enter(self, secondary: str, message: str, **changes: Any) -> None:
        """Change the secondary status, and further fields with it, in one write."""
        record = self._context.store.get(KIND, self._name) or {}
        time_now = now()
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
