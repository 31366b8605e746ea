"""Tags of an organization: accepted as AWS does, and given to everything that can have tags."""

from pathlib import Path
from typing import Any

import pytest
from cfnlint.schema import PROVIDER_SCHEMA_MANAGER

from stacks.settings.tags import MOST_TAGS
from tests.stacks.assembly import Assembly, synthesize
from tests.stacks.physical_names import SCHEMA_REGION
from tests.stacks.test_context import DEV, read, refusal

MOST_TAGS_OF_AWS = 50
GIVEN = {"cost-center": "42", "Team:Owner": "Films & co".replace("&", "+")}
EXPECTED = {**GIVEN, "application": "sentiment"}


@pytest.fixture(scope="module", params=["dev", "prod"])
def tagged(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    settings = {f"tags.{key}": value for key, value in GIVEN.items()}
    return synthesize(request.param, tmp_path_factory.mktemp("tagged"), settings)


def tag_property(kind: str) -> str | None:
    """Return the property with the tags of a type, if resources of the type can have tags."""
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema(SCHEMA_REGION, kind).schema
    path = (schema.get("tagging") or {}).get("tagProperty")
    return path.rpartition("/")[2] if path else None


def tags_in(value: Any) -> dict[str, str]:
    return value if isinstance(value, dict) else {tag["Key"]: tag["Value"] for tag in value or []}


def test_every_resource_that_can_have_tags_has_them(tagged: Assembly) -> None:
    missing = []
    for template in tagged.templates.values():
        for key, resource in template["Resources"].items():
            if resource["Type"].startswith("Custom::"):
                continue
            name = tag_property(resource["Type"])
            found = tags_in(resource.get("Properties", {}).get(name))
            if name and not EXPECTED.items() <= found.items():
                missing.append((key, resource["Type"]))
            assert len(found) <= MOST_TAGS_OF_AWS - MOST_TAGS + len(GIVEN)
    assert missing == []


@pytest.mark.parametrize("kind", ["Custom::TrainingJob", "Custom::Candidate"])
def test_resources_that_handlers_create_have_the_tags(tagged: Assembly, kind: str) -> None:
    expected = {**EXPECTED, "environment": tagged.environment}
    assert tagged.only(kind, "model")["Tags"] == expected


def test_tags_change_no_other_property_of_data_and_model(tagged: Assembly, tmp_path: Path) -> None:
    """Otherwise a new tag would replace the model, or train another one."""
    plain = synthesize(tagged.environment, tmp_path)

    def untagged(assembly: Assembly) -> dict[str, Any]:
        return {
            f"{stack}/{key}": {
                name: value
                for name, value in resource.get("Properties", {}).items()
                if name not in {"Tags", tag_property(resource["Type"])}
            }
            if not resource["Type"].startswith("Custom::")
            else resource["Properties"].get("JobName")
            for stack, template in assembly.templates.items()
            if stack != "web"  # there they lead to a new deployment of the API's stage
            for key, resource in template["Resources"].items()
        }

    assert untagged(tagged) == untagged(plain)


def test_tags_are_read_from_blocks_and_overrides() -> None:
    block = {**DEV, "tags": {"cost-center": "1", "team": "a"}}
    found = read(block, **{"tags.cost-center": "2", "tags.team": "", "tags.a.b:c": "d"})
    assert found.tags.texts == {"cost-center": "2", "a.b:c": "d"}


@pytest.mark.parametrize(
    ("key", "value", "why"),
    [
        ("aws:team", "a", "the prefix aws: is reserved"),
        ("AWS:team", "a", "the prefix aws: is reserved"),
        ("team", "aws:x", "the prefix aws: is reserved"),
        ("application", "other", "the application sets application and environment itself"),
        ("Environment", "other", "the application sets application and environment itself"),
        ("", "a", "the key must be 1 to 128 letters"),
        ("k" * 129, "a", "the key must be 1 to 128 letters"),
        ("te&am", "a", "the key must be 1 to 128 letters"),
        ("team ", "a", "the key must be 1 to 128 letters"),
        ("team", "v" * 257, "must be a text of 1 to 256 letters"),
        ("team", "a*b", "must be a text of 1 to 256 letters"),
        ("team", "a\nb", "must be a text of 1 to 256 letters"),
        ("team", 42, "must be a text of 1 to 256 letters"),
        ("team", ["a"], "must be a text of 1 to 256 letters"),
    ],
)
def test_tags_that_aws_refuses_are_refused(key: str, value: Any, why: str) -> None:
    line = refusal(**{f"tags.{key}": value})
    assert line.startswith("tags.")
    assert why in line


def test_unusual_tags_that_aws_accepts_are_accepted() -> None:
    given = {"Größe": "Ä é 7", "a/b=c+d-e@f:g_h.i": "x" * 256, "k" * 128: "1"}
    assert read({**DEV, "tags": given}).tags.texts == given


def test_keys_that_differ_only_in_case_are_refused() -> None:
    assert "differs only in case" in refusal({**DEV, "tags": {"Team": "a", "team": "b"}})


def test_the_number_of_tags_is_limited() -> None:
    tags = {f"tag{number}": "x" for number in range(MOST_TAGS)}
    assert read({**DEV, "tags": tags}).tags.texts == tags
    assert "must be at most 40 tags" in refusal({**DEV, "tags": {**tags, "one-more": "x"}})
