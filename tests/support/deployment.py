"""An embedded AWS and a deployment of all stacks to it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from local_aws.cdk.screen import Screen
from local_aws.environment import LAG, WAITS, client_environment
from local_aws.testing import EmbeddedAws, free_port
from scripts import ROOT
from scripts.local import deploy_locally
from tests.support.corpora import LANGUAGES, corpus, write
from tests.support.emulator import AWKWARD
from tests.support.reviews import packaged_reviews

SAMPLE_ROWS = 6000
FOREIGN_ROWS = 100  # of the sample, in each of the made-up languages
HELD_BACK_ROWS = 200
DEPLOYED = ("app.py", "cdk.json", "scripts", "stacks", "model_code", "lambda_fn", "frontend")


@dataclass
class Deployment:
    """A deployed application.

    Attributes:
        port: port of the embedded AWS.
        state: state folder of the embedded AWS.
        context: CDK context that every deployment is given.
        held_back: reviews and labels that the model was not trained on.
        outputs: stack outputs of the latest deployment.
    """

    port: int
    state: Path
    context: list[str]
    held_back: list[tuple[str, int]]
    outputs: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables for clients of this deployment."""
        return client_environment(self.port)

    def client(self, service: str) -> Any:
        """Return a boto3 client of the embedded AWS."""
        return EmbeddedAws(self.port, self.state).client(service)

    def deploy(self, *overrides: str, root: Path = ROOT) -> dict[str, str]:
        """Deploy all stacks and return their outputs.

        Args:
            overrides: further CDK context.
            root: folder of the repository, or of a changed copy of it.
        """
        self.outputs = deploy_locally(
            port=self.port,
            state=self.state,
            context=[*self.context, *overrides],
            screen=Screen(),
            root=root,
        )
        return self.outputs

    def unprotect(self, environment: str) -> None:
        """Switch off the termination protection of an environment's storage stack."""
        self.client("cloudformation").update_termination_protection(
            StackName=f"sentiment-{environment}-storage", EnableTerminationProtection=False
        )

    def destroy(self, *overrides: str) -> None:
        """Destroy all stacks of an environment, as `make destroy` does."""
        settings = [f"--context={setting}" for setting in (*self.context, *overrides)]
        subprocess.run(
            ["cdk", "destroy", "--all", "--force", "--no-notices", *settings,
             f"--output={self.state / 'cdk.out'}"],
            cwd=ROOT, env=self.environment, check=True, stdin=subprocess.DEVNULL,
        )  # fmt: skip


@contextmanager
def embedded_aws(folder: Path, *, enforce_iam: bool = False, lag: int = 0) -> Iterator[Deployment]:
    """Run a separate embedded AWS, ready to deploy to, and stop it with all its processes.

    Args:
        folder: receives the state folder and the training data: a sample of the packaged reviews,
            and some made-up ones in other languages.
        enforce_iam: whether to refuse calls that the caller's policies do not allow.
        lag: seconds for which IAM and SageMaker do not see what is new.
    """
    rows = packaged_reviews()[: SAMPLE_ROWS + HELD_BACK_ROWS]
    foreign = [row for language in LANGUAGES for row in corpus(language, FOREIGN_ROWS)]
    sample = folder / "sample.jsonl"
    write([*rows[: SAMPLE_ROWS - len(foreign)], *foreign], sample)
    prepared = Deployment(
        port=free_port(),
        state=folder / AWKWARD,
        context=[f"dataset.training={sample}", "training.minimum_accuracy=0.7"],
        held_back=rows[SAMPLE_ROWS:],
    )
    local_aws = [sys.executable, "-m", "local_aws"]
    where = ["--port", str(prepared.port), "--state", str(prepared.state)]
    before = {process.pid for process in psutil.process_iter()}
    enforcing = ["--enforce-iam"] if enforce_iam else []
    environment = {**os.environ, LAG: str(lag), WAITS: "0.2"}
    subprocess.run([*local_aws, "up", *where, *enforcing], cwd=ROOT, env=environment, check=True)
    try:
        yield prepared
    finally:
        subprocess.run([*local_aws, "down", *where], cwd=ROOT, check=True)
    assert _processes_of(prepared.state, since=before) == []


def copy_of_repository(folder: Path) -> Path:
    """Copy the deployed files of the repository, for a test to change; return the copy."""
    made = folder / "repository"
    made.mkdir()
    for name in DEPLOYED:
        source = ROOT / name
        if source.is_dir():
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(source, made / name, ignore=ignored)
        else:
            shutil.copy(source, made / name)
    return made


def _processes_of(state: Path, *, since: set[int]) -> list[str]:
    """Return the command lines of processes not in `since` that mention the state folder."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        command = " ".join(process.info["cmdline"] or [])
        if process.pid not in since and str(state) in command:
            found.append(command)
    return found
