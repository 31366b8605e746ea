"""The emulator's process: its port, its environment and its end."""

import io
import json
import os
import signal
import time
import zipfile
from pathlib import Path

import psutil
import pytest

from local_aws import process
from local_aws.sagemaker import namespace
from local_aws.testing import free_port
from tests.local_aws.conftest import (
    Emulator,
    ended,
    processes_naming,
    run_cli,
    started,
)
from tests.local_aws.support import jobs
from tests.local_aws.support.processes import running as running_processes
from tests.support.waiting import until

# A few seconds more than it takes on an idle machine
SECONDS_TO_END = 8
# Variables that users of another emulator or of a real account may export
FOREIGN_SETTINGS = {
    "AUTH": "true",
    "AWS_PROFILE": "production",
    "BIND_HOST": "0.0.0.0",  # noqa: S104 - must not be obeyed
    "EDGE_PORT": "4567",
    "GATEWAY_PORT": "4567",
    "LAMBDA_EXECUTOR": "docker",
    "PERSIST_STATE": "1",
    "SERVICES": "sqs",
    "USE_SSL": "1",
}


def test_listens_on_the_loopback_interface_alone(emulator: Emulator) -> None:
    running = process.find(emulator.state)
    assert running is not None
    leader = psutil.Process(running.pid)
    listening = [
        connection.laddr
        for member in [leader, *leader.children(recursive=True)]
        for connection in member.net_connections()
        if connection.status == psutil.CONN_LISTEN
    ]
    assert ("127.0.0.1", emulator.port) in listening
    assert {address for address, _ in listening} == {"127.0.0.1"}


def make_function(emulator: Emulator, name: str, runtime: str) -> None:
    """Create a Lambda function that returns its process id."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as code:
        code.writestr("index.py", "import os\ndef handler(*_):\n    return os.getpid()\n")
    emulator.client("lambda").create_function(
        FunctionName=name,
        Runtime=runtime,
        Handler="index.handler",
        Role="arn:aws:iam::000000000000:role/any",
        Code={"ZipFile": archive.getvalue()},
    )


def invoke(emulator: Emulator, name: str) -> int:
    answer = emulator.client("lambda").invoke(FunctionName=name)
    return int(json.loads(answer["Payload"].read()))


def test_foreign_settings_change_nothing_and_a_killed_emulator_leaves_nothing(
    tmp_path: Path,
) -> None:
    state = tmp_path / "state"
    emulator = started(free_port(), state, **FOREIGN_SETTINGS)
    try:
        emulator.client("s3").create_bucket(Bucket="bucket-in-spite-of-foreign-settings")
        make_function(emulator, "worker", "python3.12")
        worker = invoke(emulator, "worker")
        running = process.find(state)
        assert running is not None
        assert os.getsid(worker) == running.pid

        os.kill(running.pid, signal.SIGKILL)
        psutil.wait_procs([psutil.Process(running.pid)], timeout=120)
        up = run_cli("up", "--port", str(emulator.port), "--state", str(state))
        assert up.returncode == 0, up.stderr
        assert "starting afresh" in up.stdout
        assert emulator.client("s3").list_buckets()["Buckets"] == []
        assert not psutil.pid_exists(worker)
        assert all(str(worker) != str(pid) for pid in processes_naming(state))
    finally:
        ended(state)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_nothing_outlives_an_ended_emulator(tmp_path: Path, number: signal.Signals) -> None:
    """Nobody runs `up` or `down` afterwards."""
    state = tmp_path / "state"
    emulator = started(free_port(), state)
    try:
        train_and_escape(emulator)
        running = process.find(state)
        assert running is not None
        os.kill(running.pid, number)
        began = time.monotonic()
        until(lambda: process.find(state) is None, seconds=60, explain=lambda: running)
        assert time.monotonic() - began < SECONDS_TO_END
        until(
            lambda: not (processes_naming(state) or running_escaped()),
            seconds=20, explain=lambda: processes_naming(state),
        )  # fmt: skip
    finally:
        ended(state)


def test_down_ends_a_job_and_its_processes(tmp_path: Path) -> None:
    state = tmp_path / "state"
    emulator = started(free_port(), state)
    try:
        train_and_escape(emulator)
        began = time.monotonic()
    finally:
        ended(state)
    assert time.monotonic() - began < SECONDS_TO_END
    assert running_escaped() == []


def train_and_escape(emulator: Emulator) -> None:
    """Start a training job with a process that leaves its session; wait until both run."""
    jobs.put_source(emulator)
    behaviour = "ignore" if namespace.obstacle() else "escape"
    emulator.client("sagemaker").create_training_job(**jobs.request("escaping", behaviour))
    until(lambda: "waiting" in jobs.lines(emulator, "escaping"))
    assert bool(running_escaped()) == (behaviour == "escape")


def running_escaped() -> list[int]:
    return running_processes("sleep 614")


def test_the_status_of_an_emulator_that_does_not_answer_is_one_line(tmp_path: Path) -> None:
    state = tmp_path / "state"
    emulator = started(free_port(), state)
    try:
        file = state / "emulator.json"
        file.write_text(file.read_text("utf-8").replace(str(emulator.port), str(free_port())))
        status = run_cli("status", "--state", str(state))
        assert status.returncode == 1
        assert "does not answer on port" in status.stderr
        assert status.stderr.count("\n") == 1
    finally:
        ended(state)


def test_a_missing_output_bucket_is_the_clients_error(emulator: Emulator) -> None:
    jobs.put_source(emulator)
    output = {"S3OutputPath": "s3://no-such-bucket/output"}
    job = jobs.request("homeless", "complete", OutputDataConfig=output)
    emulator.client("sagemaker").create_training_job(**job)
    reason = jobs.ended(emulator, "homeless")["FailureReason"]
    assert reason.startswith("ClientError: ")
    assert "no-such-bucket" in reason
    assert str(emulator.state) not in reason


def test_every_python_runtime_runs_here(emulator: Emulator) -> None:
    """All functions run with this environment's Python, whatever their Runtime."""
    for runtime in ("python3.11", "python3.12", "python3.13", "python3.14"):
        name = f"runtime-{runtime.replace('.', '-')}"
        make_function(emulator, name, runtime)
        assert invoke(emulator, name) > 0
