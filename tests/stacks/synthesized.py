"""Fixtures that synthesize each environment once for all tests."""

import fcntl
import os
from collections.abc import Mapping

import pytest

from tests.stacks.altered import DEV, PROD
from tests.stacks.assembly import Assembly, read, synthesize


def shared(
    factory: pytest.TempPathFactory,
    name: str,
    environment: str,
    overrides: Mapping[str, str] | None = None,
) -> Assembly:
    """Return an assembly, synthesized by the first test process that needs it."""
    root = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        root = root.parent  # shared by all processes of this run
    folder = root / name
    with (root / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "manifest.json").is_file():
            return synthesize(environment, folder, overrides, bundled=True)
    return read(environment, folder)


@pytest.fixture(scope="session")
def dev(tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    return shared(tmp_path_factory, "dev", "dev")


@pytest.fixture(scope="session")
def prod(tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    return shared(tmp_path_factory, "prod", "prod")


@pytest.fixture(scope="session")
def altered_dev(tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    """The environment dev with altered settings."""
    return shared(tmp_path_factory, "altered-dev", "dev", DEV)


@pytest.fixture(scope="session")
def altered_prod(tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    """The environment prod with altered settings."""
    return shared(tmp_path_factory, "altered-prod", "prod", PROD)


@pytest.fixture(params=["dev", "prod"])
def assembly(request: pytest.FixtureRequest) -> Assembly:
    """Each environment in turn."""
    assembly: Assembly = request.getfixturevalue(request.param)
    return assembly
