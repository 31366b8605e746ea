"""Waiting for something that another process does."""

import time
from collections.abc import Callable

SECONDS = 240.0


def until(
    condition: Callable[[], bool], *, seconds: float = SECONDS, explain: Callable[[], object] = str
) -> None:
    """Wait until a condition is true.

    Args:
        condition: called until it returns true.
        seconds: limit on the wait.
        explain: what to show when the limit is reached.
    """
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, explain()
        time.sleep(0.1)
