"""One emulator on a free port, shared by the tests of this folder."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from local_aws.environment import DEFAULT_REGION, client_environment
from scripts import ROOT
from tests.support.emulator import AWKWARD, emulator_client, free_port

CommandLine = list[str]


@dataclass(frozen=True)
class Emulator:
    """A running emulator.

    Attributes:
        port: its TCP port.
        state: its state folder.
    """

    port: int
    state: Path

    def client(self, service: str, region: str = DEFAULT_REGION) -> Any:
        """Return a boto3 client of it."""
        return emulator_client(service, self.port, region)

    @property
    def environment(self) -> dict[str, str]:
        """A process environment for its clients."""
        return client_environment(self.port)


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
    return Emulator(port, state)


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
