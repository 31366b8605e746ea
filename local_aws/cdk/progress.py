"""Progress of a CDK command: one live line per stack on a terminal, plain lines elsewhere."""

import re
import time
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from local_aws.cdk.events import CHATTER, PROGRESS, STACK, Event, reduce
from local_aws.cdk.screen import Screen

BEGINS = re.compile(r"^(\S+): (?:creating CloudFormation changeset|deploying)\.\.\.")
ENDS = re.compile(r"^\s*(✅|❌) ")
# From here on the CLI repeats at length what has failed.
POST_MORTEM = re.compile(r"^Failed resources:|^\s*❌ ")


@dataclass
class StackProgress:
    """Progress of one stack, rendered as one line.

    Attributes:
        name: name of the stack.
        done: number of resources that are complete.
        total: number of resources that change.
        waiting: paths of the resources that change now.
        failure: path of the first resource that failed; empty for none.
        mark: ✅ or ❌ when the stack is settled.
    """

    name: str
    done: int = 0
    total: int = 0
    waiting: list[str] = field(default_factory=list)
    failure: str = ""
    mark: str = ""
    _began: float = field(default_factory=time.monotonic)
    _seconds: float = 0.0
    _ended: set[tuple[str, str]] = field(default_factory=set)

    def observe(self, event: Event) -> None:
        """Take an event of one of the stack's resources."""
        self.done, self.total = min(event.done, event.total), event.total
        if event.kind == STACK:
            return
        change = (event.path, event.status.partition("_")[0])
        if not event.begins:
            self._ended.add(change)
            self.waiting = [path for path in self.waiting if path != event.path]
        elif change not in self._ended:  # the CLI may print the end before the beginning
            self.waiting = [*(path for path in self.waiting if path != event.path), event.path]
        if event.status.endswith("_FAILED"):
            self.failure = self.failure or event.path

    def end(self, mark: str) -> None:
        """Stop the clock."""
        if not self.mark:
            self.mark, self._seconds = mark, time.monotonic() - self._began
            self.waiting = []

    def row(self, note: str) -> tuple[str, str, str]:
        """Return resources, elapsed time and what the stack is waiting for."""
        minutes, seconds = divmod(int(self._seconds or time.monotonic() - self._began), 60)
        resources = f"{self.done}/{self.total}" if self.total else ""
        detail = f"waiting for {self.waiting[-1]}" if self.waiting else ""
        if self.failure:
            detail = f"{self.failure} failed" + ("" if self.mark else "; rolling back")
        elif detail and note:
            detail = f"{detail}: {note}"
        return resources, f"{minutes}:{seconds:02d}", detail


class Progress:
    """A context that shows the output of a CDK command while it runs.

    Attributes:
        stacks: stack name to its progress, in the order of deployment.
        paths: stack and logical id to the path of a resource's construct.
    """

    def __init__(self, screen: Screen, activity: str = "starting") -> None:
        """Show progress on `screen`; `activity` is what the CLI does at first."""
        self.stacks: dict[str, StackProgress] = {}
        self.paths: dict[tuple[str, str], str] = {}
        self._screen = screen
        self._spinner = Spinner("dots")
        self._activity = activity
        self._note = ""
        self._in_reason = False  # lines of a failure's reason follow
        self._post_mortem = False
        self._live: Live | None = None
        if screen.console.is_terminal and not screen.verbose:
            self._live = Live(self, console=screen.console, refresh_per_second=8)

    def __enter__(self) -> Self:
        """Start the live display, if there is one."""
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Leave the last state of each stack on the screen."""
        self._activity = ""
        for stack in self.stacks.values():
            stack.end("❌" if error else "✅")
        if self._live is not None:
            self._live.stop()

    def cli_line(self, line: str) -> None:
        """Show a line of the CDK CLI."""
        event = Event.parse(line)
        self._observe(line, event)
        self._post_mortem = self._post_mortem or POST_MORTEM.search(line) is not None
        if self._screen.verbose:
            self._screen.line(line, "cdk")
        elif self._post_mortem:
            return
        elif self._live is None:
            if (shown := reduce(line)) is not None:
                self._screen.line(shown, "cdk")
        elif event is not None:
            self._in_reason = event.status.endswith("_FAILED")
        elif PROGRESS.search(line):
            self._activity = line.strip()
        elif line and not self._in_reason and not CHATTER.search(line):
            self._screen.line(line, "cdk")

    def training_line(self, line: str) -> None:
        """Show a line of a training job's log; on a terminal, behind what its stack waits for."""
        self._note = line
        if self._live is None:
            self._screen.line(line, "training")

    def _observe(self, line: str, event: Event | None) -> None:
        if event is not None:
            self._stack(event.stack).observe(event)
            self.paths[event.stack, event.logical_id] = event.path
        elif begins := BEGINS.match(line):
            self._stack(begins[1])
        elif ends := ENDS.match(line):
            for stack in self.stacks.values():
                stack.end(ends[1])

    def _stack(self, name: str) -> StackProgress:
        return self.stacks.setdefault(name, StackProgress(name))

    def __rich__(self) -> Table:
        """Return one line per stack; before the first, one with what the CLI does."""
        table = Table.grid(padding=(0, 1))
        for _ in range(4):
            table.add_column(no_wrap=True)
        table.add_column(no_wrap=True, overflow="ellipsis", style="dim")
        for stack in self.stacks.values():
            resources, elapsed, detail = stack.row(self._note)
            name = Text(stack.name, style="bold")
            table.add_row(stack.mark or self._spinner, name, resources, elapsed, detail)
        if self._activity and all(stack.mark for stack in self.stacks.values()):
            table.add_row(self._spinner, Text("cdk", style="dim"), "", "", self._activity)
        return table
