"""Reasons in the metadata of templates."""

from collections.abc import Iterator
from typing import Any


def noted(template: dict[str, Any], tool: str, key: str) -> Iterator[tuple[str, str]]:
    """Yield logical id and rule of every reason in a template's metadata."""
    for logical_id, resource in template["Resources"].items():
        for entry in resource.get("Metadata", {}).get(tool, {}).get(key, []):
            assert len(entry.get("reason", entry.get("comment", ""))) > 20, (logical_id, entry)
            yield logical_id, entry["id"]
