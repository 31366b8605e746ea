"""A transform job from its input to its output, run by containers of its model."""

import shutil
import threading
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local_aws.sagemaker.context import Context, now
from local_aws.sagemaker.invocation_metrics import Publish
from local_aws.sagemaker.job_run import JobRun
from local_aws.sagemaker.logs import LogStream
from local_aws.sagemaker.objects import ArtifactError
from local_aws.sagemaker.served_model import ServedModel, ServingError
from local_aws.sagemaker.store import Record
from local_aws.sagemaker.transform_input import InputError, Source, list_sources
from local_aws.sagemaker.transform_instance import (
    StoppedError,
    TransformError,
    TransformInstance,
)
from local_aws.sagemaker.utilization import SECONDS as PUBLISH_SECONDS
from local_aws.sagemaker.utilization import Utilization

KIND = "transform-job"
ENDED = {"Completed", "Failed", "Stopped"}
LOG_GROUP = "/aws/sagemaker/TransformJobs"
WATCH_SECONDS = 0.1
SEE_LOGS = "See job logs for more information"
NO_PING = (
    "AlgorithmError: Model container failed to respond to ping. Please ensure /ping endpoint is "
    "implemented and responds with an HTTP 200 status code"
)


class FailedError(Exception):
    """The whole job has failed, for this FailureReason."""


class TransformRun(JobRun):
    """Runs a transform job."""

    def __init__(self, context: Context, record: Record, model: Record, publish: Publish) -> None:
        """Prepare the run of the job that `record` describes with its model."""
        self._context, self._record, self._model = context, record, model
        self._publish = publish
        self._name = str(record["TransformJobName"])
        super().__init__(f"transform-{self._name}")
        self._folder = context.folder / "transforms" / uuid.uuid4().hex

    def _enter_stopping(self) -> None:
        self._update(TransformJobStatus="Stopping")

    def _run(self) -> None:
        status, reason = "Completed", {}
        try:
            self._transform()
        except StoppedError:
            status = "Stopped"
        except FailedError as error:
            status, reason = "Failed", {"FailureReason": str(error)}
        except Exception as error:  # noqa: BLE001 - any error must end the job
            status, reason = "Failed", {"FailureReason": f"InternalServerError: {error}"}
        finally:
            shutil.rmtree(self._folder, ignore_errors=True)
        with self._changing:
            self._ended = True
            if self._stopping.is_set() and status == "Failed":
                status, reason = "Stopped", {}
            self._update(TransformJobStatus=status, TransformEndTime=now(), **reason)

    def _transform(self) -> None:
        """Give each instance its share of the objects.

        Raises:
            FailedError: when an object failed; the others are transformed nevertheless.
            StoppedError: when the job was stopped.
        """
        self._folder.mkdir(parents=True)
        s3 = self._context.client("s3", role=self._model.get("ExecutionRoleArn"))
        try:
            sources = list_sources(s3, self._record)
        except (InputError, ClientError, BotoCoreError) as error:
            raise FailedError(f"ClientError: {error}") from error
        # Objects go to the instances in turn; AWS maps them to instances by their keys.
        count = int(self._record["TransformResources"]["InstanceCount"])
        with ThreadPoolExecutor(count) as pool:
            shares = [
                pool.submit(self._run_instance, s3, number, sources[number::count])
                for number in range(count)
            ]
        errors = [error for share in shares for error in share.result()]
        if errors:
            by_client = any(error.by_client for error in errors)
            raise FailedError(f"{'ClientError' if by_client else 'AlgorithmError'}: {SEE_LOGS}")

    def _run_instance(self, s3: Any, number: int, sources: list[Source]) -> list[TransformError]:
        """Start a container, transform objects and return the errors of those that failed."""
        host = f"{self._name}/i-{number:017x}"
        stream = f"{host}-{int(now())}"
        logs = [self._log(stream), self._log(f"{stream}/data-log")]
        model = None
        try:
            model = self._serve(logs[0].write)
            with self._changing:
                if not self._stopping.is_set():
                    self._update(TransformStartTime=self._started())
            timed = _timed(logs[1].write)
            instance = TransformInstance(self._record, model, s3, self._stopping, timed)
            utilization = Utilization(self._publish, host, model)
            with (
                _repeated(utilization.publish, PUBLISH_SECONDS),
                _repeated(partial(self._end_if_stopping, model), WATCH_SECONDS),
            ):
                found = (
                    instance.transform(source, self._folder / f"{number}.out") for source in sources
                )
                return [error for error in found if error is not None]
        finally:
            if model is not None:
                model.close()
            for log in logs:
                log.close()

    def _end_if_stopping(self, model: ServedModel) -> None:
        """End a container, and so the requests in flight, when the job is being stopped."""
        if self._stopping.is_set():
            model.close()

    def _serve(self, on_line: Callable[[str], None]) -> ServedModel:
        batch = {
            "SAGEMAKER_BATCH": "True",
            "SAGEMAKER_MAX_CONCURRENT_TRANSFORMS": self._record.get("MaxConcurrentTransforms"),
            "SAGEMAKER_MAX_PAYLOAD_IN_MB": self._record.get("MaxPayloadInMB"),
            "SAGEMAKER_BATCH_STRATEGY": {
                "MultiRecord": "MULTI_RECORD", "SingleRecord": "SINGLE_RECORD",
            }.get(self._record.get("BatchStrategy", "")),
        }  # fmt: skip
        variables = {name: str(value) for name, value in batch.items() if value is not None}
        variables |= self._record.get("Environment", {})
        try:
            return ServedModel(
                self._context, {}, self._model, on_line, self._stopping, variables=variables
            )
        except ArtifactError as error:
            raise FailedError(f"ClientError: {error}") from error
        except ServingError as error:
            on_line(str(error))
            raise FailedError(NO_PING) from error

    def _started(self) -> float:
        record = self._context.store.get(KIND, self._name) or {}
        return float(record.get("TransformStartTime", now()))

    def _log(self, stream: str) -> LogStream:
        role = self._model.get("ExecutionRoleArn")
        return LogStream(self._context.client("logs", role=role), LOG_GROUP, stream)

    def _update(self, **changes: Any) -> None:
        self._context.store.update(KIND, self._name, LastModifiedTime=now(), **changes)


@contextmanager
def _repeated(action: Callable[[], None], seconds: float) -> Iterator[None]:
    """Repeat an action in a thread after each pause, until the context is left."""
    left = threading.Event()

    def repeat() -> None:
        while not left.wait(seconds):
            action()

    thread = threading.Thread(target=repeat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        left.set()
        thread.join()


def _timed(write: Callable[[str], None]) -> Callable[[str], None]:
    """Return a function that writes a line with its time, as the data log has it."""

    def timed(line: str) -> None:
        at = datetime.now(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds")
        write(f"{at}:{line}")

    return timed
