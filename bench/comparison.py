"""The full measurement, and the JSON and the table that it ends in."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from bench import machine
from bench.figure import Figure, Figures, as_json
from bench.plan import FULL, NOTEBOOK_SAMPLE, Plan
from bench.reviews import Data
from bench.rows import NOTEBOOK, ROWS, TITLES, Results, ratios
from bench.stages import Bench

# The last figure in the notebook; it tested on the official test reviews.
PUBLISHED = 0.84084
NOTE = "as the notebook published it, not measured here"


def plans(*, whole_notebook: bool) -> dict[str, Plan]:
    """Return how much is measured: everything, but only a part of the notebook's algorithm."""
    return {**dict.fromkeys(TITLES, FULL), NOTEBOOK: FULL if whole_notebook else NOTEBOOK_SAMPLE}


def measure(bench: Bench, data: Data) -> Results:
    """Measure every subject in turn and return its figures."""
    results: dict[str, Figures] = {}
    for name in TITLES:
        bench.show("cleaning", name)
        figures = bench.clean(name)
        bench.show("training", name)
        figures |= bench.train(name)
        bench.show("serving", name)
        figures |= bench.serve(name)
        results[name] = figures
    if data.official and "accuracy" not in results[NOTEBOOK]:
        results[NOTEBOOK]["accuracy"] = Figure(PUBLISHED, NOTE)
        results[NOTEBOOK]["errors"] = Figure((1 - PUBLISHED) * 100, NOTE)
    return results


def as_document(results: Results, data: Data, seconds: float) -> dict[str, Any]:
    """Return all of it as JSON has it: machine, data, and for each row values and ratio."""
    against = ratios(results["ours"], results[NOTEBOOK])
    figures = {name: as_json(measured) for name, measured in results.items()}
    return {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": round(seconds),
        "machine": machine.describe(),
        "data": asdict(data),
        "rows": [
            {
                "key": row.key,
                "title": row.title,
                "unit": row.unit,
                "higher_is_better": row.higher_is_better,
                "figures": {
                    name: measured[row.key]
                    for name, measured in figures.items()
                    if row.key in measured
                },
                "ratio": against.get(row.key),
            }
            for row in ROWS
        ],
    }
