"""Facts in documents agree with the settings and the Makefile."""

import re
from pathlib import Path
from typing import Any

import pytest

from scripts import ROOT
from scripts.synthesis import context, environments
from stacks.settings.environment import EnvironmentSettings
from stacks.settings.load import read_settings
from stacks.settings.types import Section

PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
]
SECTIONS: dict[str, type[Section]] = {
    name: field.annotation
    for name, field in EnvironmentSettings.model_fields.items()
    if isinstance(field.annotation, type)
    and issubclass(field.annotation, Section)
    and name != "tags"
}
SETTING = re.compile(rf"(?<![\w./-])({'|'.join(SECTIONS)})\.([a-z_]+)\b(?![.(])")
FILES = {"py", "md", "js", "json", "csv"}
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
# They reach the account of the caller's keys, always or with some arguments.
IN_AN_ACCOUNT = re.compile(r"\$\(CDK\)|scripts\.(adopt|evaluate|listing|preflight|score)\b")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_named_settings_exist(page: Path) -> None:
    named = {found for found in SETTING.findall(page.read_text("utf-8")) if found[1] not in FILES}
    assert {(name, key) for name, key in named if key not in SECTIONS[name].model_fields} == set()


@pytest.mark.parametrize("page", ["README.md", "docs/scoring.md"])
def test_tables_of_settings_have_the_defaults(page: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    rows = re.findall(r"^\| `([a-z]+)\.([a-z_.`, ]+)` \| ([^|]*) \|", text, re.MULTILINE)
    assert len(rows) >= 5
    for section, keys, defaults in rows:
        for key in keys.split("`, `"):
            name, _, after = key.rpartition(".")
            expected = {
                _value(environment, name or section, after) for environment in environments()
            }
            assert expected - {None} <= set(re.findall(r"[\w.]+", defaults.lower())), key


def _value(environment: str, section: str, key: str) -> str | None:
    value: Any = getattr(getattr(read_settings(context(environment)), section), key)
    return None if value in (None, "") else str(value).lower()


def test_commands_that_use_credentials_are_listed() -> None:
    recipes = re.findall(r"^([a-z-]+):.*\n((?:\t.*\n)+)", MAKEFILE, re.MULTILINE)
    page = (ROOT / "docs" / "aws.md").read_text("utf-8")
    (listed,) = re.findall(r"^1\. Configure credentials(.+?)^2\. ", page, re.MULTILINE | re.DOTALL)
    assert set(re.findall(r"`make ([a-z-]+)", listed)) == {
        target for target, recipe in recipes if IN_AN_ACCOUNT.search(recipe)
    }
