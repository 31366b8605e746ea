"""SageMaker in the test's process: shutdown, restart, and unresponsive containers."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local_aws.sagemaker import SageMakerService, served_model
from tests.local_aws.conftest import Emulator, processes_naming
from tests.local_aws.support import endpoints, jobs
from tests.local_aws.support.service import BUCKET as IN_PROCESS
from tests.local_aws.support.service import define, in_process
from tests.support.waiting import until

BUCKET = "service-models"


@pytest.fixture
def service(emulator: Emulator, tmp_path: Path) -> Iterator[SageMakerService]:
    """A SageMaker in this process, next to the emulator's, with the model `first`."""
    s3 = emulator.client("s3")
    if BUCKET not in [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]:
        s3.create_bucket(Bucket=BUCKET)
        s3.put_object(Bucket=BUCKET, Key="first.tar.gz", Body=endpoints.artifact("first"))
    made = made_in(emulator, tmp_path / "state")
    container = {
        "Image": endpoints.SCIKIT_LEARN,
        "ModelDataUrl": f"s3://{BUCKET}/first.tar.gz",
        "Environment": {"SAGEMAKER_PROGRAM": "inference.py"},
    }
    made.call(
        "CreateModel",
        {"ModelName": "first", "ExecutionRoleArn": endpoints.ROLE, "PrimaryContainer": container},
    )
    variant = {"VariantName": "blue", "ModelName": "first", **endpoints.INSTANCE}
    made.call(
        "CreateEndpointConfig", {"EndpointConfigName": "first", "ProductionVariants": [variant]}
    )
    made.call("CreateEndpoint", {"EndpointName": "first", "EndpointConfigName": "first"})
    try:
        yield made
    finally:
        made.close()
        assert processes_naming(tmp_path) == {}


def made_in(emulator: Emulator, state: Path) -> SageMakerService:
    return SageMakerService(state, f"http://127.0.0.1:{emulator.port}", "us-east-1")


def settled(service: SageMakerService) -> dict[str, Any]:
    def described() -> dict[str, Any] | None:
        endpoint = service.call("DescribeEndpoint", {"EndpointName": "first"})
        return None if endpoint["EndpointStatus"] in {"Creating", "Updating"} else endpoint

    return until(described)


def ask(service: SageMakerService, text: str) -> tuple[int, dict[str, str], bytes]:
    headers = {"content-type": "text/plain", "accept": "text/plain"}
    return service.invoke_endpoint("first", text.encode(), headers)


def test_endpoint_is_served_again_after_a_restart(
    service: SageMakerService, emulator: Emulator, tmp_path: Path
) -> None:
    assert settled(service)["EndpointStatus"] == "InService"
    service.close()
    assert processes_naming(tmp_path) == {}
    again = made_in(emulator, tmp_path / "state")
    again.start()
    try:
        assert settled(again)["EndpointStatus"] == "InService"
        assert ask(again, "hello")[2] == b"first: hello"
    finally:
        again.close()


def test_closing_ends_containers_that_are_still_starting(
    emulator: Emulator, tmp_path: Path
) -> None:
    code = endpoints.CODE[endpoints.SCIKIT_LEARN].replace("print(", "time.sleep(3600), print(")
    with in_process(emulator, tmp_path) as sagemaker:
        packed = endpoints.artifact("starting", **{"code/inference.py": code})
        emulator.client("s3").put_object(Bucket=IN_PROCESS, Key="starting.tar.gz", Body=packed)
        define(sagemaker, "starting", artifact="starting")
        sagemaker.create_endpoint(EndpointName="starting", EndpointConfigName="starting")
        until(lambda: processes_naming(tmp_path))
    assert processes_naming(tmp_path) == {}
    # The endpoint has not failed, so the next start serves it.
    assert sagemaker.describe_endpoint(EndpointName="starting")["EndpointStatus"] == "Creating"


def test_request_that_takes_too_long_is_a_model_error(
    service: SageMakerService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settled(service)
    monkeypatch.setattr(served_model, "INVOCATION_SECONDS", 0.5)
    status, headers, body = ask(service, f"await {tmp_path / 'never'}")
    error = json.loads(body)
    assert status == 424
    assert headers["x-amzn-ErrorType"] == "ModelError"
    assert error["OriginalStatusCode"] == 0
    assert "timed out" in error["OriginalMessage"]
    assert error["Message"].startswith("Received server error (0) from primary")


def test_job_of_a_dead_process_has_failed(
    service: SageMakerService, emulator: Emulator, tmp_path: Path
) -> None:
    jobs.put_source(emulator)  # also creates the bucket for the artifact of a job that has begun
    service.call("CreateTrainingJob", jobs.request("interrupted", "wait"))
    # The job continues and writes its record again.
    ignored = shutil.ignore_patterns("*.tmp")
    shutil.copytree(tmp_path / "state" / "records", tmp_path / "left" / "records", ignore=ignored)
    service.close()
    stopped = service.call("DescribeTrainingJob", {"TrainingJobName": "interrupted"})
    assert stopped["TrainingJobStatus"] == "Stopped"

    again = made_in(emulator, tmp_path / "left")
    found = again.call("DescribeTrainingJob", {"TrainingJobName": "interrupted"})
    assert found["TrainingJobStatus"] == "InProgress"
    again.start()
    failed = again.call("DescribeTrainingJob", {"TrainingJobName": "interrupted"})
    again.close()
    assert failed["TrainingJobStatus"] == failed["SecondaryStatus"] == "Failed"
    assert "the embedded AWS ended" in failed["FailureReason"]
