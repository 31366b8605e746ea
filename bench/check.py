"""Whether a ratio fell against the committed ones, on a small sample and a noisy machine."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bench.figure import Figures
from bench.plan import CHECK, CHECK_NOTEBOOK, Plan
from bench.rows import NOTEBOOK, OURS, ROWS, TITLES, ratios
from bench.stages import Bench

SAMPLE = 2000  # packaged reviews
ROUNDS = 3
TRAININGS = 2
ATTEMPTS = 3
KEPT = 2 / 3  # of the committed ratio, at least
# Nobody waits for the notebook's accuracy here: the wrong verdicts are compared with this peer's.
REFERENCE = "tfidf"

Ratios = dict[str, float]
Measure = Callable[[], Ratios]
Stage = Callable[[str], Figures]  # subject to its figures


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


def best_of_rounds(rounds: Sequence[Figures]) -> Figures:
    """Return each row's best figure: other work on a machine only ever makes one worse."""
    found: Figures = {}
    for row in ROWS:
        figures = [figures[row.key] for figures in rounds if row.key in figures]
        if figures:
            best = max if row.higher_is_better else min
            found[row.key] = best(figures, key=lambda figure: figure.value)
    return found


def measures(bench: Bench) -> list[Measure]:
    """Return the measurements in their order; each yields the ratios of its rows.

    Ours and the notebook's take turns, so that other work on the machine meets both.
    """

    def rounds(stage: Stage, count: int) -> tuple[Figures, Figures]:
        found = [(stage(OURS), stage(NOTEBOOK)) for _ in range(count)]
        ours, notebook = zip(*found, strict=True)
        return best_of_rounds(ours), best_of_rounds(notebook)

    def trained() -> Ratios:
        ours, notebook = rounds(bench.train, TRAININGS)
        errors = {"errors": bench.train(REFERENCE)["errors"]}
        return ratios(ours, notebook) | ratios({"errors": ours["errors"]}, errors)

    def in_turn(stage: Stage) -> Measure:
        return lambda: ratios(*rounds(stage, ROUNDS))

    return [trained, in_turn(bench.clean), in_turn(bench.serve)]


def measure_all(bench: Bench, committed: Mapping[str, float]) -> Ratios:
    """Return the believed ratio of every row."""
    found: Ratios = {}
    for measure in measures(bench):
        found |= best_of_attempts(committed, measure)
    return found
