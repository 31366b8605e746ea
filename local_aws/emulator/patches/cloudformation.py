"""CloudFormation: further resource types, refused templates, and the state of stacks."""

from collections.abc import Callable, Mapping
from typing import Any

from ministack.services import cloudformation, lambda_svc
from ministack.services.cloudformation import (
    changesets,
    custom_resource,
    engine,
    handlers,
    provisioners,
    stacks,
)

PRIVATE_NAMES = (
    (cloudformation, "_stack_events", "AccountRegionScopedDict"),
    (cloudformation, "_stacks", "AccountRegionScopedDict"),
    (changesets, "validate_template_support", "(template, conditions, params=None)"),
    (custom_resource, "_pending", "dict"),
    (custom_resource, "deliver_response", "(token, response)"),
    (engine, "_intrinsic_references", "(value)"),
    (handlers, "validate_template_support", "(template, conditions, params=None)"),
    (lambda_svc, "_execute_function_with_config_scope", "(func, event)"),
    (provisioners, "_RESOURCE_HANDLERS", "dict"),
    (stacks, "_runs_on_worker_thread", "(resource_type)"),
)
# Functions of a resource type: create, update and delete
ResourceHandler = Mapping[str, Callable[..., Any]]
Properties = dict[str, Any]
# Physical id and attributes of a resource
Created = tuple[str, dict[str, Any]]


def apply(further: Mapping[str, ResourceHandler]) -> None:
    """Let handlers create, update and delete resources, and refuse dangling references.

    Handlers may be slow and may call the emulator, because they run on a worker thread.

    Args:
        further: resource type to handler.
    """
    provisioners._RESOURCE_HANDLERS.update(further)
    by_ministack = stacks._runs_on_worker_thread

    def runs_on_worker_thread(resource_type: str) -> bool:
        return resource_type in further or bool(by_ministack(resource_type))

    stacks._runs_on_worker_thread = runs_on_worker_thread
    _refuse_dangling_references()
    _fail_resources_of_failed_functions()


def _fail_resources_of_failed_functions() -> None:
    """Fail a custom resource at once if its function fails, for example because it cannot start.

    AWS waits for an answer until the resource's timeout, which by default is an hour.
    """
    by_ministack = lambda_svc._execute_function_with_config_scope

    def execute(func: dict[str, Any], event: Any) -> Any:
        result = by_ministack(func, event)
        # CDK's provider framework also passes the event to a function that fails until it is repeated.
        if result.get("error") and _is_asked(func, event):
            token = str(event.get("ResponseURL")).rpartition("/")[2]
            waiting = custom_resource._pending.get(token)
            if waiting and not waiting["event"].is_set():
                reason = dict(result["body"]).get("errorMessage") or "The function failed"
                custom_resource.deliver_response(token, {"Status": "FAILED", "Reason": reason})
        return result

    lambda_svc._execute_function_with_config_scope = execute


def _is_asked(func: dict[str, Any], event: Any) -> bool:
    """Return whether CloudFormation itself has invoked a function for a custom resource."""
    properties = event.get("ResourceProperties", {}) if isinstance(event, dict) else {}
    asked: bool = properties.get("ServiceToken") == func["config"]["FunctionArn"]
    return asked


def _refuse_dangling_references() -> None:
    """Refuse a template, of an import as well, that refers to a resource it does not contain."""
    by_ministack = engine.validate_template_support

    def validate(
        template: dict[str, Any], conditions: dict[str, Any], params: dict[str, Any] | None = None
    ) -> None:
        by_ministack(template, conditions, params)
        dangling = _dangling_references(template)
        if dangling and not template.get("Transform"):
            raise ValueError(
                f"Template format error: Unresolved resource dependencies [{', '.join(dangling)}] "
                "in the Resources block of the template"
            )

    changesets.validate_template_support = handlers.validate_template_support = validate


def _dangling_references(template: dict[str, Any]) -> list[str]:
    """Return the names that the resources refer to and the template does not declare."""
    resources = template.get("Resources", {})
    named: set[str] = set()
    for resource in resources.values():
        named |= {name for name, _ in engine._intrinsic_references(resource.get("Properties", {}))}
        depends_on = resource.get("DependsOn", [])
        named |= {depends_on} if isinstance(depends_on, str) else set(depends_on)
    declared = resources.keys() | template.get("Parameters", {}).keys()
    return sorted(name for name in named - declared if not name.startswith("AWS::"))


def known_resources() -> set[str]:
    """Return the resource types that can be created."""
    return set(provisioners._RESOURCE_HANDLERS)


def deployed(kind: str) -> list[Properties]:
    """Return the properties of every resource of a type, in any stack."""
    return [
        resource.get("Properties", {})
        for stack in dict(cloudformation._stacks._data).values()
        for resource in dict(stack.get("_resources", {})).values()
        if resource.get("ResourceType") == kind
    ]


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
