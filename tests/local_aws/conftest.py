"""One emulator on a free port, shared by the tests of this folder."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from local_aws.environment import client_environment
from local_aws.testing import EmbeddedAws, free_port
from scripts import ROOT
from tests.support.emulator import AWKWARD

CommandLine = list[str]
Emulator = EmbeddedAws


def run_cli(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run `python -m local_aws` with further environment variables and return its result."""
    return subprocess.run(
        [sys.executable, "-m", "local_aws", *arguments],
        cwd=ROOT,
        env={**client_environment(1), **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def processes_naming(folder: Path) -> dict[int, str]:
    """Return the living processes with a path of `folder` in their command line."""
    found = {}
    for process in psutil.process_iter(["cmdline", "status"]):
        command = " ".join(process.info["cmdline"] or [])
        if str(folder) in command and process.info["status"] != psutil.STATUS_ZOMBIE:
            found[process.pid] = command
    return found


def started(port: int, state: Path, **environment: str) -> Emulator:
    """Start an emulator through the command line."""
    up = run_cli("up", "--port", str(port), "--state", str(state), **environment)
    assert up.returncode == 0, up.stderr
    emulator = Emulator(port, state)
    emulator.execution_role("sagemaker")
    return emulator


def ended(state: Path) -> None:
    """Stop an emulator through the command line and check that nothing is left."""
    down = run_cli("down", "--state", str(state))
    assert down.returncode == 0, down.stderr
    assert not state.exists()
    assert processes_naming(state) == {}


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """A running emulator, shared by tests that use distinct names."""
    running = started(free_port(), tmp_path_factory.mktemp("emulator") / AWKWARD)
    try:
        yield running
    finally:
        ended(running.state)
