"""Settings: any JSON is read or refused with one line that names the setting."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from aws_cdk import App
from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from app import compose
from stacks.datasets import find_dataset
from stacks.settings.environment import EnvironmentSettings
from stacks.settings.error import SettingsError
from stacks.settings.load import read_settings
from tests.properties.json_values import JSON
from tests.properties.settings_blocks import (
    IMAGE,
    KEYS,
    SECTIONS,
    Block,
    blocks,
    spelled,
    values,
)

LONGEST_LINE = 2000
MINIMAL: Block = {
    "region": "us-east-1",
    "endpoint": {"kind": "serverless"},
    "storage": {"removal": "destroy"},
}


def read(
    block: Any, overrides: dict[str, Any] | None = None
) -> EnvironmentSettings | SettingsError:
    """Return the settings of a block, or their refusal, which is one line that names a setting."""
    context = {"environment": "dev", "environments": {"dev": block}, **(overrides or {})}
    return answer(context)


def answer(context: dict[str, Any]) -> EnvironmentSettings | SettingsError:
    try:
        return read_settings(context)
    except SettingsError as error:
        line = str(error)
        assert len(line.splitlines()) == 1
        assert len(line) < LONGEST_LINE
        assert line.startswith(" ".join(error.key[:200].split()) or repr(error.key))
        assert " is refused: " in line or " is missing: " in line
        return error


NAMES = st.sampled_from(["environment", "environments", "region", *SECTIONS, *KEYS]) | st.text()


@given(
    st.dictionaries(NAMES, JSON | blocks(), max_size=4),
    st.sampled_from(["dev", "prod"]) | JSON,
    st.dictionaries(st.sampled_from(["dev", "prod"]) | st.text(), blocks() | JSON, max_size=2),
)
@example({}, ["dev"], {"dev": MINIMAL})
@example({"training.smoothing": 10**400}, "dev", {"dev": MINIMAL})
@example({"operations.monthly_budget_usd": ""}, "dev", {"dev": MINIMAL})
@example({"": "x", "\n": None}, "dev", {"dev": MINIMAL})
@example({"x" * 10_000: "y" * 100_000}, "dev", {"dev": MINIMAL})
def test_any_context_is_read_or_refused(
    context: dict[str, Any], environment: Any, environments: dict[str, Any]
) -> None:
    answer({"environment": environment, "environments": environments, **context})


@given(blocks(), st.sampled_from(KEYS), JSON)
def test_a_wrong_value_is_refused_by_its_name(block: Block, key: str, value: Any) -> None:
    name, _, setting = key.partition(".")
    found = read(MINIMAL, {key: value})
    if isinstance(found, SettingsError):
        event("refused")
        within = {**MINIMAL, name: {**MINIMAL.get(name, {}), setting: value}}
        assert str(read(within)) == str(found)
        read(block, {key: value})


@given(blocks())
@example({**MINIMAL, "dataset": {"training": "packaged", "feedback": "2099-12"}})
def test_reading_keeps_every_value(block: Block) -> None:
    """Also holds for values given with `-c`, and for settings that are dumped and read again."""
    found = read(block)
    if isinstance(found, SettingsError):
        event("invalid combination")
        return
    event("read")
    given_values = {
        f"{name}.{key}": value
        for name, section in block.items()
        if name != "region"
        for key, value in section.items()
    }
    for key, value in given_values.items():
        name, _, setting = key.partition(".")
        actual = getattr(getattr(found, name), setting)
        assert actual == (tuple(value) if isinstance(value, list) else value)
    dump = found.model_dump(mode="json", exclude={"environment"})
    assert read(dump) == found
    minimal = {"endpoint.kind", "storage.removal"}
    overrides = {
        key: spelled(value, key) for key, value in given_values.items() if key not in minimal
    }
    required = {name: {k: v for k, v in block[name].items() if f"{name}.{k}" in minimal} for name in ("endpoint", "storage")}  # fmt: skip
    assert read({"region": block["region"], **required}, overrides) == found


@given(st.sampled_from(KEYS).flatmap(lambda key: st.tuples(st.just(key), values(key))))
def test_a_single_setting_is_accepted_or_its_section_is_named(pair: tuple[str, Any]) -> None:
    key, value = pair
    found = read(MINIMAL, {key: value})
    if isinstance(found, SettingsError):
        # The message may name another setting that this one requires.
        assert found.key.partition(".")[0] == key.partition(".")[0] or key in str(found)


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=300))
@example("a" * 300)
@example("\x00")
def test_any_path_is_a_dataset_or_refused(source: str) -> None:
    with TemporaryDirectory() as root:
        found = read(MINIMAL, {"dataset.training": source})
        if isinstance(found, SettingsError) or source.startswith(("/", ".")):
            return
        try:
            find_dataset("dataset.training", source, root=Path(root))
        except SettingsError as error:
            assert str(error).startswith("dataset.training=")
            assert len(str(error).splitlines()) == 1
        else:
            assert source == "packaged" or source.startswith("s3://")


@settings(max_examples=max(2, (settings.default or settings()).max_examples // 150))
@given(blocks())
def test_accepted_settings_can_be_synthesized(block: Block) -> None:
    found = read(block)
    if isinstance(found, SettingsError):
        return
    with TemporaryDirectory() as folder:
        app = App(
            outdir=folder, analytics_reporting=False, builtin_cloud_formation_validation=False
        )
        try:
            compose(app, found)
        except SettingsError as error:
            assert len(str(error).splitlines()) == 1
            return
        app.synth()
        assert {file.name for file in Path(folder).glob("*.template.json")} == {
            f"sentiment-dev-{stack}.template.json" for stack in ("storage", "model", "web")
        }


@pytest.mark.parametrize("section", ["training", "endpoint"])
def test_an_accelerated_instance_needs_an_image(section: str) -> None:
    key = f"{section}.instance_type"
    refused = read(MINIMAL, {key: "ml.p3.8xlarge"})
    assert isinstance(refused, SettingsError)
    assert refused.key == f"{section}.image"
    assert isinstance(
        read(MINIMAL, {key: "ml.p3.8xlarge", f"{section}.image": IMAGE}), EnvironmentSettings
    )
