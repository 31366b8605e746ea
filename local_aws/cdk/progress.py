"""Progress of a CDK command: one live line per stack on a terminal, plain lines elsewhere."""

import re
from dataclasses import dataclass, field
from typing import Self

from rich import progress
from rich.table import Column

from local_aws.cdk.events import CHATTER, PROGRESS, STACK, Event, reduce
from local_aws.cdk.screen import Screen

BEGINS = re.compile(r"^(\S+): (?:creating CloudFormation changeset|deploying)\.\.\.")
ENDS = re.compile(r"^\s*(✅|❌) ")
# After this line the CLI repeats the failures at length.
POST_MORTEM = re.compile(r"^Failed resources:|^\s*❌ ")


@dataclass
class Stack:
    """A stack's live line and the changes of its resources.

    Attributes:
        line: id of the live line.
        waiting: paths of the resources that are changing.
        ended: path and kind of each finished change.
        failure: path of the first resource that failed; may be empty.
    """

    line: progress.TaskID
    waiting: list[str] = field(default_factory=list)
    ended: set[tuple[str, str]] = field(default_factory=set)
    failure: str = ""

    def observe(self, event: Event) -> None:
        """Record an event of one of the stack's resources."""
        change = (event.path, event.status.partition("_")[0])
        if not event.begins:
            self.ended.add(change)
        self.waiting = [path for path in self.waiting if path != event.construct]
        if event.kind != STACK and change not in self.ended:  # the end may be printed first
            self.waiting.append(event.construct)
        if event.status.endswith("_FAILED"):
            self.failure = self.failure or event.construct

    def detail(self, note: str) -> str:
        """Return the resource that the stack waits for, with the last line of its training job."""
        if self.failure:
            return f"{self.failure} failed; rolling back"
        if not self.waiting:
            return ""
        return f"waiting for {self.waiting[-1]}" + (f": {note}" if note else "")


class Progress:
    """Context manager that shows the output of a CDK command while it runs.

    Attributes:
        live: live lines of the stacks; disabled without a terminal.
        stacks: stack name to its progress, in the order of deployment.
        paths: stack and logical id to the path of a resource's construct.
    """

    def __init__(self, screen: Screen, activity: str = "starting") -> None:
        """Show progress on `screen`; `activity` describes the CLI's first step."""
        cut = Column(no_wrap=True, overflow="ellipsis", ratio=1)
        self.live = progress.Progress(
            progress.SpinnerColumn(finished_text=""),
            progress.TextColumn("{task.fields[mark]}{task.description}"),
            progress.TextColumn("{task.fields[resources]}"),
            progress.TimeElapsedColumn(),
            progress.TextColumn("{task.fields[detail]}", "dim", markup=False, table_column=cut),
            console=screen.console,
            expand=True,
            disable=screen.verbose or not screen.console.is_terminal,
        )
        self.stacks: dict[str, Stack] = {}
        self.paths: dict[tuple[str, str], str] = {}
        self._screen, self._note = screen, ""
        self._cdk = self._line("cdk", activity)
        self._in_reason = False  # lines of a failure's reason follow
        self._post_mortem = False

    def __enter__(self) -> Self:
        """Start the live display."""
        self.live.start()
        return self

    def __exit__(self, kind: object, error: object, traceback: object) -> None:
        """Leave the last state of each stack on the screen."""
        self._end("❌" if error else "✅")
        self.live.update(self._cdk, visible=False)
        self.live.stop()

    def cli_line(self, line: str) -> None:
        """Show a line of the CDK CLI."""
        event = Event.parse(line)
        self._observe(line, event)
        self._post_mortem = self._post_mortem or POST_MORTEM.search(line) is not None
        if self._screen.verbose:
            self._screen.line(line, "cdk")
        elif self._post_mortem:
            return
        elif self.live.disable:
            if (shown := reduce(line)) is not None:
                self._screen.line(shown, "cdk")
        elif event is not None:
            self._in_reason = event.status.endswith("_FAILED")
        elif PROGRESS.search(line):
            self.live.update(self._cdk, detail=line.strip())
        elif line and not self._in_reason and not CHATTER.search(line):
            self._screen.line(line, "cdk")

    def training_line(self, line: str) -> None:
        """Show a line of a training job's log; on a terminal, on its stack's line."""
        self._note = line
        for stack in self.stacks.values():
            if stack.waiting:
                self.live.update(stack.line, detail=stack.detail(line))
        if self.live.disable:
            self._screen.line(line, "training")

    def _observe(self, line: str, event: Event | None) -> None:
        if event is not None:
            stack = self._stack(event.stack)
            stack.observe(event)
            self.paths[event.stack, event.logical_id] = event.construct
            resources = f"{min(event.done, event.total)}/{event.total}"
            detail = stack.detail(self._note)
            self.live.update(stack.line, resources=resources, detail=detail)
        elif begins := BEGINS.match(line):
            self._stack(begins[1])
        elif ends := ENDS.match(line):
            self._end(ends[1])

    def _stack(self, name: str) -> Stack:
        if name not in self.stacks:
            self.stacks[name] = Stack(self._line(name))
            self.live.update(self._cdk, visible=False)
        return self.stacks[name]

    def _line(self, name: str, detail: str = "") -> progress.TaskID:
        return self.live.add_task(name, total=None, mark="", resources="", detail=detail)

    def _end(self, mark: str) -> None:
        """Stop the clocks of the stacks that are being deployed."""
        for stack in self.stacks.values():
            detail = f"{stack.failure} failed" if stack.failure else ""
            if not self.live.tasks[stack.line].finished:
                self.live.update(stack.line, total=1, completed=1, mark=f"{mark} ", detail=detail)
        self.live.update(self._cdk, visible=True)
