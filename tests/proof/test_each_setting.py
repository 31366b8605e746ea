"""Each setting of each environment, changed alone: no update creates a resource whose name is taken."""

from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import Phase, find, settings
from hypothesis.errors import NoSuchExample

from scripts.synthesis import context
from stacks.settings.environment import EnvironmentSettings
from stacks.settings.error import SettingsError
from stacks.settings.load import read_settings
from tests.proof.table import ProofTable
from tests.properties.settings_blocks import KEYS, spelled, values
from tests.stacks import altered
from tests.stacks.assembly import Assembly, synthesize
from tests.stacks.physical_names import collisions

pytestmark = pytest.mark.slow
SECTION = "Settings changed one by one"
# Each environment as it is, and with everything switched on
BASES: dict[str, tuple[str, dict[str, str]]] = {
    "dev": ("dev", {}),
    "prod": ("prod", {}),
    "altered dev": ("dev", altered.DEV),
    "altered prod": ("prod", altered.PROD),
}
CERTIFICATE, DOMAIN = "site.certificate_arn", "site.domain_name"
SUBNETS, GROUPS = "network.subnet_ids", "network.security_group_ids"
# Settings that are valid only together
TOGETHER = {
    CERTIFICATE: {DOMAIN: "films.example.com"},
    DOMAIN: {CERTIFICATE: altered.CERTIFICATE},
    SUBNETS: {GROUPS: "sg-0123456789abcdef0"},
    GROUPS: {SUBNETS: "subnet-0123456789abcdef0"},
    "training.max_wait_seconds": {"training.use_spot": "true"},
}
SEARCH = settings(max_examples=200, database=None, phases=[Phase.generate])


def read(environment: str, overrides: dict[str, str]) -> EnvironmentSettings | None:
    try:
        return read_settings(context(environment, overrides))
    except SettingsError:
        return None


def changed(environment: str, base: dict[str, str], key: str) -> dict[str, str] | None:
    """Return settings with another valid value for one key; None if the environment has none."""
    before = read(environment, base)

    def overrides(value: Any) -> dict[str, str]:
        return {**base, **TOGETHER.get(key, {}), key: spelled(value, key)}

    def differs(value: Any) -> bool:
        after = read(environment, overrides(value))
        return after is not None and after != before and value not in (None, "", [])

    try:
        return overrides(find(values(key), differs, settings=SEARCH, random=Random(1)))  # noqa: S311 - no secret
    except NoSuchExample:
        return None


@pytest.fixture(scope="module", params=BASES)
def base(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    environment, overrides = BASES[request.param]
    folder = tmp_path_factory.mktemp("base")
    return synthesize(environment, folder, overrides)


def test_every_setting_can_be_changed_somewhere() -> None:
    unchanged = [key for key in KEYS if not any(changed(*chosen, key) for chosen in BASES.values())]
    assert unchanged == []


@pytest.mark.parametrize("key", KEYS)
def test_a_changed_setting_creates_nothing_under_a_taken_name(
    base: Assembly, key: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    environment, overrides = BASES[request.node.callspec.params["base"]]
    chosen = changed(environment, overrides, key)
    if chosen is None:
        return  # the environment refuses every other value
    after = synthesize(environment, tmp_path, chosen)
    assert collisions(base.templates, after.templates) == []
    assert collisions(after.templates, base.templates) == []


def test_proof(proof_table: ProofTable) -> None:
    proof_table.add(
        SECTION,
        f"{len(KEYS)} settings of dev and prod, as they are and with everything switched on, each "
        "changed to another valid value and back",
        "no update creates a resource under a name that another one still has",
    )
