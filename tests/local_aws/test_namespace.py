"""A command in the namespaces of a container."""

import os
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path

import psutil
import pytest

from local_aws.sagemaker import namespace
from local_aws.sagemaker.container import Container
from tests.local_aws.support.processes import running

pytestmark = pytest.mark.skipif(
    namespace.obstacle() is not None, reason=f"no namespaces: {namespace.obstacle()}"
)

OF_THE_KERNEL = 0x7FFFFFFF  # the first 31 signals; glibc keeps two of the others


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a command as a container does."""
    command = [str(word) for word in namespace.command(words, folder, isolated=True)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("script", "code"), [("exit 3", 3), ("kill -9 $$", 137), ("kill -11 $$", 139), ("true", 0)]
)
def test_the_exit_code_is_that_of_the_command(tmp_path: Path, script: str, code: int) -> None:
    assert run(tmp_path, "sh", "-c", script).returncode == code


def test_the_command_ignores_no_signal(tmp_path: Path) -> None:
    found = run(tmp_path, "grep", "SigIgn", "/proc/self/status").stdout
    assert int(found.split()[1], 16) & OF_THE_KERNEL == 0


def test_an_orphan_does_not_end_the_command(tmp_path: Path) -> None:
    done = run(tmp_path, "sh", "-c", "(true & true); sleep 0.3; exit 4")
    assert done.returncode == 4


def test_the_command_has_time_to_end(tmp_path: Path) -> None:
    """Its own exit code is that of the container, and what it started is gone."""
    script = "trap 'sleep 0.3; echo saved; exit 5' TERM; echo ready; while :; do sleep 0.05; done"
    lines: list[str] = []
    container = started(tmp_path, ["sh", "-c", script], lines)
    while "ready" not in lines:
        assert container.wait(0.05) is None
    container.stop(10)
    assert container.wait(5) == 5
    assert "saved" in lines


def started(folder: Path, words: Sequence[str], lines: list[str]) -> Container:
    return Container(
        namespace.command(words, folder, isolated=True),
        folder=folder, environment=dict(os.environ), on_line=lines.append,
    )  # fmt: skip


def test_a_killed_container_leaves_no_process(tmp_path: Path) -> None:
    mark = f"sleep 617.{os.getpid()}"
    lines: list[str] = []
    container = started(tmp_path, ["sh", "-c", f"setsid {mark} & echo ready; wait"], lines)
    while "ready" not in lines:
        assert container.wait(0.05) is None
    (first,) = [one for one in psutil.Process().children() if str(tmp_path) in one.cmdline()]
    assert len(running(mark)) == 1
    first.kill()
    assert container.wait(10) == -signal.SIGKILL
    assert running(mark) == []


def test_a_machine_without_process_namespaces_still_has_the_paths(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def obstacle(processes: str) -> str | None:
        return "mount /proc: Operation not permitted" if processes == "own" else None

    monkeypatch.setattr(namespace, "_obstacle", obstacle)
    done = run(tmp_path, "sh", "-c", "echo $$ >/opt/ml/number; exit 6")
    assert done.returncode == 6
    assert int((tmp_path / "number").read_text()) > 2
