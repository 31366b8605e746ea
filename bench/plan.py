"""How much is measured of each subject."""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Plan:
    """Sizes of one subject's measurement; None is everything there is.

    Attributes:
        cleaned: reviews that are cleaned.
        batches: training steps that are timed, for the notebook alone.
        single: reviews that are served one at a time.
        repeats: how often each of these is sent; its quickest answer counts.
        lists: requests with a list of 512 reviews.
        list_length: reviews in such a list.
        processor_time: count the time that the processors worked for the process, which hardly
            depends on what else the machine does, instead of the time that passed.
    """

    cleaned: int | None = None
    batches: int | None = None
    single: int | None = None
    repeats: int = 1
    lists: int = 8
    list_length: int = 512
    processor_time: bool = False

    @property
    def clock(self) -> Callable[[], float]:
        """Return the function that tells the seconds."""
        return time.process_time if self.processor_time else time.perf_counter

    def as_dict(self) -> dict[str, Any]:
        """Return what `Plan(**...)` makes the same plan of."""
        return asdict(self)


# The notebook's algorithm would take more than an hour and a half.
NOTEBOOK_SAMPLE = Plan(cleaned=200, batches=4, single=500, lists=1, list_length=64)
FULL = Plan()

CHECK = Plan(cleaned=1000, single=200, repeats=3, lists=2, list_length=256, processor_time=True)
CHECK_NOTEBOOK = Plan(
    cleaned=40, batches=1, single=25, repeats=2, lists=1, list_length=16, processor_time=True
)
