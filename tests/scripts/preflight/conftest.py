"""A new account with enforced IAM, and environments to check it for."""

from collections.abc import Iterator

import pytest

from scripts.preflight.__main__ import preflight
from scripts.preflight.assembly import Assembly, synthesize
from scripts.preflight.row import Row
from tests.local_aws.conftest import Emulator, ended, run_cli
from tests.support.emulator import free_port


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
def dev_assembly() -> Assembly:
    """The environment `dev`."""
    return synthesize("dev", {})


@pytest.fixture(scope="session")
def prod_assembly() -> Assembly:
    """The environment `prod`."""
    return synthesize("prod", {})


def found(assembly: Assembly) -> dict[str, Row]:
    """Run the checks and return their rows by what they check."""
    return {row.check: row for row in preflight(assembly)}
