"""What a training leaves for its readers: metrics.json and report.html."""

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from numpy.typing import NDArray

from sentiment.evaluation.figures import figures
from sentiment.evaluation.glossary import NAMES
from sentiment.evaluation.metrics import Metrics, evaluate
from sentiment.evaluation.mistakes import most_confident_mistakes

METRICS = "metrics.json"
HTML = "report.html"
TEMPLATE = "report.html.j2"


@dataclass(frozen=True)
class Report:
    """What a training has to say for itself.

    Attributes:
        model_version: which training it was.
        labels: what the test reviews are, 1 or 0, shape (reviews,).
        probabilities: P(positive) that the model gives them, shape (reviews,).
        texts: the test reviews as written.
        learning_curve: what was measured along the way; `step` counts the looks.
        hyperparameters: name to value.
        hashes: SHA-256 of data and code.
        seconds: phase of the training to its duration.
        training_rows: how many reviews were trained on.
    """

    model_version: str
    labels: NDArray[np.int64]
    probabilities: NDArray[np.float64]
    texts: list[str]
    learning_curve: list[dict[str, float]]
    hyperparameters: dict[str, Any]
    hashes: dict[str, str]
    seconds: dict[str, float]
    training_rows: int


def write_report(folder: Path, report: Report) -> None:
    """Write both files; neither names a moment, so that the same report gives the same bytes.

    Args:
        folder: is made if it is missing.
        report: what to write. Of the reviews' texts, metrics.json has nothing and report.html the
            beginnings of the most confident mistakes.

    Raises:
        ValueError: when labels and probabilities do not fit; see `evaluate`.
    """
    metrics = evaluate(report.labels, report.probabilities)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / METRICS).write_text(_json(report, metrics), "utf-8")
    (folder / HTML).write_text(_html(report, metrics), "utf-8", errors="replace")


def _json(report: Report, metrics: Metrics) -> str:
    content = {
        "model_version": report.model_version,
        "training_rows": report.training_rows,
        **metrics.as_dict(),
        "learning_curve": report.learning_curve,
        "hyperparameters": report.hyperparameters,
        "sha256": report.hashes,
        "seconds": report.seconds,
    }
    return json.dumps(_without_nan(content), indent=1, allow_nan=False) + "\n"


def _without_nan(value: Any) -> Any:
    """Return the value with null where JSON has no number: a loss can be infinite."""
    if isinstance(value, dict):
        return {name: _without_nan(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_without_nan(part) for part in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _html(report: Report, metrics: Metrics) -> str:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    labels, probabilities = report.labels, report.probabilities
    return environment.get_template(TEMPLATE).render(
        report=report,
        metrics=metrics,
        names=NAMES,
        figures=figures(metrics, report.texts, labels, probabilities, report.learning_curve),
        mistakes=most_confident_mistakes(report.texts, labels, probabilities),
    )
