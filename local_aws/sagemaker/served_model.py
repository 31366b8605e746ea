"""A served model: its unpacked artifact, its container and its requests in flight."""

import http.client
import itertools
import math
import os
import shutil
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import closing as closing_after
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any

from local_aws.sagemaker import namespace, objects
from local_aws.sagemaker.container import Container, Usage, container_environment
from local_aws.sagemaker.context import Context, now
from local_aws.sagemaker.images import framework, serves_submitted_code
from local_aws.sagemaker.overlay import make_overlay
from local_aws.sagemaker.serving_request import artifact_of, container_of
from local_aws.sagemaker.store import Record

START_SECONDS = 180.0
STOP_GRACE_SECONDS = 3.0
POLL_SECONDS = 0.05
INVOCATION_SECONDS = 60.0  # AWS's limit on real-time and serverless endpoints
SERVER = Path(__file__).with_name("model_server.py")
_numbers = itertools.count()


class ServingError(RuntimeError):
    """A container did not start."""


class ServedModel:
    """A running container of a model that answers requests.

    Attributes:
        variant: the production variant of the endpoint configuration.
        image: URI of the container's image.
        started: when its start began, in seconds since 1970.
    """

    def __init__(  # noqa: PLR0913 - what differs between endpoints and transform jobs
        self,
        context: Context,
        variant: Record,
        model: Record,
        on_line: Callable[[str], None],
        closing: threading.Event,
        *,
        variables: Mapping[str, str] | None = None,
    ) -> None:
        """Download the artifact, install its requirements and wait for the container's /ping.

        Args:
            context: state and clients.
            variant: the production variant of the endpoint configuration; empty for other uses.
            model: the model's record.
            on_line: takes each line that the container prints.
            closing: event that ends the start.
            variables: environment variables that replace or add to the model's.

        Raises:
            ArtifactError: when the artifact is missing or must not be unpacked.
            ServingError: when the container ended or did not answer in time.
        """
        self.variant, self.started = variant, now()
        self._folder = context.folder / "endpoints" / f"{os.getpid()}-{next(_numbers)}"
        self._in_flight = 0
        serverless = variant.get("ServerlessConfig", {})
        self._max_in_flight = serverless.get("MaxConcurrency", math.inf)
        self._idle = threading.Condition()
        self._on_line, self._closing = on_line, closing
        self._container: Container | None = None
        container, role = container_of(model), model.get("ExecutionRoleArn")
        self.image = str(container.get("Image", ""))
        try:
            s3 = context.client("s3", role=role)
            objects.download_artifact(s3, artifact_of(container), self._folder)
            self._add_submitted_code(s3, container)
            python = make_overlay(self._folder / "environment")
            isolated = bool(model.get("EnableNetworkIsolation"))
            credentials = None if isolated else context.credentials(role)
            environment = container_environment(
                context.endpoint_url, context.region, python, credentials
            )
            environment |= {**container.get("Environment", {}), **(variables or {})}
            self._start = partial(self._serve, python, environment)
            code = self._folder / "model" / "code"
            if (code / "requirements.txt").is_file():
                self._install(python, code, environment)
            self._port = self._start()
        except BaseException:
            self.close()
            raise

    def reserve(self) -> bool:
        """Reserve a place for a request; `drain` waits until `invoke` has answered it.

        Returns:
            False when a serverless endpoint is at its maximum concurrency.
        """
        with self._idle:
            if self._in_flight >= self._max_in_flight:
                return False
            self._in_flight += 1
            return True

    def restart(self) -> None:
        """Start the container again if its process has ended, as TorchServe restarts its worker.

        Raises:
            ServingError: when the container did not start.
        """
        with self._idle:
            if self._container is not None and not self._container.running():
                self._port = self._start()

    def execution_parameters(self) -> bytes:
        """Return the body of GET /execution-parameters, or nothing when there is none."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=INVOCATION_SECONDS)
        with closing_after(connection):
            connection.request("GET", "/execution-parameters")
            answer = connection.getresponse()
            body = answer.read()
            return body if answer.status == HTTPStatus.OK else b""

    def usage(self) -> Usage:
        """Return the resources that the container uses."""
        return self._container.usage() if self._container else Usage(0.0, 0)

    def invoke(
        self, body: bytes, headers: Mapping[str, str], seconds: float | None = None
    ) -> tuple[int, str, bytes]:
        """Forward a reserved request and return status, content type and body.

        Args:
            body: the request's body.
            headers: the request's headers.
            seconds: limit on the wait for the answer; None for that of an endpoint.
        """
        seconds = INVOCATION_SECONDS if seconds is None else seconds
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=seconds)
        try:
            connection.request("POST", "/invocations", body, dict(headers))
            answer = connection.getresponse()
            return answer.status, answer.headers.get("Content-Type", ""), answer.read()
        finally:
            connection.close()
            with self._idle:
                self._in_flight -= 1
                self._idle.notify_all()

    def drain(self) -> None:
        """Wait for the requests in flight, then end the container."""
        with self._idle:
            self._idle.wait_for(lambda: self._in_flight == 0, timeout=INVOCATION_SECONDS)
        self.close()

    def close(self) -> None:
        """End the container and remove its files."""
        if self._container is not None:
            self._container.stop(STOP_GRACE_SECONDS)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _add_submitted_code(self, s3: Any, container: Record) -> None:
        """Put code that the model's environment names next to an artifact without code."""
        uri = str(container.get("Environment", {}).get("SAGEMAKER_SUBMIT_DIRECTORY", ""))
        code = self._folder / "model" / "code"
        if serves_submitted_code(self.image) and uri.startswith("s3://") and not code.exists():
            objects.download_artifact(s3, uri, self._folder / "submitted")
            (self._folder / "submitted" / "model").rename(code)

    def _serve(self, python: Path, environment: dict[str, str]) -> int:
        """Start the model server and return its port."""
        model_dir = self._folder / "model"
        (self._folder / "port").unlink(missing_ok=True)
        seen = model_dir if namespace.obstacle() else f"{namespace.OPT_ML}/model"
        words: list[str | Path] = [
            python, "-P", SERVER, seen, self._folder / "port", framework(self.image),
        ]  # fmt: skip
        self._container = Container(
            namespace.command(words, self._folder, isolated=False),
            folder=self._folder,
            environment={**environment, "PYTHONPATH": str(model_dir / "code")},
            on_line=self._on_line,
        )
        return self._port_of(self._container)

    def _install(self, python: Path, code: Path, environment: dict[str, str]) -> None:
        lines = ["pip printed nothing"]

        def on_line(line: str) -> None:
            self._on_line(line)
            lines.append(line)

        # The image has none of the project's packages, so the developer's packages must not hide a
        # wheel that is missing from the artifact.
        words: list[str | Path] = [
            python, "-m", "pip", "install", "--ignore-installed", "-r", "requirements.txt",
        ]  # fmt: skip
        pip = Container(
            namespace.command(words, self._folder, isolated=False),
            folder=code,
            environment=environment,
            on_line=on_line,
        )
        code_of_pip = pip.wait(POLL_SECONDS)
        while code_of_pip is None:
            if self._closing.is_set():
                pip.stop(0)
                raise ServingError("the embedded AWS is ending")
            code_of_pip = pip.wait(POLL_SECONDS)
        if code_of_pip:
            last = lines[-1]
            raise ServingError(f"the container could not install its requirements: {last}")

    def _port_of(self, container: Container) -> int:
        """Return the port once the container serves it and answers /ping."""
        deadline = time.monotonic() + START_SECONDS
        port_file = self._folder / "port"
        while time.monotonic() < deadline and not self._closing.is_set():
            if port_file.exists():
                return int(port_file.read_text("utf-8"))
            if not container.running():
                raise ServingError("the container ended before it answered the health check")
            time.sleep(POLL_SECONDS)
        raise ServingError("the container did not answer the health check in time")
