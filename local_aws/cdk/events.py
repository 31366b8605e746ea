"""CloudFormation events and other lines in the CDK CLI's output."""

import re
from typing import NamedTuple

# The CLI truncates a status to 24 characters, such as UPDATE_ROLLBACK_IN_PROG.
EVENT = re.compile(
    r"^(\S+) \| +(\d+)(?:/(\d+))? \| [^|]+\| ([A-Z_]+) +\| (\S+) +\| (\S+)(?: \((\w+)\))? ?(.*)$"
)
STACK = "AWS::CloudFormation::Stack"
# Resources slow enough that their start is shown
LONG = (STACK, "AWS::SageMaker::Endpoint", "Custom::")
CHATTER = re.compile(r"^\S+: (start|success): |^Stack ARN:$|^arn:aws:cloudformation:|^Outputs:$")
# Lines that a live display makes redundant
PROGRESS = re.compile(
    r"^Bundling asset |^\s*⏳ |^\s*✅ |^✨ |^\S+: (creating|deploying)|^Trusted accounts for |"
    r"^Using default execution policy|^[\w-]+\.\w+ = |^[\w-]+$"
)


class Event(NamedTuple):
    """An event of one resource, as the CLI prints it."""

    stack: str
    done: int  # complete resources, out of `total`
    total: int
    status: str
    kind: str
    path: str  # construct path in the stack, or the logical id
    logical_id: str
    reason: str  # may be empty

    @classmethod
    def parse(cls, line: str) -> "Event | None":
        """Return the event of a line; None for any other line."""
        match = EVENT.match(line)
        if match is None:
            return None
        stack, done, total, status, kind, path, logical_id, reason = match.groups()
        return cls(
            stack, int(done), int(total or done), status, kind, path, logical_id or path, reason
        )

    @property
    def construct(self) -> str:
        """Path of the construct, without the parts that CDK appends."""
        return self.path.removesuffix("/Default").removesuffix("/Resource")

    @property
    def begins(self) -> bool:
        """True when the resource starts to change."""
        return "_IN_PROG" in self.status

    def __str__(self) -> str:
        """Return the event as one short line."""
        stack, done, total, status, kind, path, _, reason = self
        return f"{stack} {done}/{total} {status} {kind} {path} {reason}".strip()


def reduce(line: str) -> str | None:
    """Return a shorter line, or None for a line that adds nothing.

    An event becomes `stack 12/30 CREATE_COMPLETE type path`, and the start of a quick one is
    left out. Other lines stay as they are.
    """
    event = Event.parse(line)
    if event is None:
        return None if CHATTER.search(line) or not line else line
    return None if event.begins and not event.kind.startswith(LONG) else str(event)
