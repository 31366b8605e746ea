"""Waiting for something that another process does."""

import time
from collections.abc import Callable
from typing import TypeVar

SECONDS = 300.0  # many processes on few cores
Found = TypeVar("Found")


def until(
    look: Callable[[], Found | None],
    *,
    seconds: float = SECONDS,
    explain: Callable[[], object] = str,
) -> Found:
    """Wait until a call returns something true, and return that.

    Args:
        look: called until it returns something true.
        seconds: limit on the wait.
        explain: what to show when the limit is reached.
    """
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, explain()
        time.sleep(0.05)
    return found
