"""What a training leaves for its readers: metrics.json and report.html."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from numpy.typing import NDArray

from sentiment.evaluation import plots
from sentiment.evaluation.metrics import THRESHOLD, Metrics, evaluate

METRICS = "metrics.json"
HTML = "report.html"
TEMPLATE = "report.html.j2"
SHOWN_MISTAKES = 20
SHOWN_CHARACTERS = 600


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


@dataclass(frozen=True)
class Mistake:
    """A review that was judged wrong, as the report shows it."""

    text: str
    label: str
    probability: float


def write_report(folder: Path, report: Report) -> None:
    """Write both files; neither names a moment, so that the same training writes the same."""
    folder.mkdir(parents=True, exist_ok=True)
    metrics = evaluate(report.labels, report.probabilities)
    content = {
        "model_version": report.model_version,
        "training_rows": report.training_rows,
        **metrics.as_dict(),
        "learning_curve": report.learning_curve,
        "hyperparameters": report.hyperparameters,
        "sha256": report.hashes,
        "seconds": report.seconds,
    }
    (folder / METRICS).write_text(json.dumps(content, indent=1) + "\n", "utf-8")
    (folder / HTML).write_text(_html(report, metrics), "utf-8", errors="replace")


def most_confident_mistakes(report: Report) -> list[Mistake]:
    """Return the reviews that were judged wrong with most confidence, the worst first."""
    wrong = np.flatnonzero((report.probabilities >= THRESHOLD) != (report.labels == 1))
    worst = wrong[np.argsort(-np.abs(report.probabilities[wrong] - THRESHOLD), kind="stable")]
    return [
        Mistake(
            text=_excerpt(report.texts[index]),
            label="positive" if report.labels[index] == 1 else "negative",
            probability=float(report.probabilities[index]),
        )
        for index in worst[:SHOWN_MISTAKES]
    ]


def _excerpt(text: str) -> str:
    shown = text[:SHOWN_CHARACTERS] + ("\N{HORIZONTAL ELLIPSIS}" * (len(text) > SHOWN_CHARACTERS))
    return "".join(
        sign if sign.isprintable() or sign == "\n" else "\N{REPLACEMENT CHARACTER}"
        for sign in shown
    )


def _html(report: Report, metrics: Metrics) -> str:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined
    )
    labels, probabilities = report.labels, report.probabilities
    figures = [
        ("Learning curve", plots.learning_curve(report.learning_curve)),
        ("Receiver operating characteristic", plots.roc(labels, probabilities)),
        ("Confusion matrix", plots.confusion(metrics)),
        ("Reliability diagram", plots.reliability_diagram(labels, probabilities)),
        ("Accuracy by length", plots.accuracy_by_length(report.texts, labels, probabilities)),
    ]
    return environment.get_template(TEMPLATE).render(
        report=report,
        metrics=metrics,
        figures=figures,
        mistakes=most_confident_mistakes(report),
    )
