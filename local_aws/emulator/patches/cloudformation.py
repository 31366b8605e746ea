"""CloudFormation: resource types that ministack lacks, and the state of its stacks."""

from collections.abc import Callable, Mapping
from typing import Any

from ministack.services import cloudformation
from ministack.services.cloudformation import provisioners, stacks

PRIVATE_NAMES = (
    (cloudformation, "_stack_events", "AccountRegionScopedDict"),
    (cloudformation, "_stacks", "AccountRegionScopedDict"),
    (provisioners, "_RESOURCE_HANDLERS", "dict"),
    (stacks, "_runs_on_worker_thread", "(resource_type)"),
)
# Functions of a resource type: create, update and delete
ResourceHandler = Mapping[str, Callable[..., Any]]
Properties = dict[str, Any]
# Physical id and attributes of a resource
Created = tuple[str, dict[str, Any]]


def apply(handlers: Mapping[str, ResourceHandler]) -> None:
    """Let handlers create, update and delete resources.

    Handlers may be slow and may call the emulator, because they run on a worker thread.

    Args:
        handlers: resource type to handler.
    """
    provisioners._RESOURCE_HANDLERS.update(handlers)
    by_ministack = stacks._runs_on_worker_thread

    def runs_on_worker_thread(resource_type: str) -> bool:
        return resource_type in handlers or bool(by_ministack(resource_type))

    stacks._runs_on_worker_thread = runs_on_worker_thread


def known_resources() -> set[str]:
    """Return the resource types that can be created."""
    return set(provisioners._RESOURCE_HANDLERS)


def settled_stacks() -> tuple[tuple[str, str, int], ...] | None:
    """Return each stack's id, status and number of events; None while one is being changed."""
    every = dict(cloudformation._stacks._data)
    if any(stack["StackStatus"].endswith("_IN_PROGRESS") for stack in every.values()):
        return None
    events = cloudformation._stack_events._data
    return tuple(
        (str(key), str(stack["StackStatus"]), len(events.get(key, ())))
        for key, stack in every.items()
    )
