"""Reasons in the metadata of templates."""

from typing import Any

from stacks.building_blocks.reasons import BY_TYPE

SHORTEST = 20  # least characters of a meaningful reason


def of_resources(template: dict[str, Any], tool: str, key: str) -> set[tuple[str, str]]:
    """Return logical id and rule of every reason in resources' metadata."""
    found = set()
    for logical_id, resource in template["Resources"].items():
        for entry in resource.get("Metadata", {}).get(tool, {}).get(key, []):
            assert len(entry.get("reason", entry.get("comment", ""))) > SHORTEST, logical_id
            found.add((logical_id, entry["id"]))
    return found


def of_types(template: dict[str, Any]) -> set[tuple[str, str]]:
    """Return resource type and rule of every reason in the template's own metadata."""
    found = set()
    for kind, reasons in template["Metadata"][BY_TYPE].items():
        assert all(len(why) > SHORTEST for why in reasons.values()), kind
        found |= {(kind, rule) for rule in reasons}
    return found


def types(template: dict[str, Any], given: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Return resource type and rule of logical ids and rules."""
    return {(template["Resources"][logical_id]["Type"], rule) for logical_id, rule in given}
