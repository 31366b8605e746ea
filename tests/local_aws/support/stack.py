"""CloudFormation stacks of the emulator, from templates as Python values."""

import json
from dataclasses import dataclass
from typing import Any

from local_aws.environment import DEFAULT_REGION
from tests.local_aws.conftest import Emulator
from tests.support.waiting import until

Resources = dict[str, Any]


@dataclass(frozen=True)
class DeployedStack:
    """State of a stack after an operation.

    Attributes:
        status: CloudFormation's status, such as UPDATE_ROLLBACK_COMPLETE.
        outputs: output key to value.
        ids: logical to physical id.
        reasons: reasons of the failed resources, newest first.
    """

    status: str
    outputs: dict[str, str]
    ids: dict[str, str]
    reasons: list[str]


class Stack:
    """A stack that tests deploy with changing templates."""

    def __init__(self, emulator: Emulator, name: str, *, region: str = DEFAULT_REGION) -> None:
        """Name the stack without creating it."""
        self._client, self._name = emulator.client("cloudformation", region), name

    def deploy(self, resources: Resources, **outputs: Any) -> DeployedStack:
        """Create or update the stack and wait until it has settled."""
        template = {
            "Resources": resources,
            "Outputs": {key: {"Value": value} for key, value in outputs.items()},
        }
        exists = any(
            stack["StackName"] == self._name and stack["StackStatus"] != "DELETE_COMPLETE"
            for stack in self._client.list_stacks()["StackSummaries"]
        )
        change = self._client.update_stack if exists else self._client.create_stack
        change(
            StackName=self._name,
            TemplateBody=json.dumps(template),
            Capabilities=["CAPABILITY_NAMED_IAM"],
        )
        return self._state()

    def delete(self) -> str:
        """Delete the stack and return its last status."""
        stack_id = self._client.describe_stacks(StackName=self._name)["Stacks"][0]["StackId"]
        self._client.delete_stack(StackName=self._name)
        return str(self._settled(stack_id)["StackStatus"])

    def _state(self) -> DeployedStack:
        stack = self._settled(self._name)
        return DeployedStack(
            status=stack["StackStatus"],
            outputs={o["OutputKey"]: o["OutputValue"] for o in stack.get("Outputs", [])},
            ids=self._ids(),
            reasons=self._reasons(),
        )

    def _settled(self, name: str) -> dict[str, Any]:
        def described() -> dict[str, Any] | None:
            stack: dict[str, Any] = self._client.describe_stacks(StackName=name)["Stacks"][0]
            return None if stack["StackStatus"].endswith("_IN_PROGRESS") else stack

        return until(described, explain=lambda: f"{self._name} has not settled")

    def _ids(self) -> dict[str, str]:
        found = self._client.describe_stack_resources(StackName=self._name)["StackResources"]
        return {r["LogicalResourceId"]: r["PhysicalResourceId"] for r in found}

    def _reasons(self) -> list[str]:
        events = self._client.describe_stack_events(StackName=self._name)["StackEvents"]
        return [
            event["ResourceStatusReason"]
            for event in events
            if event["ResourceStatus"].endswith("_FAILED") and event.get("ResourceStatusReason")
        ]
