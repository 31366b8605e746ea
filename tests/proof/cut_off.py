"""A deployment that is cut off."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from scripts import ROOT
from tests.proof.outcome import MODEL, statuses, until
from tests.support.deployment import Deployment


@contextmanager
def deploying(deployment: Deployment, *overrides: str) -> Iterator[None]:
    """Run `cdk deploy` until it changes the model stack; kill it at the end of a `with` block."""
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
