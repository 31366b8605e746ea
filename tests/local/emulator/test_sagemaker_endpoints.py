"""Endpoints through the API: the real handlers serve the artifact."""

import threading

import pytest
from botocore.exceptions import ClientError

from tests.local.emulator.conftest import Emulator
from tests.local.emulator.sagemaker_api import CODE, SageMaker, archive

BUCKET = "sagemaker-endpoint-tests"
RAISING = CODE.replace(
    'return open(model_dir + "/name").read()', "raise RuntimeError('no weights')"
)


@pytest.fixture(scope="module")
def sagemaker(emulator: Emulator) -> SageMaker:
    """The API, with a bucket of artifacts."""
    s3 = emulator.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    for name, content in {
        "first": archive({"name": "first", "code/inference.py": CODE}),
        "second": archive({"name": "second", "code/inference.py": CODE}),
        "raising": archive({"code/inference.py": RAISING}),
        "unsafe": archive({"code/inference.py": CODE}, link="code/leaves"),
        "traversal": archive({"../outside": "x"}),
        "no-wheels": archive(
            {"code/inference.py": CODE, "code/requirements.txt": "--no-index\nnltk==3.10.4\n"}
        ),
        "damaged": archive({"name": "x"})[:40],
    }.items():
        s3.put_object(Bucket=BUCKET, Key=f"{name}.tar.gz", Body=content)
    return SageMaker(emulator)


def configuration(sagemaker: SageMaker, name: str, artifact: str) -> str:
    return sagemaker.configuration(name, f"s3://{BUCKET}/{artifact}.tar.gz")


def create(sagemaker: SageMaker, endpoint: str, artifact: str) -> str:
    """Make an endpoint that serves an artifact; return the name of its configuration."""
    config = configuration(sagemaker, f"{endpoint}-1", artifact)
    sagemaker.api.create_endpoint(EndpointName=endpoint, EndpointConfigName=config)
    return config


def test_update_under_load_loses_no_request(sagemaker: SageMaker) -> None:
    create(sagemaker, "busy", "first")
    assert sagemaker.settled("busy")["EndpointStatus"] == "InService"
    answers: list[str] = []
    done = threading.Event()

    def ask() -> None:
        client = SageMaker(sagemaker.emulator)
        while not done.is_set():
            answers.append(client.ask("busy"))

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    second = configuration(sagemaker, "busy-2", "second")
    sagemaker.api.update_endpoint(EndpointName="busy", EndpointConfigName=second)
    settled = sagemaker.settled("busy")
    after = [sagemaker.ask("busy") for _ in range(5)]
    done.set()
    for thread in threads:
        thread.join()
    assert settled["EndpointConfigName"] == second
    assert after == ["second: hello"] * 5
    assert set(answers) == {"first: hello", "second: hello"}


@pytest.mark.parametrize("artifact", ["missing", "unsafe", "traversal", "damaged", "no-wheels"])
def test_an_artifact_that_cannot_be_served_fails_the_endpoint(
    sagemaker: SageMaker, artifact: str
) -> None:
    create(sagemaker, f"bad-{artifact}", artifact)
    settled = sagemaker.settled(f"bad-{artifact}")
    assert settled["EndpointStatus"] == "Failed"
    assert settled["FailureReason"]


def test_a_failing_update_leaves_the_old_model_in_service(sagemaker: SageMaker) -> None:
    config = create(sagemaker, "steady", "first")
    sagemaker.settled("steady")
    missing = configuration(sagemaker, "steady-2", "missing")
    sagemaker.api.update_endpoint(EndpointName="steady", EndpointConfigName=missing)
    settled = sagemaker.settled("steady")
    assert (settled["EndpointStatus"], settled["EndpointConfigName"]) == ("InService", config)
    assert "missing.tar.gz" in settled["FailureReason"]
    assert sagemaker.ask("steady") == "first: hello"


def test_a_model_that_does_not_load_is_in_service_and_fails_every_request(
    sagemaker: SageMaker,
) -> None:
    create(sagemaker, "raising", "raising")
    assert sagemaker.settled("raising")["EndpointStatus"] == "InService"
    with pytest.raises(ClientError) as failed:
        sagemaker.ask("raising")
    assert failed.value.response["Error"]["Code"] == "ModelError"
    assert failed.value.response["OriginalStatusCode"] == 500


def test_limits_and_unknown_endpoints(sagemaker: SageMaker) -> None:
    create(sagemaker, "limited", "first")
    sagemaker.settled("limited")
    with pytest.raises(ClientError, match="allowed are 4194304"):
        sagemaker.ask("limited", b"x" * (4 * 1024 * 1024 + 1))
    sagemaker.api.delete_endpoint(EndpointName="limited")
    with pytest.raises(ClientError, match=r"Endpoint limited .* not found"):
        sagemaker.ask("limited")
    with pytest.raises(ClientError, match="Could not find"):
        sagemaker.api.describe_endpoint(EndpointName="limited")


def test_an_unknown_configuration_is_refused(sagemaker: SageMaker) -> None:
    with pytest.raises(ClientError, match="Could not find endpoint-config"):
        sagemaker.api.create_endpoint(EndpointName="orphan", EndpointConfigName="nowhere")
