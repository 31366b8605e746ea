"""Figures of the report, each with a caption and a text alternative."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from sentiment.evaluation.drawing import ACCENT, CARD, FAINT, INK, OTHER, new_figure, styled, svg
from sentiment.evaluation.lengths import Group, by_length
from sentiment.evaluation.metrics import Metrics, reliability, roc_curve, wilson_interval
from sentiment.schema import SENTIMENTS

INTERVALS = "95\N{NO-BREAK SPACE}% intervals"
DARK = 0.5  # share above which a cell of the confusion matrix needs light text
PANEL = 1.45  # height of a panel, in inches

Looks = Sequence[Mapping[str, float]]


@dataclass(frozen=True)
class ReportFigure:
    """A figure with its texts."""

    title: str
    caption: str
    alternative: str  # content as text, for screen readers
    svg: str  # without text of a review


@styled()
def figures(  # noqa: PLR0913, PLR0917 - what the figures show
    metrics: Metrics,
    texts: Sequence[str],
    labels: NDArray[np.int64],
    probabilities: NDArray[np.float64],
    short: Mapping[str, tuple[NDArray[np.int64], NDArray[np.float64]]],
    looks: Looks,
) -> list[ReportFigure]:
    """Draw all figures of a report.

    Args:
        metrics: metrics of `probabilities`.
        texts: the test reviews.
        labels: their labels, shape (reviews,).
        probabilities: predicted P(positive), shape (reviews,).
        short: labels and probabilities of excerpts of the reviews, by kind.
        looks: the learning curve, each measurement with its `step`; empty has no figure.
    """
    drawn = [
        _confusion(metrics),
        _roc(metrics, labels, probabilities),
        _reliability("Reliability diagram", labels, probabilities),
        *(_reliability(f"Reliability diagram, {kind}", *part) for kind, part in short.items()),
        _accuracy_by_length(by_length(texts, labels, probabilities)),
    ]
    names = [n for n in dict.fromkeys(chain(*looks)) if n not in {"step", "seconds"}]
    return [*drawn, _learning_curve(looks, names)] if names else drawn


def _confusion(metrics: Metrics) -> ReportFigure:
    counts = np.array(
        [
            [metrics.true_negatives, metrics.false_positives],
            [metrics.false_negatives, metrics.true_positives],
        ]
    )
    shares = counts / np.maximum(1, counts.sum(axis=1, keepdims=True))
    figure = new_figure()
    axes = figure.add_subplot()
    for (row, column), count in np.ndenumerate(counts):
        share = shares[row, column]
        # Rectangles, because an image would be a raster inside the SVG
        corner, strength = (column, row), 0.06 + 0.9 * share
        axes.add_patch(Rectangle(corner, 1, 1, color=ACCENT, alpha=strength, linewidth=0))
        axes.text(
            column + 0.5, row + 0.5, f"{count:,}\n{share:.1%}",
            ha="center", va="center", color=CARD if share > DARK else INK,
        )  # fmt: skip
    axes.set(xticks=[0.5, 1.5], yticks=[0.5, 1.5], xlim=(0, 2), ylim=(2, 0))
    axes.set_xticklabels(SENTIMENTS)
    axes.set_yticklabels(SENTIMENTS, rotation=90, va="center")
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.set(xlabel="predicted", ylabel="true", aspect="equal")
    return ReportFigure(
        "Confusion matrix",
        "Rows are the true classes, columns the predicted ones, with shares of the row.",
        f"{metrics.true_negatives:,} negative reviews classified as negative, "
        f"{metrics.false_positives:,} negative as positive, "
        f"{metrics.false_negatives:,} positive as negative, "
        f"{metrics.true_positives:,} positive as positive.",
        svg(figure, "confusion"),
    )


def _roc(
    metrics: Metrics, labels: NDArray[np.int64], probabilities: NDArray[np.float64]
) -> ReportFigure:
    figure = new_figure()
    axes = figure.add_subplot()
    axes.plot([0, 1], [0, 1], color=FAINT, linestyle=":", linewidth=1)
    axes.plot(*roc_curve(labels, probabilities), color=ACCENT, linewidth=1.6)
    axes.set(xlabel="false positive rate", ylabel="true positive rate", aspect="equal")
    alternative = (
        "No curve: all reviews belong to one class."
        if metrics.roc_auc is None
        else f"The area under the curve is {metrics.roc_auc:.4f}; guessing gives 0.5."
    )
    return ReportFigure(
        "Receiver operating characteristic",
        "True positive rate against false positive rate at every threshold. Dotted: guessing.",
        alternative,
        svg(figure, "roc"),
    )


def _reliability(
    title: str, labels: NDArray[np.int64], probabilities: NDArray[np.float64]
) -> ReportFigure:
    bins = reliability(labels, probabilities)
    confidence = [part.confidence for part in bins]
    figure = new_figure()
    above, below = figure.subplots(2, sharex=True, height_ratios=[3, 1])
    above.plot([0.5, 1], [0.5, 1], color=FAINT, linestyle=":", linewidth=1)
    for part in bins:
        ends = wilson_interval(round(part.accuracy * part.rows), part.rows)
        above.plot([part.confidence] * 2, ends, color=ACCENT, linewidth=1)
    above.plot(
        confidence, [part.accuracy for part in bins], color=ACCENT, marker="o", markersize=3.5
    )
    above.set(ylabel="accuracy")
    below.bar(confidence, [part.rows for part in bins], width=0.03, color=FAINT)
    for part in bins:
        below.annotate(
            f"{part.rows:,}", (part.confidence, part.rows),
            xytext=(0, 2), textcoords="offset points", ha="center", fontsize=6.5,
        )  # fmt: skip
    below.set(xlabel="confidence", ylabel="texts", yticks=[], xlim=(0.48, 1.02))
    below.margins(y=0.3)
    parts = (f"{part.confidence:.3f}: {part.accuracy:.3f} of {part.rows:,}" for part in bins)
    return ReportFigure(
        title,
        "Accuracy against confidence; on the dotted line both agree. "
        f"Vertical lines: {INTERVALS}. Below: the number of texts in each bin.",
        f"Mean confidence and accuracy by bin: {'; '.join(parts)}.",
        svg(figure, title.replace(" ", "-").lower()),
    )


def _accuracy_by_length(groups: Sequence[Group]) -> ReportFigure:
    figure = new_figure()
    axes = figure.add_subplot()
    for place, group in enumerate(groups):
        axes.plot([place] * 2, wilson_interval(group.right, group.rows), color=ACCENT, linewidth=1)
        axes.plot(place, group.accuracy, color=ACCENT, marker="o", markersize=3.5)
    # Ticks show the lengths at the boundaries between groups.
    lengths = [groups[0].shortest, *(group.longest for group in groups)]
    places = np.arange(len(lengths)) - 0.5
    axes.set_xticks(places, [f"{length:,}" for length in lengths], rotation=45, fontsize=7)
    axes.set(xlabel="characters", ylabel="accuracy")
    parts = (
        f"{group.shortest:,} to {group.longest:,}: {group.accuracy:.3f} of {group.rows:,}"
        for group in groups
    )
    return ReportFigure(
        "Accuracy by review length",
        f"Tenths of the reviews, from shortest to longest. Vertical lines: {INTERVALS}.",
        f"Characters and accuracy: {'; '.join(parts)}.",
        svg(figure, "length"),
    )


def _learning_curve(looks: Looks, names: Sequence[str]) -> ReportFigure:
    """Draw each measurement over the steps, one panel each."""
    figure = new_figure(height=PANEL * len(names))
    panels = figure.subplots(len(names), sharex=True, squeeze=False)[:, 0]
    parts = []
    for name, axes in zip(names, panels, strict=True):
        steps = [look["step"] for look in looks if name in look]
        values = [look[name] for look in looks if name in look]
        color, title = OTHER if "loss" in name else ACCENT, name.replace("_", " ")
        axes.plot(steps, values, color=color, marker=".", linewidth=1.2)
        axes.set_title(title)
        parts.append(f"{title} from {values[0]:.4g} to {values[-1]:.4g}")
    panels[-1].set_xlabel("step")
    return ReportFigure(
        "Learning curve",
        "Measurements during the training.",
        f"{'; '.join(parts)}.",
        svg(figure, "learning"),
    )
