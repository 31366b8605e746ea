"""Lambda handler that EventBridge calls every hour."""

import os
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import boto3

# CloudFormation refuses to delete a stack during another operation.
SETTLED = ("COMPLETE", "FAILED")


class EventError(ValueError):
    """An event without a valid time."""


def on_schedule(event: dict[str, Any], _context: object) -> dict[str, str]:
    """Delete the stack when its last change is older than the limit.

    Args:
        event: a scheduled event; its `time` is the current time:
            https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-rule-schedule.html

    Raises:
        EventError: when the event has no valid time.
    """
    stack_id, hours = os.environ["STACK_ID"], int(os.environ["EXPIRES_AFTER_HOURS"])
    limit = timedelta(hours=hours)
    (stack,) = _cloudformation().describe_stacks(StackName=stack_id)["Stacks"]
    changed: datetime = stack.get("LastUpdatedTime", stack["CreationTime"])
    age = _time(event) - changed
    reason = f"{stack['StackName']} last changed {age} ago; the limit is {limit}"
    if age < limit or not stack["StackStatus"].endswith(SETTLED):
        return {"kept": reason}
    _cloudformation().delete_stack(StackName=stack_id)
    return {"deleted": reason}


def _time(event: dict[str, Any]) -> datetime:
    value = event.get("time")
    try:
        time = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        time = None
    if time is None or time.tzinfo is None:
        raise EventError(
            f"The event's time is {value!r}; it must be one such as 2026-01-31T12:00:00Z"
        )
    return time


@cache
def _cloudformation() -> Any:
    return boto3.client("cloudformation")
