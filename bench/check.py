"""Whether a ratio fell against the committed ones, on a small sample and a noisy machine."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median

from bench.figure import Figure
from bench.plan import CHECK, CHECK_NOTEBOOK, Plan
from bench.rows import NOTEBOOK, OURS, TITLES, ratios
from bench.stages import Bench

SAMPLE = 2000  # packaged reviews
ROUNDS = 3
ATTEMPTS = 3
KEPT = 2 / 3  # of the committed ratio, at least
# Nobody waits for the notebook's accuracy here: the wrong verdicts are compared with this peer's.
REFERENCE = "tfidf"

Ratios = dict[str, float]
Measure = Callable[[], Ratios]


@dataclass(frozen=True)
class Fall:
    """A ratio that fell too far in every attempt.

    Attributes:
        row: its key.
        committed: what it was.
        measured: the best of the attempts; None when the row was not measured.
    """

    row: str
    committed: float
    measured: float | None

    def __str__(self) -> str:
        """Say so in a line."""
        if self.measured is None:
            return f"{self.row}: committed is {self.committed:.3g}, and it was not measured"
        return (
            f"{self.row}: the ratio fell from {self.committed:.3g} to {self.measured:.3g}; "
            f"allowed is at least {self.committed * KEPT:.3g}"
        )


def plans() -> dict[str, Plan]:
    """Return how much of the sample each subject is measured on."""
    return {**dict.fromkeys(TITLES, CHECK), NOTEBOOK: CHECK_NOTEBOOK}


def fallen(committed: Mapping[str, float], measured: Mapping[str, float]) -> list[Fall]:
    """Return the rows whose ratio is more than a third below the committed one, or missing."""
    return [
        Fall(row, value, measured.get(row))
        for row, value in committed.items()
        if measured.get(row, 0.0) < value * KEPT
    ]


def best_of_attempts(committed: Mapping[str, float], measure: Measure) -> Ratios:
    """Measure until nothing is fallen, at most three times, and return each row's best ratio."""
    best: Ratios = {}
    for _ in range(ATTEMPTS):
        for row, value in measure().items():
            best[row] = max(best.get(row, 0.0), value)
        if not fallen({row: committed[row] for row in best if row in committed}, best):
            break
    return best


def median_of_rounds(measure: Measure, rounds: int = ROUNDS) -> Ratios:
    """Measure several times and return each row's median."""
    found = [measure() for _ in range(rounds)]
    return {row: median(ratios[row] for ratios in found) for row in found[0]}


def measures(bench: Bench) -> list[Measure]:
    """Return the measurements in their order; each yields the ratios of its rows.

    Ours and the notebook's take turns, so that other work on the machine meets both.
    """

    def trained() -> Ratios:
        ours, notebook, peer = (bench.train(name) for name in (OURS, NOTEBOOK, REFERENCE))
        errors = {"errors": ours["errors"]}
        return ratios(ours, notebook) | ratios(errors, {"errors": peer["errors"]})

    def in_turn(stage: Callable[[str], dict[str, Figure]]) -> Measure:
        return lambda: median_of_rounds(lambda: ratios(stage(OURS), stage(NOTEBOOK)))

    return [trained, in_turn(bench.clean), in_turn(bench.serve)]


def measure_all(bench: Bench, committed: Mapping[str, float]) -> Ratios:
    """Return the believed ratio of every row."""
    found: Ratios = {}
    for measure in measures(bench):
        found |= best_of_attempts(committed, measure)
    return found
