"""Resources that a change adds, removes, changes in place or replaces."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cfnlint.schema import PROVIDER_SCHEMA_MANAGER, ResourceNotFoundError

ADDED, REMOVED, CHANGED, REPLACED = "added", "removed", "changed", "replaced"
# Schemas differ little between regions, and in nothing that matters here.
SCHEMA_REGION = "us-east-1"
# CloudFormation replaces a custom resource when another function provides it.
CUSTOM_IMMUTABLE = {"ServiceToken"}


@dataclass(frozen=True)
class Change:
    """What happens to one resource.

    Attributes:
        kind: `added`, `removed`, `changed` or `replaced`.
        resource: its logical id.
        type: its CloudFormation type.
        properties: names of the properties that differ, for the last two.
    """

    kind: str
    resource: str
    type: str
    properties: tuple[str, ...] = ()


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    """Yield the changes from one template to the next, in the order of the logical ids."""
    old, new = before.get("Resources", {}), after.get("Resources", {})
    for name in sorted(old.keys() | new.keys()):
        if name not in new:
            yield Change(REMOVED, name, old[name]["Type"])
        elif name not in old:
            yield Change(ADDED, name, new[name]["Type"])
        elif old[name] != new[name]:
            yield _change(name, old[name], new[name])


def _change(name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Change:
    if old["Type"] != new["Type"]:
        return Change(REPLACED, name, new["Type"], ("Type",))
    was, is_ = ({**one.get("Properties", {})} for one in (old, new))
    differing = tuple(
        sorted(key for key in was.keys() | is_.keys() if was.get(key) != is_.get(key))
    )
    attributes = tuple(
        sorted(
            key
            for key in (old.keys() | new.keys()) - {"Properties", "Type"}
            if old.get(key) != new.get(key)
        )
    )
    fixed = immutable(new["Type"])
    replaced = any(key in fixed for key in differing)
    return Change(REPLACED if replaced else CHANGED, name, new["Type"], differing + attributes)


def immutable(kind: str) -> set[str]:
    """Return the top-level properties whose change replaces a resource, after its AWS schema."""
    if kind.startswith("Custom::"):
        return CUSTOM_IMMUTABLE
    try:
        schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema(SCHEMA_REGION, kind).schema
    except ResourceNotFoundError:
        return set()
    paths: list[str] = schema.get("createOnlyProperties", [])
    return {path.removeprefix("/properties/").partition("/")[0] for path in paths}
