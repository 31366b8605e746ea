"""The two comparisons: the full one of `make bench`, and the check of `make bench-check`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from bench import machine
from bench.figures import ROWS, Figures, ratios, with_errors
from bench.reviews import Data
from bench.runner import Runner
from bench.subjects import NOTEBOOK, OURS, PAIR, TFIDF, TITLES, Plan

FULL = Plan()
# The notebook's algorithm takes about an hour in full.
NOTEBOOK_SAMPLE = Plan(cleaned=200, batches=4, single=500, lists=1, list_length=64)
# The notebook's last accuracy, measured on the official test reviews.
PUBLISHED = 0.84084
PUBLISHED_NOTE = "as published by the notebook, not measured here"

CHECK = Plan(cleaned=1000, single=200, repeats=3, lists=2, list_length=256, processor_time=True)
CHECK_NOTEBOOK = Plan(
    cleaned=40, batches=1, single=25, repeats=2, lists=1, list_length=16, processor_time=True
)
CHECK_SAMPLE = 2000  # packaged reviews
CHECK_PLANS = {**dict.fromkeys(TITLES, CHECK), NOTEBOOK: CHECK_NOTEBOOK}
ROUNDS = 3
TRAININGS = 2
ATTEMPTS = 3
KEPT = 2 / 3  # smallest allowed share of a committed ratio
# The check skips the notebook's accuracy, which takes too long, and compares errors with this peer.
REFERENCE = TFIDF

Ratios = dict[str, float]  # row key to ratio


def plans(*, whole_notebook: bool) -> dict[str, Plan]:
    """Return the plans of the full comparison."""
    return {**dict.fromkeys(TITLES, FULL), NOTEBOOK: FULL if whole_notebook else NOTEBOOK_SAMPLE}


def measure(runner: Runner, data: Data) -> dict[str, Figures]:
    """Measure in turn each subject that supports this number of labels; return the figures."""
    results: dict[str, Figures] = {}
    stages = {"cleaning": runner.clean, "training": runner.train, "serving": runner.serve}
    for name in TITLES:
        if name == NOTEBOOK and data.labels != PAIR:
            continue
        results[name] = {}
        for title, stage in stages.items():
            runner.show(title, name)
            results[name] |= stage(name)
    if data.official and "accuracy" not in results[NOTEBOOK]:
        results[NOTEBOOK] |= with_errors(PUBLISHED, PUBLISHED_NOTE)
    return results


def as_document(results: Mapping[str, Figures], data: Data, seconds: float) -> dict[str, Any]:
    """Return the results as JSON: machine, data, and values and ratio of each row.

    The ratios are to the notebook's algorithm, or to TF-IDF if it was not measured.
    """
    base = NOTEBOOK if NOTEBOOK in results else TFIDF
    found = ratios(results[OURS], results[base])
    return {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": round(seconds),
        "machine": machine.describe(),
        "data": asdict(data),
        "base": base,
        "rows": [
            {
                "key": row.key,
                "title": row.title,
                "unit": row.unit,
                "higher_is_better": row.higher_is_better,
                "figures": {
                    name: asdict(figures[row.key])
                    for name, figures in results.items()
                    if row.key in figures
                },
                "ratio": found.get(row.key),
            }
            for row in ROWS
        ],
    }


def fallen(committed: Mapping[str, float], measured: Mapping[str, float]) -> list[str]:
    """Return a line for each row that is missing or more than a third below its ratio."""
    lines = []
    for row, value in committed.items():
        if row not in measured:
            lines.append(f"{row}: has a committed ratio of {value:.3g} but was not measured")
        elif measured[row] < value * KEPT:
            lines.append(
                f"{row}: the ratio fell from {value:.3g} to {measured[row]:.3g}; "
                f"it must be at least {value * KEPT:.3g}"
            )
    return lines


def best_of_attempts(committed: Mapping[str, float], attempt: Callable[[], Ratios]) -> Ratios:
    """Repeat a measurement with a fallen ratio up to three times; return the best ratios."""
    best: Ratios = {}
    for _ in range(ATTEMPTS):
        for row, value in attempt().items():
            best[row] = max(best.get(row, 0.0), value)
        if not fallen({row: committed[row] for row in best if row in committed}, best):
            break
    return best


def best_of_rounds(rounds: Sequence[Figures]) -> Figures:
    """Return each row's best figure, because other work on the machine only worsens figures."""
    found: Figures = {}
    for row in ROWS:
        figures = [figures[row.key] for figures in rounds if row.key in figures]
        if figures:
            best = max if row.higher_is_better else min
            found[row.key] = best(figures, key=lambda figure: figure.value)
    return found


def check(runner: Runner, committed: Mapping[str, float]) -> Ratios:
    """Measure the ratio of every row of the check."""

    def rounds(stage: Callable[[str], Figures], count: int) -> tuple[Figures, Figures]:
        # The two subjects alternate, so that other work on the machine affects both.
        pairs = [(stage(OURS), stage(NOTEBOOK)) for _ in range(count)]
        ours, notebook = zip(*pairs, strict=True)
        return best_of_rounds(ours), best_of_rounds(notebook)

    def training() -> Ratios:
        ours, notebook = rounds(runner.train, TRAININGS)
        errors = {"errors": runner.train(REFERENCE)["errors"]}
        return ratios(ours, notebook) | ratios({"errors": ours["errors"]}, errors)

    def cleaning() -> Ratios:
        return ratios(*rounds(runner.clean, ROUNDS))

    def serving() -> Ratios:
        return ratios(*rounds(runner.serve, ROUNDS))

    found: Ratios = {}
    for attempt in (training, cleaning, serving):
        found |= best_of_attempts(committed, attempt)
    return found
