"""The model servers: the embedded AWS's, and those of AWS's images."""

import http.client
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from local_aws.environment import without_aws
from local_aws.sagemaker.container import Container
from local_aws.sagemaker.images import framework
from local_aws.sagemaker.served_model import SERVER
from local_aws.testing import free_port
from stacks.model.endpoint import ENVIRONMENT, SCIKIT_LEARN_ENVIRONMENT
from stacks.settings.images import SCIKIT_LEARN, ContainerImage, serving_image

START_SECONDS = 120.0
STOP_GRACE_SECONDS = 10.0
POLL_SECONDS = 0.1
START_TORCHSERVE = Path(__file__).with_name("start_torchserve.py")
START_SCIKIT_LEARN = Path(__file__).with_name("start_scikit_learn.py")


class Answer(NamedTuple):
    """The response of a model server."""

    status: int
    content_type: str
    body: bytes


class Server:
    """A model server on the loopback interface."""

    def __init__(self, port: int) -> None:
        """Connect to a port."""
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def ask(self, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Send one request as SageMaker sends it to a container."""
        return self._send("POST", "/invocations", body, headers)

    def healthy(self) -> bool:
        """Check that the server is healthy."""
        try:
            return self._send("GET", "/ping", b"", {}).status == http.HTTPStatus.OK
        except OSError:
            self._connection.close()
            return False

    def _send(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        self._connection.request(method, path, body, dict(headers))
        answer = self._connection.getresponse()
        content_type = answer.headers.get("Content-Type", "")
        return Answer(answer.status, content_type, answer.read())


@contextmanager
def embedded(python: Path, model: Path, folder: Path, image: str | None = None) -> Iterator[Server]:
    """Serve a model as the embedded AWS does for a setting of `endpoint.image`."""
    folder.mkdir(parents=True)
    port_file = folder / "port"
    uri = serving_image(image, "us-east-1")
    with _container(
        [python, "-P", SERVER, model, port_file, framework(uri.uri)],
        folder,
        {**_environment(python, uri), "PYTHONPATH": str(model / "code")},
    ) as (container, lines):
        _wait(port_file.exists, container, lines)
        yield Server(int(port_file.read_text("utf-8")))


@contextmanager
def torchserve(python: Path, model: Path, folder: Path) -> Iterator[Server]:
    """Serve a model with TorchServe and one worker, started as in the serving image.

    Args:
        python: Python of an environment with TorchServe, SageMaker's inference toolkit and torch.
        model: folder of the unpacked artifact; its name must be `model`.
        folder: receives the configuration and logs.
    """
    temporary = folder / "tmp"
    temporary.mkdir(parents=True)
    ports = [free_port() for _ in range(4)]
    address = f"http://127.0.0.1:{ports[0]}"
    environment = {
        **_environment(python),
        "SAGEMAKER_BASE_DIR": str(model.parent),
        "SAGEMAKER_MODEL_SERVER_WORKERS": "1",
        # These variables override the toolkit's configuration, which binds to 0.0.0.0.
        "TS_INFERENCE_ADDRESS": address,
        "TS_MANAGEMENT_ADDRESS": address,
        "TS_METRICS_ADDRESS": f"http://127.0.0.1:{ports[1]}",
        "TS_GRPC_INFERENCE_PORT": str(ports[2]),
        "TS_GRPC_MANAGEMENT_PORT": str(ports[3]),
        "LOG_LOCATION": str(folder / "logs"),
        "METRICS_LOCATION": str(folder / "logs"),
        "TMPDIR": str(temporary),  # for the pid file
        "TEMP": str(temporary),  # for Java
    }
    command = [python, START_TORCHSERVE, folder / "sagemaker-ts.properties"]
    with _container(command, folder, environment) as (container, lines):
        server = Server(ports[0])
        _wait(server.healthy, container, lines)
        yield server


@contextmanager
def scikit_learn(python: Path, model: Path, folder: Path) -> Iterator[Server]:
    """Serve a model with gunicorn and one worker, started as in SageMaker's scikit-learn image.

    Args:
        python: Python of an environment with the image's toolkit, sagemaker-containers.
        model: folder of the unpacked artifact; its name must be `model`, and the folder that
            contains it receives the toolkit's files.
        folder: receives temporary files.
    """
    folder.mkdir(parents=True)
    port = free_port()
    environment = {
        **_environment(python, serving_image(SCIKIT_LEARN, "us-east-1")),
        "PYTHONPATH": str(START_SCIKIT_LEARN.parent),
        "SAGEMAKER_BASE_DIR": str(model.parent),
        "SAGEMAKER_SUBMIT_DIRECTORY": str(model / "code"),
        "SAGEMAKER_BIND_TO_PORT": str(port),
        "SAGEMAKER_MODEL_SERVER_WORKERS": "1",
        "SAGEMAKER_USE_NGINX": "false",
        "PIP_NO_INDEX": "1",  # the endpoint of prod has no network
        "TMPDIR": str(folder),
    }
    with _container([python, START_SCIKIT_LEARN], folder, environment) as (container, lines):
        server = Server(port)
        _wait(server.healthy, container, lines)
        yield server


@contextmanager
def _container(
    command: Sequence[str | Path], folder: Path, environment: Mapping[str, str]
) -> Iterator[tuple[Container, list[str]]]:
    """Run a container and collect its output; stop it with all its processes."""
    lines: list[str] = []
    container = Container(command, folder=folder, environment=environment, on_line=lines.append)
    try:
        yield container, lines
    finally:
        container.stop(STOP_GRACE_SECONDS)


def _environment(python: Path, image: ContainerImage | None = None) -> dict[str, str]:
    scikit_learn_image = image is not None and image.is_scikit_learn
    return {
        **without_aws(os.environ),
        **(SCIKIT_LEARN_ENVIRONMENT if scikit_learn_image else ENVIRONMENT),
        "PATH": f"{python.parent}{os.pathsep}{os.environ.get('PATH', '')}",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def _wait(ready: Callable[[], bool], container: Container, lines: list[str]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not ready():
        assert container.running(), "\n".join(lines)
        assert time.monotonic() < deadline, "\n".join(lines)
        time.sleep(POLL_SECONDS)
