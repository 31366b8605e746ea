"""What a person sees meanwhile: steps, lines and a summary, with the elapsed time."""

import time
from collections.abc import Mapping

from rich.console import Console
from rich.text import Text


class Screen:
    """Prints progress with the minutes and seconds since it was made.

    Colours on a terminal, plain lines elsewhere; safe to call from several threads.
    """

    def __init__(self, console: Console | None = None) -> None:
        """Start the clock; without `console`, standard output is used."""
        self._console = console or Console(highlight=False, soft_wrap=True)
        self._started = time.monotonic()

    def step(self, text: str) -> None:
        """Announce the next step of the work."""
        self._print(Text(text, style="bold cyan"))

    def line(self, text: str, source: str = "") -> None:
        """Show one line of detail, named after the part it comes from."""
        prefix = Text(f"{source}: " if source else "", style="dim")
        self._print(prefix + Text(text))

    def failure(self, text: str) -> None:
        """Show why the work ended early."""
        self._print(Text(text, style="bold red"))

    def summary(self, rows: Mapping[str, str], *, closing: str) -> None:
        """End with names and values, one a line, and a closing sentence."""
        self._print(Text("Done", style="bold green"))
        self._console.print()
        width = max(map(len, rows)) + 2
        for name, value in rows.items():
            self._console.print(Text(name.ljust(width), style="bold") + Text(value))
        self._console.print()
        self._console.print(closing)

    def _print(self, text: Text) -> None:
        minutes, seconds = divmod(int(time.monotonic() - self._started), 60)
        self._console.print(Text(f"[{minutes:02d}:{seconds:02d}] ", style="dim") + text)
