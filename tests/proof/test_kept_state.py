"""A killed emulator: its successor restores the deployed resources."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local_aws import process
from local_aws.testing import free_port
from tests.local_aws.conftest import Emulator, ended, started
from tests.local_aws.support.endpoints import BUCKET, artifact, define, settled
from tests.local_aws.support.stack import Stack
from tests.local_aws.test_endpoint_stack import MODELS, answer, resources
from tests.proof.killed import kill_and_restart
from tests.support.waiting import until

pytestmark = pytest.mark.slow
STACK = "kept"
ENDPOINT = "kept-endpoint"


@pytest.fixture
def separate_emulator(tmp_path: Path) -> Iterator[Emulator]:
    """An emulator that the test may kill."""
    emulator = started(free_port(), tmp_path / "state")
    try:
        yield emulator
    finally:
        ended(emulator.state)


def wait_until_saved(emulator: Emulator, since: float) -> None:
    """Wait until the emulator has saved its state after a moment."""
    kept = process.kept_state(emulator.state)
    until(lambda: kept.is_dir() and kept.stat().st_mtime >= since, seconds=30)


def with_bucket(model: str, *names: str) -> dict[str, Any]:
    """Return the resources of a stack with an endpoint and some buckets."""
    buckets = {
        f"Bucket{index}": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": name}}
        for index, name in enumerate(names)
    }
    return {**resources(model, ENDPOINT), **buckets}


def test_deployed_resources_are_restored(separate_emulator: Emulator) -> None:
    emulator = separate_emulator
    s3, sagemaker = emulator.client("s3"), emulator.client("sagemaker")
    for bucket in (MODELS, BUCKET):
        s3.create_bucket(Bucket=bucket)
    for name in ("first", "second"):
        s3.put_object(Bucket=MODELS, Key=f"{name}.tar.gz", Body=artifact(name))
    stack, began = Stack(emulator, STACK), time.time()
    before = stack.deploy(with_bucket("first", "kept-bucket"))
    assert before.status == "CREATE_COMPLETE", before.reasons
    s3.put_object(Bucket="kept-bucket", Key="a/b.txt", Body=b"kept")
    wait_until_saved(emulator, began)
    # A resource of an interrupted deployment: SageMaker has it, but no stack does.
    define(emulator, "half-way")

    kill_and_restart(emulator.port, emulator.state)

    assert s3.get_object(Bucket="kept-bucket", Key="a/b.txt")["Body"].read() == b"kept"
    assert settled(emulator, ENDPOINT)["EndpointStatus"] == "InService"
    assert answer(emulator, ENDPOINT) == "first: hello"
    configs = sagemaker.list_endpoint_configs()["EndpointConfigs"]
    assert "half-way" not in {config["EndpointConfigName"] for config in configs}
    changed = stack.deploy(with_bucket("second", "kept-bucket", "another-bucket"))
    assert changed.status == "UPDATE_COMPLETE", changed.reasons
    assert changed.ids["Endpoint"] == before.ids["Endpoint"]
    assert answer(emulator, ENDPOINT) == "second: hello"
    s3.delete_object(Bucket="kept-bucket", Key="a/b.txt")
    assert stack.delete() == "DELETE_COMPLETE"
    assert sagemaker.list_endpoints()["Endpoints"] == []
