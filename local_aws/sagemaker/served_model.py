"""A model in service: its unpacked artifact, its container, and the requests in flight."""

import http.client
import itertools
import os
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from local_aws.sagemaker import objects
from local_aws.sagemaker.container import Container, container_environment
from local_aws.sagemaker.context import Context
from local_aws.sagemaker.overlay import make_overlay
from local_aws.sagemaker.store import Record

START_SECONDS = 180.0
STOP_GRACE_SECONDS = 3.0
INVOCATION_SECONDS = 60.0  # AWS's limit on real-time and serverless endpoints
SERVER = Path(__file__).with_name("model_server.py")
_numbers = itertools.count()


class ServingError(RuntimeError):
    """A container that did not start."""


class ServedModel:
    """Starts a model's container and passes requests to it."""

    def __init__(self, context: Context, model: Record, on_line: Callable[[str], None]) -> None:
        """Download, install and start; return when the container answers /ping.

        Raises:
            ArtifactError: when the artifact is missing or must not be unpacked.
            ServingError: when the container ended or did not answer in time.
        """
        container = model.get("PrimaryContainer") or model["Containers"][0]
        self._folder = context.folder / "endpoints" / f"{os.getpid()}-{next(_numbers)}"
        self._in_flight = 0
        self._idle = threading.Condition()
        try:
            objects.download_artifact(context.client("s3"), container["ModelDataUrl"], self._folder)
            python = make_overlay(self._folder / "environment")
            environment = container_environment(context.endpoint_url, context.region, python)
            environment |= container.get("Environment", {})
            self._container = self._start(python, environment, on_line)
            self._port = self._wait_for_port()
        except BaseException:
            self.close()
            raise

    def invoke(self, body: bytes, headers: Mapping[str, str]) -> tuple[int, str, bytes]:
        """Pass one request on; return status, content type and body."""
        with self._idle:
            self._in_flight += 1
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=INVOCATION_SECONDS)
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
        if hasattr(self, "_container"):
            self._container.stop(STOP_GRACE_SECONDS)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _start(
        self, python: Path, environment: dict[str, str], on_line: Callable[[str], None]
    ) -> Container:
        model_dir = self._folder / "model"
        code = model_dir / "code"
        if (code / "requirements.txt").is_file():
            self._install(python, code, environment, on_line)
        return Container(
            [python, SERVER, model_dir, self._folder / "port"],
            folder=self._folder,
            environment={**environment, "PYTHONPATH": str(code)},
            on_line=on_line,
        )

    @staticmethod
    def _install(
        python: Path, code: Path, environment: dict[str, str], on_line: Callable[[str], None]
    ) -> None:
        # The image has none of the project's packages: what the developer has installed must not
        # hide that a wheel is missing in the artifact.
        done = subprocess.run(  # noqa: S603 - no shell
            [python, "-m", "pip", "install", "--ignore-installed", "-r", "requirements.txt"],
            cwd=code, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        for line in (done.stdout + done.stderr).splitlines():
            on_line(line)
        if done.returncode:
            last = (done.stderr.strip().splitlines() or ["no reason was given"])[-1]
            raise ServingError(f"the container could not install its requirements: {last}")

    def _wait_for_port(self) -> int:
        deadline = time.monotonic() + START_SECONDS
        port_file = self._folder / "port"
        while time.monotonic() < deadline:
            if port_file.exists():
                return int(port_file.read_text("utf-8"))
            if not self._container.running():
                raise ServingError("the container ended before it answered the health check")
            time.sleep(0.05)
        raise ServingError("the container did not answer the health check in time")
