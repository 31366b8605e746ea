"""Deployments and emulators that are killed."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from local_aws import process
from scripts import ROOT
from tests.local_aws.conftest import run_cli
from tests.proof.outcome import MODEL, statuses
from tests.support.deployment import Deployment
from tests.support.waiting import until


@contextmanager
def deploying(deployment: Deployment, *overrides: str) -> Iterator[None]:
    """Run `cdk deploy` until it updates the model stack, and kill it when the block ends."""
    cli = subprocess.Popen(
        [
            "cdk", "deploy", "--all", "--no-notices", "--require-approval=never",
            f"--output={deployment.state / 'cdk.out.killed'}",
            *(a for one in [*deployment.context, *overrides] for a in ("--context", one)),
        ],
        cwd=ROOT, env=deployment.environment, start_new_session=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        until(lambda: "IN_PROGRESS" in statuses(deployment)[MODEL])
        yield
    finally:
        os.killpg(cli.pid, signal.SIGKILL)
        cli.wait(timeout=60)


def kill_and_restart(port: int, state: Path) -> None:
    """Kill an emulator as a power cut does, and start another one on its state."""
    running = process.find(state)
    assert running is not None
    os.kill(running.pid, signal.SIGKILL)
    psutil.wait_procs([psutil.Process(running.pid)], timeout=120)
    up = run_cli("up", "--port", str(port), "--state", str(state))
    assert up.returncode == 0, up.stderr
    assert "continuing with its deployed stacks" in up.stdout
