"""Reason for a failed CDK command, as CloudFormation or the CLI reports it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from local_aws.cdk.events import STACK

# Lines below a reason: hints, stack traces of Node.js, members of a printed error
NOISE = re.compile(
    r"cdk diagnose|Could not fetch logs|^\s+Logs|Subprocess exited with error|^\s+at |^\s*[{}]|"
    r"^Node\.js v|^node:internal|"
    r"^\s*throw |^\s*\^|^Require stack:|^- /|^\s+\w+: .*,?$|^Source Location:|^\s+\(no user code"
)
# A function's log and stack trace
APPENDED = re.compile(r"^Logs: /aws/lambda/|^\s+at ")


def failed_resources(
    stacks: Iterable[str], since: datetime, paths: Mapping[tuple[str, str], str]
) -> list[str]:
    """Return a line with the reason for each resource that caused the failure.

    Args:
        stacks: names of the stacks that were deployed.
        since: start of the deployment.
        paths: stack and logical id to the path of a resource's construct.
    """
    lines = []
    for stack in stacks:
        for resource, kind, reason in _failures(stack, since):
            path = paths.get((stack, resource), resource)
            lines.append(f"{stack}: {path} ({kind}) failed: {_shortened(reason)}")
    return lines


def _failures(stack: str, since: datetime) -> list[tuple[str, str, str]]:
    """Return logical id, type and reason of each failed resource, in the order of failure.

    The stack's own failure counts only if no resource failed.
    """
    client = boto3.client("cloudformation")
    try:
        refused = client.describe_events(StackName=stack)["OperationEvents"]
        pages = list(client.get_paginator("describe_stack_events").paginate(StackName=stack))
    except (BotoCoreError, ClientError):
        return []
    found = [
        (event["LogicalResourceId"], event["ResourceType"], event["ValidationStatusReason"])
        for event in refused
        if event["Timestamp"] >= since and event.get("ValidationStatusReason")
    ]
    for event in reversed([each for page in pages for each in page["StackEvents"]]):
        reason = event.get("ResourceStatusReason", "")
        failed = event["ResourceStatus"].endswith("_FAILED") and event["Timestamp"] >= since
        if failed and reason and "cancelled" not in reason:
            found.append((event["LogicalResourceId"], event["ResourceType"], reason))
    found = list(dict.fromkeys(found))
    return [each for each in found if each[1] != STACK] or found


def _shortened(reason: str) -> str:
    """Return a reason on one line, without the text that CDK's provider functions append."""
    lines = [line for line in reason.splitlines() if not APPENDED.search(line)]
    return " ".join(" ".join(lines).split()).removeprefix("Error: ")


def last_word(lines: Sequence[str]) -> str:
    """Return the line of a failed command's output that states the error."""
    telling = [line.strip() for line in lines if line.strip() and not NOISE.search(line)]
    return telling[-1].removeprefix("Error: ") if telling else "it printed nothing"
