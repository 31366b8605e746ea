"""Templates are readable: described, without unused parts, within limits."""

import json
import re
from typing import Any

import pytest

from scripts.snapshots import masked
from scripts.synthesis import STACKS
from tests.stacks.assembly import Assembly

# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
MOST_BYTES = 1_000_000
MOST_RESOURCES = 500


def references(part: Any) -> set[str]:
    """Return the names referenced in a part of a template."""
    text = json.dumps(part)
    named = re.findall(r'"Ref": "([^"]+)"', text)
    return {*named, *re.findall(r"\$\{([A-Za-z0-9:]+)[.}]", text)}


@pytest.mark.parametrize("stack", STACKS)
def test_everything_is_described(assembly: Assembly, stack: str) -> None:
    template = assembly.template(stack)
    assert template["Description"]
    for section in ("Parameters", "Outputs"):
        assert template[section]
        for name, entry in template[section].items():
            assert len(entry.get("Description", "")) >= len("The page"), name


@pytest.mark.parametrize("stack", STACKS)
def test_every_parameter_is_used(assembly: Assembly, stack: str) -> None:
    template = dict(assembly.template(stack))
    parameters = template.pop("Parameters")
    assert set(parameters) - references(template) == set()


@pytest.mark.parametrize("stack", STACKS)
def test_templates_are_far_below_cloudformations_limits(assembly: Assembly, stack: str) -> None:
    template = assembly.template(stack)
    assert len(json.dumps(template)) < MOST_BYTES / 5
    assert len(template["Resources"]) < MOST_RESOURCES / 5


def test_functions_rules_and_alarms_have_descriptions(assembly: Assembly) -> None:
    described = {
        "AWS::CloudWatch::Alarm": "AlarmDescription",
        "AWS::Events::Rule": "Description",
        "AWS::KMS::Key": "Description",
    }
    for kind, key in described.items():
        for name, resource in assembly.resources(kind).items():
            assert resource["Properties"].get(key), name


def lines(template: dict[str, Any]) -> int:
    return len(json.dumps(template, indent=2).splitlines())


def test_at_most_eight_percent_of_the_lines_are_metadata(dev: Assembly, prod: Assembly) -> None:
    templates = [masked(one.template(stack)) for one in (dev, prod) for stack in STACKS]
    everything = sum(map(lines, templates))
    for template in templates:
        for part in (template, *template["Resources"].values()):
            part.pop("Metadata", None)
    assert everything - sum(map(lines, templates)) <= 0.08 * everything
