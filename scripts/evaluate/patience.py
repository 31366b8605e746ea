"""Asking again, ever more slowly, while a target is busy."""

import random
import time
from collections.abc import Callable
from typing import TypeVar

from scripts.evaluate.errors import BusyError, EvaluationError

T = TypeVar("T")

ATTEMPTS = 8
FIRST_PAUSE = 0.5  # seconds; doubled each time
LONGEST_PAUSE = 30.0


def patiently(ask: Callable[[], T], *, attempts: int = ATTEMPTS) -> tuple[T, float, int]:
    """Ask until there is an answer.

    The pauses double and are random in their upper half, so that several that were refused
    together do not come back together.

    Returns:
        The answer, the seconds that it took without the attempts before it, and their number.

    Raises:
        EvaluationError: when the last attempt, too, found the target busy.
    """
    for retries in range(attempts):
        since = time.perf_counter()
        try:
            answer = ask()
        except BusyError as busy:
            if retries == attempts - 1:
                raise EvaluationError(f"{busy}, {attempts} times") from busy
            pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2**retries) * random.uniform(0.5, 1)  # noqa: S311
            time.sleep(max(busy.after, pause))
        else:
            return answer, time.perf_counter() - since, retries
    raise ValueError(f"attempts is {attempts}; at least 1 is needed")
