"""A new account with enforced IAM, and environments to check it for."""

from collections.abc import Iterator
from functools import cache

import botocore.session
import pytest

from local_aws.environment import ACCOUNT, DEFAULT_REGION
from local_aws.testing import free_port
from scripts.preflight.__main__ import preflight
from scripts.preflight.assembly import Assembly, read
from scripts.preflight.row import Row
from tests.local_aws.conftest import Emulator, ended, run_cli
from tests.stacks.assembly import Assembly as Synthesized
from tests.stacks.assembly import synthesize

MODELS = "models-of-others"
IMAGE = f"{ACCOUNT}.dkr.ecr.{DEFAULT_REGION}.amazonaws.com/own:1"


@pytest.fixture(scope="session", autouse=True)
def shared_descriptions() -> Iterator[None]:
    """Let botocore read the description of each service once."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(botocore.session, "create_loader", cache(botocore.session.create_loader))
        yield


@pytest.fixture(scope="session")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """An emulator with the quotas of a new account, which enforces IAM."""
    emulator = Emulator(free_port(), tmp_path_factory.mktemp("preflight") / "state")
    up = run_cli(
        "up", "--port", str(emulator.port), "--state", str(emulator.state),
        "--new-account", "--enforce-iam",
    )  # fmt: skip
    assert up.returncode == 0, up.stderr
    try:
        yield emulator
    finally:
        ended(emulator.state)


@pytest.fixture
def caller(account: Emulator, monkeypatch: pytest.MonkeyPatch) -> Emulator:
    """The account, with credentials for it in this process."""
    for name, value in account.environment.items():
        monkeypatch.setenv(name, value)
    return account


@pytest.fixture(scope="session")
def dev_assembly(dev: Synthesized) -> Assembly:
    """The environment `dev`."""
    return read("dev", dev.folder)


@pytest.fixture(scope="session")
def prod_assembly(prod: Synthesized) -> Assembly:
    """The environment `prod`."""
    return read("prod", prod.folder)


@pytest.fixture(scope="session")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    """`dev` with a model and an image from elsewhere, and without the account's log role."""
    folder = tmp_path_factory.mktemp("elsewhere")
    synthesize(
        "dev",
        folder,
        {
            "training.model_data": f"s3://{MODELS}/model.tar.gz",
            "endpoint.image": IMAGE,
            "api.set_account_log_role": "false",
        },
    )
    return read("dev", folder)


def found(assembly: Assembly, *, adopts: bool = False) -> dict[str, Row]:
    """Run the checks and return their rows by what they check."""
    return {row.check: row for row in preflight(assembly, adopts=adopts)}
