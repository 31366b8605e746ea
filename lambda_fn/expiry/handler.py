"""The function that EventBridge calls every hour."""

import os
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import boto3

# CloudFormation refuses to delete a stack in the middle of something else.
SETTLED = ("COMPLETE", "FAILED")


def on_schedule(event: dict[str, Any], _context: object) -> dict[str, str]:
    """Delete the stack when its last change is older than the limit.

    Args:
        event: a scheduled event; its `time` is the present:
            https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-rule-schedule.html
    """
    name, limit = os.environ["STACK_NAME"], timedelta(hours=int(os.environ["EXPIRES_AFTER_HOURS"]))
    (stack,) = _cloudformation().describe_stacks(StackName=name)["Stacks"]
    changed: datetime = stack.get("LastUpdatedTime", stack["CreationTime"])
    age = datetime.fromisoformat(event["time"]) - changed
    told = f"{name} was changed {age} ago, {limit} are allowed"
    if age < limit or not stack["StackStatus"].endswith(SETTLED):
        return {"kept": told}
    _cloudformation().delete_stack(StackName=stack["StackId"])
    return {"deleted": told}


@cache
def _cloudformation() -> Any:
    return boto3.client("cloudformation")
