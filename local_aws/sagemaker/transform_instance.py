"""An instance of a transform job: a container of the model, and the objects that it transforms."""

import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from http import HTTPStatus
from http.client import HTTPException
from pathlib import Path
from typing import IO, Any

from botocore.exceptions import BotoCoreError, ClientError

from local_aws.sagemaker import objects
from local_aws.sagemaker.served_model import ServedModel, ServingError
from local_aws.sagemaker.store import Record
from local_aws.sagemaker.transform_data import DataError, DataProcessing
from local_aws.sagemaker.transform_input import (
    MIB,
    UNLIMITED,
    InputError,
    Source,
    open_source,
    payloads,
)
from local_aws.sagemaker.transform_parameters import Parameters

DEFAULT_SECONDS, DEFAULT_RETRIES = 600, 3
FIRST_PAUSE = 0.5  # seconds; doubles with every attempt
NO_RESPONSE = "Unable to get response from algorithm"
TRY_AGAIN = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS}


class StoppedError(Exception):
    """The job is being stopped."""


class TransformError(Exception):
    """An object that was not transformed.

    Attributes:
        lines: the reason, for the data log.
        by_client: whether the input, and not the container, is at fault.
    """

    def __init__(self, *lines: str, by_client: bool) -> None:
        """Keep the reason."""
        super().__init__(lines[0])
        self.lines, self.by_client = lines, by_client


class TransformInstance:
    """Transforms one object after another with one container."""

    def __init__(
        self,
        record: Record,
        model: ServedModel,
        s3: Any,
        stopping: threading.Event,
        report: Callable[[str], None],
    ) -> None:
        """Use a running container.

        Args:
            record: the job.
            model: the container.
            s3: client of the embedded S3 with the keys of the model's role.
            stopping: event that ends the work.
            report: takes each line of the data log.
        """
        self._record, self._model, self._s3, self._stopping = record, model, s3, stopping
        self._report = report
        self._processing = DataProcessing(record)
        self.parameters = Parameters.of(record, model.execution_parameters())
        report(f"[sagemaker logs]: {self.parameters}")
        client = record.get("ModelClientConfig", {})
        self._seconds = float(client.get("InvocationsTimeoutInSeconds", DEFAULT_SECONDS))
        self._retries = int(client.get("InvocationsMaxRetries", DEFAULT_RETRIES))
        kinds = {
            "Content-Type": record["TransformInput"].get("ContentType"),
            "Accept": record["TransformOutput"].get("Accept"),
        }
        self._headers = {name: kind for name, kind in kinds.items() if kind}

    def transform(self, source: Source, file: Path) -> TransformError | None:
        """Transform an object and upload the whole result; return the error if there is one.

        Args:
            source: the object.
            file: file for the result, removed afterwards.

        Raises:
            StoppedError: when the job is being stopped.
        """
        try:
            with file.open("wb") as output:
                self._write(source, output)
            if self._stopping.is_set():
                raise StoppedError
            self._upload(source, file)
        except TransformError as error:
            for line in error.lines:
                self._report(f"[sagemaker logs]: {source.bucket}/{source.key}: {line}")
            return error
        finally:
            file.unlink(missing_ok=True)
        return None

    def _write(self, source: Source, output: IO[bytes]) -> None:
        """Write the answers in the order of the payloads."""
        line_end = b"\n" if self._record["TransformOutput"].get("AssembleWith") == "Line" else b""
        with ThreadPoolExecutor(self.parameters.concurrent) as pool:
            waiting: deque[Future[bytes]] = deque()
            try:
                for payload in self._payloads(source):
                    waiting.append(pool.submit(self._answer, payload))
                    # Another payload is ready when a request ends; there are never more in memory.
                    if len(waiting) > self.parameters.concurrent:
                        output.write(waiting.popleft().result() + line_end)
                while waiting:
                    output.write(waiting.popleft().result() + line_end)
            finally:
                for future in waiting:
                    future.cancel()

    def _payloads(self, source: Source) -> Iterator[bytes]:
        given = self._record["TransformInput"]
        most = self.parameters.payload_mb * MIB or UNLIMITED
        compressed = given.get("CompressionType", "None") == "Gzip"
        try:
            yield from payloads(
                open_source(self._s3, source, compressed=compressed),
                split=given.get("SplitType", "None") == "Line",
                many=self.parameters.strategy == "MultiRecord",
                most=most,
            )
        except InputError as error:
            raise TransformError(str(error), by_client=True) from error
        except (OSError, EOFError) as error:
            raise TransformError("Unable to decompress the object", by_client=True) from error

    def _answer(self, payload: bytes) -> bytes:
        try:
            answer = self._invoke(self._processing.before(payload))
            return self._processing.after(payload, answer)
        except DataError as error:
            raise TransformError(str(error), by_client=True) from error

    def _invoke(self, body: bytes) -> bytes:
        """Return the container's answer; a request that fails is repeated."""
        error = TransformError(NO_RESPONSE, by_client=False)
        for attempt in range(1 + self._retries):
            if self._stopping.wait(FIRST_PAUSE * 2**attempt if attempt else 0):
                raise StoppedError
            try:
                self._model.restart()
                self._model.reserve()
                status, _, answer = self._model.invoke(body, self._headers, self._seconds)
            except (OSError, HTTPException, ServingError):
                error = TransformError(NO_RESPONSE, by_client=False)
                continue
            if status == HTTPStatus.OK:
                return answer
            by_client = HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR
            error = TransformError(
                f"Bad HTTP status received from algorithm: {status}", "", "Message:",
                *answer.decode(errors="replace").splitlines(), by_client=by_client,
            )  # fmt: skip
            if by_client and status not in TRY_AGAIN:
                break
        raise error

    def _upload(self, source: Source, file: Path) -> None:
        target = self._record["TransformOutput"]
        bucket, prefix = objects.parse(target["S3OutputPath"])
        key = f"{prefix.rstrip('/')}/{source.below}.out".lstrip("/")
        encryption = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": target.get("KmsKeyId")}
        extra = {"ExtraArgs": encryption} if target.get("KmsKeyId") else {}
        try:
            self._s3.upload_file(str(file), bucket, key, **extra)
        except (BotoCoreError, ClientError, OSError, RuntimeError) as error:
            raise TransformError(f"Unable to upload the output: {error}", by_client=True) from error
