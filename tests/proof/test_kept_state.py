"""An emulator that is killed, and another that goes on with what was deployed to it."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from local_aws import process
from tests.local_aws.conftest import Emulator, ended, run_cli, started
from tests.local_aws.support.endpoints import BUCKET, artifact, define, settled
from tests.local_aws.support.stack import Stack
from tests.local_aws.test_endpoint_stack import MODELS, answer, resources
from tests.support.emulator import free_port

pytestmark = pytest.mark.slow
STACK = "kept"
ENDPOINT = "kept-endpoint"


@pytest.fixture
def emulator_of_its_own(tmp_path: Path) -> Iterator[Emulator]:
    """An emulator that may be killed."""
    emulator = started(free_port(), tmp_path / "state")
    try:
        yield emulator
    finally:
        ended(emulator.state)


def kill_and_start_again(emulator: Emulator) -> str:
    """Kill the emulator's process, start another on its state, and return what was said."""
    running = process.find(emulator.state)
    assert running is not None
    os.kill(running.pid, signal.SIGKILL)
    psutil.wait_procs([psutil.Process(running.pid)], timeout=10)
    up = run_cli("up", "--port", str(emulator.port), "--state", str(emulator.state))
    assert up.returncode == 0, up.stderr
    return up.stdout


def until_kept(emulator: Emulator, since: float) -> None:
    """Wait until the emulator has written its state, later than a moment."""
    deadline, kept = time.monotonic() + 30, process.kept_state(emulator.state)
    while not kept.is_dir() or kept.stat().st_mtime < since:
        assert time.monotonic() < deadline
        time.sleep(0.1)


def with_bucket(model: str, *names: str) -> dict[str, Any]:
    """Return a stack of an endpoint and some buckets."""
    buckets = {
        f"Bucket{index}": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": name}}
        for index, name in enumerate(names)
    }
    return {**resources(model, ENDPOINT), **buckets}


def test_what_was_deployed_is_there_again(emulator_of_its_own: Emulator) -> None:
    emulator = emulator_of_its_own
    s3, sagemaker = emulator.client("s3"), emulator.client("sagemaker")
    for bucket in (MODELS, BUCKET):
        s3.create_bucket(Bucket=bucket)
    for name in ("first", "second"):
        s3.put_object(Bucket=MODELS, Key=f"{name}.tar.gz", Body=artifact(name))
    stack, began = Stack(emulator, STACK), time.time()
    before = stack.deploy(with_bucket("first", "kept-bucket"))
    assert before.status == "CREATE_COMPLETE", before.reasons
    s3.put_object(Bucket="kept-bucket", Key="a/b.txt", Body=b"kept")
    until_kept(emulator, began)
    # Of a deployment that the kill cuts off: SageMaker has it, no stack does.
    define(emulator, "half-way")

    assert "going on with what was deployed" in kill_and_start_again(emulator)

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
