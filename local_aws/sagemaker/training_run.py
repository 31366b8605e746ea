"""One training job from its input to its artifact, run by SageMaker's own training toolkit."""

import json
import re
import shutil
import threading
import time
from pathlib import Path
from typing import Any

from local_aws.sagemaker import objects
from local_aws.sagemaker.container import Container, container_environment
from local_aws.sagemaker.context import Context, now
from local_aws.sagemaker.logs import LogStream
from local_aws.sagemaker.overlay import make_overlay
from local_aws.sagemaker.store import Record

LOG_GROUP = "/aws/sagemaker/TrainingJobs"
KIND = "training-job"
HOST = "algo-1"
STOP_GRACE_SECONDS = 10.0  # 120 on AWS
SHOWN_OF_FAILURE = 1024
ENDED = {"Completed", "Failed", "Stopped"}


class TrainingRun:
    """Runs a job in a thread and writes every change of its state to the store."""

    def __init__(self, context: Context, record: Record) -> None:
        """Prepare the run of the job that `record` describes."""
        self._context, self._record = context, record
        self._name = str(record["TrainingJobName"])
        self._base = context.folder / "training" / self._name
        self._stopping = threading.Event()
        self._metrics: dict[str, float] = {}
        self._container: Container | None = None
        self._thread = threading.Thread(
            target=self._run, name=f"training-{self._name}", daemon=True
        )

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Ask the job to end early; it becomes Stopped."""
        self._stopping.set()

    def join(self) -> None:
        """Wait until the job has ended."""
        self._thread.join()

    def _run(self) -> None:
        stream = f"{self._name}/{HOST}-{int(time.time())}"
        log = LogStream(self._context.client("logs"), LOG_GROUP, stream)
        try:
            self._prepare()
            self._train(log)
        except Exception as error:  # noqa: BLE001 - whatever it is, the job must not hang
            self._end("Failed", f"InternalServerError: {error}")
        finally:
            log.close()

    def _prepare(self) -> None:
        shutil.rmtree(self._base, ignore_errors=True)
        config = self._base / "input" / "config"
        for folder in (config, self._base / "model", self._base / "output" / "data"):
            folder.mkdir(parents=True)
        self._secondary("Downloading", "Downloading input data")
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

    def _train(self, log: LogStream) -> None:
        self._secondary("Training", "Training image download completed. Training in progress.")
        self._context.store.update(KIND, self._name, TrainingStartTime=now())
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
            self._observe(line)

        self._container = Container(
            [python, "-m", "sagemaker_training.cli.train"],
            folder=self._base,
            environment=environment,
            on_line=on_line,
        )
        self._finish(self._wait(self._container))

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

    def _finish(self, code: int | None) -> None:
        if code is None:
            status = "Stopped" if self._stopping.is_set() else "MaxRuntimeExceeded"
            self._end("Stopped", secondary=status)
        elif code:
            failure = self._base / "output" / "failure"
            reason = failure.read_text("utf-8") if failure.exists() else "no reason was given"
            self._end("Failed", f"AlgorithmError: {reason[:SHOWN_OF_FAILURE]}, exit code: {code}")
        else:
            self._upload()
            self._end("Completed")

    def _upload(self) -> None:
        self._secondary("Uploading", "Uploading generated training model")
        s3 = self._context.client("s3")
        objects.upload_archive(
            s3, self._base / "model", self._record["ModelArtifacts"]["S3ModelArtifacts"]
        )
        data = self._base / "output" / "data"
        if any(data.iterdir()):
            path = self._record["OutputDataConfig"]["S3OutputPath"].rstrip("/")
            objects.upload_archive(s3, data, f"{path}/{self._name}/output/output.tar.gz")

    def _observe(self, line: str) -> None:
        for definition in self._record["AlgorithmSpecification"].get("MetricDefinitions", []):
            if match := re.search(definition["Regex"], line):
                self._metrics[definition["Name"]] = float(match[1])

    def _secondary(self, status: str, message: str) -> None:
        record = self._context.store.get(KIND, self._name) or {}
        transitions = list(record.get("SecondaryStatusTransitions", []))
        if transitions:
            transitions[-1] = {**transitions[-1], "EndTime": now()}
        transitions.append({"Status": status, "StartTime": now(), "StatusMessage": message})
        self._context.store.update(
            KIND, self._name, SecondaryStatus=status, LastModifiedTime=now(),
            SecondaryStatusTransitions=transitions,
        )  # fmt: skip

    def _end(self, status: str, reason: str = "", secondary: str = "") -> None:
        self._secondary(secondary or status, reason or f"Training job {status.lower()}")
        record = self._context.store.get(KIND, self._name) or {}
        ended = now()
        seconds = max(1, round(ended - float(record.get("TrainingStartTime", ended))))
        changes: dict[str, Any] = {
            "TrainingJobStatus": status,
            "TrainingEndTime": ended,
            "TrainingTimeInSeconds": seconds,
            "BillableTimeInSeconds": seconds,
            "FinalMetricDataList": [
                {"MetricName": name, "Value": value, "Timestamp": ended}
                for name, value in self._metrics.items()
            ],
        }
        if reason:
            changes["FailureReason"] = reason
        self._context.store.update(KIND, self._name, **changes)
        shutil.rmtree(self._base, ignore_errors=True)


def workspace(context: Context, name: str) -> Path:
    """Return the folder a job works in."""
    return context.folder / "training" / name
