"""Steps and lines on the terminal, with the elapsed time."""

import time

from rich.console import Console
from rich.text import Text


class Screen:
    """Prints progress with the minutes and seconds since it was created.

    It uses colours on a terminal and plain lines elsewhere. Several threads may call it.

    Attributes:
        console: the console to print to.
        verbose: whether to show the CDK CLI's whole output.
    """

    def __init__(self, console: Console | None = None, *, verbose: bool = False) -> None:
        """Start the clock; the default console is standard output."""
        self.console = console or Console(highlight=False, soft_wrap=True)
        self.verbose = verbose
        self._started = time.monotonic()

    def step(self, text: str) -> None:
        """Announce the next step."""
        self._print(Text(text, style="bold cyan"))

    def line(self, text: str, source: str = "") -> None:
        """Show one line of detail, prefixed with the part that it comes from."""
        prefix = Text(f"{source}: " if source else "", style="dim")
        self._print(prefix + Text(text))

    def failure(self, text: str) -> None:
        """Show why the work ended early."""
        self._print(Text(text, style="bold red"))

    def done(self) -> None:
        """Announce the end."""
        self._print(Text("Done", style="bold green"))

    def _print(self, text: Text) -> None:
        minutes, seconds = divmod(int(time.monotonic() - self._started), 60)
        self.console.print(Text(f"[{minutes:02d}:{seconds:02d}] ", style="dim") + text)
