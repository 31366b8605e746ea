"""The section of docs/benchmarks.md on batch scoring: measured speeds, and prices by arithmetic."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bench import machine
from scripts.cost.prices import Prices
from scripts.score.plan import plan
from stacks.settings.scoring import ScoringSettings

COLUMNS = (
    "reviews", "processes", "`predict_fn` alone, reviews/s", "cutting, s", "start, s", "judging, s",
    "reviews/s", "share",
)  # fmt: skip
MILLION, BYTES_A_REVIEW = 1_000_000, 1_300
INSTANCES = (1, 4, 16)


@dataclass(frozen=True)
class Measured:
    """One transform job.

    Attributes:
        rows: number of reviews.
        processes: instances of the job, each a process.
        alone: reviews a second of `predict_fn` alone, in as many processes of one thread each.
        cutting: seconds in which the rows were read, cut into parts and uploaded before the job.
        starting: seconds from the job's creation until its first container was ready.
        judging: seconds from then to the job's end.
    """

    rows: int
    processes: int
    alone: float
    cutting: float
    starting: float
    judging: float

    @property
    def rate(self) -> float:
        """Reviews a second while the containers run."""
        return self.rows / self.judging

    @property
    def share(self) -> float:
        """Share of the rate of `predict_fn` alone."""
        return self.rate / self.alone


def measured_table(described: dict[str, str | int], day: str, results: Sequence[Measured]) -> str:
    """Return the machine and the measured jobs.

    Args:
        described: the machine, as `bench.machine` describes it.
        day: date of the measurement.
        results: the measured jobs.
    """
    rows = [
        [
            f"{one.rows:,}", str(one.processes), f"{one.alone:,.0f}", f"{one.cutting:.1f}",
            f"{one.starting:.1f}", f"{one.judging:.1f}", f"{one.rate:,.0f}", f"{one.share:.0%}",
        ]
        for one in results
    ]  # fmt: skip
    return f"On {day}: {machine.sentence(described)}.\n\n" + _table(COLUMNS, rows)


def price_table() -> str:
    """Return what a million reviews cost on AWS by the price table."""
    prices, size = Prices.read(), MILLION * BYTES_A_REVIEW
    plans = {n: plan(size, ScoringSettings(instance_count=n), prices) for n in INSTANCES}
    rows = [[str(n), f"{one.minutes:.1f}", f"{one.dollars:.2f}"] for n, one in plans.items()]
    return _table(["instances", "minutes", "dollars"], rows)


def _table(names: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [names, ["---"] * len(names), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def with_block(page: str, name: str, content: str) -> str:
    """Return the page with new content between the comments `name` and `/name`.

    Raises:
        ValueError: when the page does not have these comments once.
    """
    start, end = f"<!-- {name} -->\n", f"\n<!-- /{name} -->"
    if (page.count(start), page.count(end)) != (1, 1):
        raise ValueError(f"the page must have {start.strip()} and {end.strip()} once")
    before, _, rest = page.partition(start)
    return f"{before}{start}{content}{end}{rest.partition(end)[2]}"


def document(
    described: dict[str, str | int], day: str, results: Sequence[Measured]
) -> dict[str, Any]:
    """Return the results as JSON."""
    jobs = [
        {**vars(one), "rate": round(one.rate, 1), "share": round(one.share, 3)} for one in results
    ]
    return {"measured_on": day, "machine": described, "jobs": jobs}
