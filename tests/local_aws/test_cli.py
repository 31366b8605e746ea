"""`python -m local_aws` with and without a running emulator."""

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from local_aws.cli import main
from local_aws.testing import free_port
from tests.local_aws.conftest import Emulator, run_cli


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    shown = capsys.readouterr().out
    for command in ("up", "down", "status", "logs", "interrupt"):
        assert command in shown


@pytest.mark.parametrize(
    "arguments",
    [[], ["start"], ["up", "--port", "http"], ["up", "--port", "0"], ["up", "--port", "70000"]],
)
def test_wrong_usage_is_reported(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "usage:" in capsys.readouterr().err


def test_every_command_reports_that_nothing_runs(tmp_path: Path) -> None:
    where = ["--state", str(tmp_path / "state")]
    assert run_cli("status", *where).returncode == 1
    down = run_cli("down", *where)
    assert (down.returncode, "does not run" in down.stdout) == (0, True)
    for command in (["logs"], ["interrupt", "a-job"]):
        done = run_cli(*command, *where)
        assert (done.returncode, "does not run" in done.stderr) == (1, True)


def test_a_busy_port_is_reported(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = run_cli("up", "--port", str(port), "--state", str(tmp_path / "state"))
    assert done.returncode == 1
    assert f"port {port} is in use" in done.stderr
    assert "--port" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "state").exists()


@pytest.mark.parametrize("command", ["up", "down"])
def test_a_foreign_folder_is_never_removed(command: str, tmp_path: Path) -> None:
    """For example with `--state .`."""
    (tmp_path / "thesis.txt").write_text("years of work")
    done = run_cli(command, "--port", str(free_port()), "--state", str(tmp_path))
    if done.returncode == 0:
        run_cli("down", "--state", str(tmp_path))
    assert done.returncode == 1
    assert "is not a state folder" in done.stderr
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


def remember(state: Path, pid: int, created: float) -> None:
    state.mkdir()
    fields = {"pid": pid, "created": created, "port": 4711, "region": "us-east-1"}
    (state / "emulator.json").write_text(json.dumps(fields))
    (state / "sagemaker").mkdir()


def ended_process() -> int:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        return process.pid


def test_state_of_an_ended_process_is_reported_and_removed(tmp_path: Path) -> None:
    state = tmp_path / "state"
    remember(state, ended_process(), 1.0)
    status = run_cli("status", "--state", str(state))
    assert (status.returncode, "stale" in status.stdout) == (1, True)
    down = run_cli("down", "--state", str(state))
    assert (down.returncode, "stale" in down.stdout) == (0, True)
    assert not state.exists()


def test_another_process_with_the_same_id_is_left_alone(tmp_path: Path) -> None:
    state = tmp_path / "state"
    sleeper = [sys.executable, "-c", "import time; time.sleep(60)"]
    with subprocess.Popen(sleeper, start_new_session=True) as other:
        try:
            remember(state, other.pid, psutil.Process(other.pid).create_time() - 100)
            down = run_cli("down", "--state", str(state))
            assert (down.returncode, "stale" in down.stdout) == (0, True)
            assert not state.exists()
            assert other.poll() is None
        finally:
            other.kill()


def test_a_process_in_another_session_is_ended_with_its_emulator(tmp_path: Path) -> None:
    """As a training script may start one, which the emulator's end does not reach."""
    state = tmp_path / "state"
    remember(state, ended_process(), 1.0)
    kept = {**os.environ, "STATE_DIR": str(state / "kept")}
    others = {**os.environ, "STATE_DIR": str(tmp_path / "other" / "kept")}
    sleeper = [sys.executable, "-c", "import time; time.sleep(60)"]
    with (
        subprocess.Popen(sleeper, start_new_session=True, env=kept) as started,
        subprocess.Popen(sleeper, start_new_session=True, env=others) as other,
    ):
        try:
            # A program that the emulator started may stop it, and is not ended by itself.
            assert run_cli("down", "--state", str(state), **kept).returncode == 0
            assert started.wait(10) == -signal.SIGKILL
            assert other.poll() is None
        finally:
            started.kill()
            other.kill()


@pytest.mark.parametrize("content", ["", '{"pid": 12', "[]", '{"pid": 1}'])
def test_a_damaged_process_file_counts_as_stale(content: str, tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.mkdir()
    (state / "emulator.json").write_text(content)
    down = run_cli("down", "--state", str(state))
    assert (down.returncode, "stale" in down.stdout) == (0, True), down.stderr
    assert not state.exists()


def test_up_is_idempotent(emulator: Emulator) -> None:
    again = run_cli("up", "--port", str(emulator.port), "--state", str(emulator.state))
    assert (again.returncode, "already runs" in again.stdout) == (0, True)


def test_one_state_folder_has_one_port(emulator: Emulator) -> None:
    other = run_cli("up", "--port", str(free_port()), "--state", str(emulator.state))
    assert other.returncode == 1
    assert f"already runs on port {emulator.port}" in other.stderr


def test_status_and_logs_of_a_running_emulator(emulator: Emulator) -> None:
    """The caller's AWS profile does not matter."""
    status = run_cli("status", "--state", str(emulator.state), AWS_PROFILE="production")
    assert status.returncode == 0, status.stderr
    assert str(emulator.port) in status.stdout
    logs = run_cli("logs", "--state", str(emulator.state))
    assert (logs.returncode, str(emulator.port) in logs.stdout) == (0, True)
