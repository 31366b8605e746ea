"""Figures of the report with captions and text alternatives."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sentiment.evaluation import plots
from sentiment.evaluation.lengths import Group, by_length
from sentiment.evaluation.metrics import Bin, Metrics, reliability

INTERVALS = "95\N{NO-BREAK SPACE}% intervals"


@dataclass(frozen=True)
class ReportFigure:
    """A figure with its texts.

    Attributes:
        title: title of the figure.
        caption: explanation of the figure.
        alternative: content of the figure as text, for screen readers.
        svg: the `<svg>` element, which never contains text of a review.
    """

    title: str
    caption: str
    alternative: str
    svg: str


def figures(
    metrics: Metrics,
    texts: Sequence[str],
    labels: NDArray[np.int64],
    probabilities: NDArray[np.float64],
    looks: Sequence[Mapping[str, Any]],
) -> list[ReportFigure]:
    """Draw all figures of a report.

    Args:
        metrics: metrics of `probabilities`.
        texts: the test reviews.
        labels: their labels, shape (reviews,).
        probabilities: predicted P(positive), shape (reviews,).
        looks: the learning curve; without numbers it has no figure.
    """
    groups = by_length(texts, labels, probabilities)
    bins = reliability(labels, probabilities)
    drawn = [
        ReportFigure(
            "Confusion matrix",
            "Rows are the true classes, columns the predicted ones, with shares of the row.",
            _confusion(metrics),
            plots.confusion(metrics),
        ),
        ReportFigure(
            "Receiver operating characteristic",
            "True positive rate against false positive rate at every threshold. Dotted: guessing.",
            _roc(metrics),
            plots.roc(labels, probabilities),
        ),
        ReportFigure(
            "Reliability diagram",
            "Accuracy against confidence; on the dotted line both agree. "
            f"Vertical lines: {INTERVALS}. Below: the number of reviews in each bin.",
            _reliability(bins),
            plots.reliability_diagram(labels, probabilities),
        ),
        ReportFigure(
            "Accuracy by review length",
            f"Tenths of the reviews, from shortest to longest. Vertical lines: {INTERVALS}.",
            _lengths(groups),
            plots.accuracy_by_length(groups),
        ),
    ]
    names = plots.curves(looks)
    if names:
        drawn.append(
            ReportFigure(
                "Learning curve",
                "Measurements during the training.",
                _curves(looks, names),
                plots.learning_curve(looks),
            )
        )
    return drawn


def _confusion(metrics: Metrics) -> str:
    return (
        f"{metrics.true_negatives:,} negative reviews classified as negative, "
        f"{metrics.false_positives:,} negative as positive, "
        f"{metrics.false_negatives:,} positive as negative, "
        f"{metrics.true_positives:,} positive as positive."
    )


def _roc(metrics: Metrics) -> str:
    if metrics.roc_auc is None:
        return "No curve: all reviews belong to one class."
    return f"The area under the curve is {metrics.roc_auc:.4f}; guessing gives 0.5."


def _reliability(bins: Sequence[Bin]) -> str:
    parts = (f"{part.confidence:.3f}: {part.accuracy:.3f} of {part.rows:,}" for part in bins)
    return f"Mean confidence and accuracy by bin: {'; '.join(parts)}."


def _lengths(groups: Sequence[Group]) -> str:
    parts = (
        f"{group.shortest:,} to {group.longest:,}: {group.accuracy:.3f} of {group.rows:,}"
        for group in groups
    )
    return f"Characters and accuracy: {'; '.join(parts)}."


def _curves(looks: Sequence[Mapping[str, Any]], names: Sequence[str]) -> str:
    parts = []
    for name in names:
        values = [look[name] for look in looks if name in look]
        parts.append(f"{name.replace('_', ' ')} from {values[0]:.4g} to {values[-1]:.4g}")
    return f"{'; '.join(parts)}."
