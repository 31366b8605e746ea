"""Models that must not stay: the deployment says why and the old one serves on.

One that does not load is never noticed by those who ask. One that loads and answers nonsense is, between
the switch and the smoke test that calls it back; a canary keeps that to a part of the requests.
"""

import io
import tarfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest

from local_aws.cdk import CdkError
from local_aws.urls import send
from tests.conftest import Deployment

PAUSE_SECONDS = 0.1
PRAISE, DAMNATION = b"A wonderful film, superb and moving.", b"A terrible, boring film. Awful."
Files = dict[str, bytes]


@dataclass
class Traffic:
    """Known reviews, one after the other, and what was wrong with the answers."""

    url: str
    asked: int = 0
    lost: list[str] = field(default_factory=list)

    def ask(self, until: threading.Event) -> None:
        """Ask until told to end."""
        while not until.wait(PAUSE_SECONDS):
            for review, expected in ((PRAISE, b"1"), (DAMNATION, b"0")):
                status, _, body = send(
                    self.url, body=review, headers={"Content-Type": "text/plain"}
                )
                self.asked += 1
                if (status, body) != (200, expected):
                    self.lost.append(f"{status} {body!r}")


@contextmanager
def traffic(deployment: Deployment) -> Iterator[Traffic]:
    """Send a steady stream of requests for the length of a `with` block."""
    stream, until = Traffic(deployment.outputs["SiteUrl"] + "api/predict"), threading.Event()
    thread = threading.Thread(target=stream.ask, args=[until], daemon=True)
    thread.start()
    try:
        yield stream
    finally:
        until.set()
        thread.join(timeout=60)


def no_code(files: Files) -> Files:
    return {name: content for name, content in files.items() if not name.startswith("code/")}


def raises_at_start(files: Files) -> Files:
    return {**files, "code/predict.py": b"def model_fn(model_dir):\n    raise OSError('disk')\n"}


def answers_nonsense(files: Files) -> Files:
    script = files["code/predict.py"] + b"\nTHRESHOLD = 2\n"  # everything is negative
    return {**files, "code/predict.py": script}


def knows_nothing_of_itself(files: Files) -> Files:
    return {name: content for name, content in files.items() if name != "metadata.json"}


@pytest.mark.parametrize(
    ("spoil", "reason", "loads"),
    [
        (answers_nonsense, "positive", True),
        # The smoke test waits five minutes for a container that might still be starting.
        pytest.param(no_code, "sentiment-dev", False, marks=pytest.mark.slow),
        pytest.param(raises_at_start, "sentiment-dev", False, marks=pytest.mark.slow),
        pytest.param(knows_nothing_of_itself, "sentiment-dev", False, marks=pytest.mark.slow),
    ],
)
def test_a_broken_model_does_not_stay(
    deployment: Deployment,
    capfd: pytest.CaptureFixture[str],
    spoil: Callable[[Files], Files],
    reason: str,
    loads: bool,  # noqa: FBT001 - a column of the table
) -> None:
    outputs = dict(deployment.outputs)
    uri = store(deployment, spoil(served_files(deployment)), f"broken/{spoil.__name__}.tar.gz")
    sagemaker = deployment.client("sagemaker")
    config = sagemaker.describe_endpoint(EndpointName="sentiment-dev")["EndpointConfigName"]
    with traffic(deployment) as stream, pytest.raises(CdkError):
        deployment.deploy(f"training.model_data={uri}")
    shown = capfd.readouterr().out
    failures = [line for line in shown.splitlines() if "FAILED" in line]
    assert any(reason in line for line in failures), shown
    endpoint = sagemaker.describe_endpoint(EndpointName="sentiment-dev")
    assert (endpoint["EndpointStatus"], endpoint["EndpointConfigName"]) == ("InService", config)
    assert loads or stream.lost == []
    assert all(answer.startswith("200") for answer in stream.lost)
    assert stream.asked > 10
    deployment.outputs = outputs


def test_the_next_good_deployment_needs_no_help(deployment: Deployment) -> None:
    deployment.deploy()
    with traffic(deployment) as stream:
        threading.Event().wait(1)
    assert stream.asked > 0
    assert stream.lost == []


def served_files(deployment: Deployment) -> Files:
    """Return the files of the artifact that is served."""
    address = urlsplit(deployment.outputs["ModelArtifact"])
    stored = deployment.client("s3").get_object(Bucket=address.netloc, Key=address.path[1:])
    with tarfile.open(fileobj=io.BytesIO(stored["Body"].read()), mode="r:gz") as archive:
        return {
            member.name: content.read()
            for member in archive
            if (content := archive.extractfile(member)) is not None
        }


def store(deployment: Deployment, files: Files, key: str) -> str:
    """Upload an artifact and return its S3 URI."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz", compresslevel=1) as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    bucket = deployment.outputs["DataBucketName"]
    deployment.client("s3").put_object(Bucket=bucket, Key=key, Body=packed.getvalue())
    return f"s3://{bucket}/{key}"
