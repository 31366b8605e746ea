"""The report's figures with what stands below them, for readers with and without eyesight."""

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
    """A drawing with its texts.

    Attributes:
        title: what it is called.
        caption: how to read it.
        alternative: what it shows, in words and numbers.
        svg: the `<svg>` element; its texts are the report's own, never a review's.
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
        metrics: of `probabilities`.
        texts: the test reviews.
        labels: what they are, shape (reviews,).
        probabilities: P(positive) that they are given, shape (reviews,).
        looks: the learning curve; without any numbers in it there is no such figure.
    """
    groups = by_length(texts, labels, probabilities)
    bins = reliability(labels, probabilities)
    drawn = [
        ReportFigure(
            "Confusion matrix",
            "Rows are what the reviews are, columns what they are judged to be, with shares of "
            "the row.",
            _confusion(metrics),
            plots.confusion(metrics),
        ),
        ReportFigure(
            "Receiver operating characteristic",
            "Share of positive reviews found, against the share of negative ones taken for "
            "positive, at every threshold. Dotted: guessing.",
            _roc(metrics),
            plots.roc(labels, probabilities),
        ),
        ReportFigure(
            "Reliability diagram",
            "How often verdicts are right, against how sure the model is of them; on the dotted "
            f"line both agree. Upright: {INTERVALS}. Below: the number of reviews in each bin.",
            _reliability(bins),
            plots.reliability_diagram(labels, probabilities),
        ),
        ReportFigure(
            "Accuracy by review length",
            f"Tenths of the reviews, from the shortest to the longest. Upright: {INTERVALS}.",
            _lengths(groups),
            plots.accuracy_by_length(groups),
        ),
    ]
    names = plots.curves(looks)
    if names:
        drawn.append(
            ReportFigure(
                "Learning curve",
                "What was measured while the model was trained.",
                _curves(looks, names),
                plots.learning_curve(looks),
            )
        )
    return drawn


def _confusion(metrics: Metrics) -> str:
    return (
        f"{metrics.true_negatives:,} negative reviews judged negative, "
        f"{metrics.false_positives:,} negative judged positive, "
        f"{metrics.false_negatives:,} positive judged negative, "
        f"{metrics.true_positives:,} positive judged positive."
    )


def _roc(metrics: Metrics) -> str:
    if metrics.roc_auc is None:
        return "No curve: all reviews are of one class."
    return f"The area below the curve is {metrics.roc_auc:.4f}; guessing gives 0.5."


def _reliability(bins: Sequence[Bin]) -> str:
    parts = (f"{part.confidence:.3f}: {part.accuracy:.3f} of {part.rows:,}" for part in bins)
    return f"Mean confidence and share judged right, by bin: {'; '.join(parts)}."


def _lengths(groups: Sequence[Group]) -> str:
    parts = (
        f"{group.shortest:,} to {group.longest:,}: {group.accuracy:.3f} of {group.rows:,}"
        for group in groups
    )
    return f"Characters and share judged right: {'; '.join(parts)}."


def _curves(looks: Sequence[Mapping[str, Any]], names: Sequence[str]) -> str:
    parts = []
    for name in names:
        values = [look[name] for look in looks if name in look]
        parts.append(f"{name.replace('_', ' ')} from {values[0]:.4g} to {values[-1]:.4g}")
    return f"{'; '.join(parts)}."
