"""Each environment synthesized once, for all tests that look at its templates."""

import pytest

from tests.infrastructure.assembly import Assembly, synthesize


@pytest.fixture(scope="session")
def dev(tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    return synthesize("dev", tmp_path_factory.mktemp("dev"))


@pytest.fixture(scope="session")
def prod(tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    return synthesize("prod", tmp_path_factory.mktemp("prod"))


@pytest.fixture(params=["dev", "prod"])
def assembly(request: pytest.FixtureRequest) -> Assembly:
    """Every test that uses it runs for every environment."""
    assembly: Assembly = request.getfixturevalue(request.param)
    return assembly
