"""Resources that the environment's stacks have in the account already."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from botocore.exceptions import ClientError

from scripts.preflight.assembly import Resource
from scripts.preflight.clients import Clients
from scripts.preflight.row import Row, State

STACKS = "stacks"
MISSING = "does not exist"
BUSY = "_IN_PROGRESS"
# A stack that has only a change set
REVIEWED = "REVIEW_IN_PROGRESS"


@dataclass(frozen=True)
class Deployed:
    """The resources of the environment's stacks.

    Attributes:
        ids: stack and logical id to physical id.
    """

    ids: dict[tuple[str, str], str]

    def read(self, clients: Clients, stacks: Iterable[str]) -> Iterator[Row]:
        """Add the resources of the stacks that exist, and yield a row about the stacks."""
        states = {stack: state for stack in stacks if (state := _state(clients, stack))}
        for stack in states:
            pages = clients("cloudformation").get_paginator("list_stack_resources")
            for page in pages.paginate(StackName=stack):
                for found in page["StackResourceSummaries"]:
                    if found["ResourceStatus"] != "DELETE_COMPLETE":
                        physical = found.get("PhysicalResourceId", "")
                        self.ids[stack, found["LogicalResourceId"]] = physical
        shown = ", ".join(f"{stack} is {state}" for stack, state in states.items())
        if any(state.endswith(BUSY) and state != REVIEWED for state in states.values()):
            yield Row(STACKS, State.PROBLEM, shown, "wait until its operation has ended")
        else:
            yield Row(STACKS, State.GOOD, shown or "none is deployed yet")

    def id_of(self, resource: Resource) -> str | None:
        """Return the physical id of a resource; None if it is not deployed."""
        return self.ids.get((resource.stack, resource.logical_id))


def _state(clients: Clients, stack: str) -> str:
    """Return a stack's status; empty if it does not exist."""
    try:
        (found,) = clients("cloudformation").describe_stacks(StackName=stack)["Stacks"]
    except ClientError as error:
        if MISSING in str(error):
            return ""
        raise
    return str(found["StackStatus"])
