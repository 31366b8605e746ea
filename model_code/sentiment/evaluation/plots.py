"""Plots of the report, each as an `<svg>` element."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from sentiment.evaluation.drawing import (
    ACCENT,
    CARD,
    FAINT,
    INK,
    OTHER,
    new_figure,
    styled,
    svg,
)
from sentiment.evaluation.lengths import Group
from sentiment.evaluation.metrics import (
    Metrics,
    reliability,
    roc_curve,
    wilson_interval,
)

DARK = 0.5  # share above which a cell of the confusion matrix needs light text
PANEL = 1.45  # height of a panel, in inches


@styled()
def roc(labels: NDArray[np.int64], probabilities: NDArray[np.float64]) -> str:
    """Draw the receiver operating characteristic."""
    figure = new_figure()
    axes = figure.add_subplot()
    axes.plot([0, 1], [0, 1], color=FAINT, linestyle=":", linewidth=1)
    axes.plot(*roc_curve(labels, probabilities), color=ACCENT, linewidth=1.6)
    axes.set(xlabel="false positive rate", ylabel="true positive rate", aspect="equal")
    return svg(figure, "roc")


@styled()
def confusion(metrics: Metrics) -> str:
    """Draw the confusion matrix with counts and shares of the true class."""
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
    names = ["negative", "positive"]
    axes.set(xticks=[0.5, 1.5], yticks=[0.5, 1.5], xticklabels=names, xlim=(0, 2), ylim=(2, 0))
    axes.set_yticklabels(names, rotation=90, va="center")
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.set(xlabel="predicted", ylabel="true", aspect="equal")
    return svg(figure, "confusion")


@styled()
def reliability_diagram(labels: NDArray[np.int64], probabilities: NDArray[np.float64]) -> str:
    """Draw accuracy against confidence, above the number of reviews in each bin."""
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
    below.set(xlabel="confidence", ylabel="reviews", yticks=[], xlim=(0.48, 1.02))
    below.margins(y=0.3)
    return svg(figure, "reliability")


@styled()
def accuracy_by_length(groups: Sequence[Group]) -> str:
    """Draw the accuracy, with 95 % intervals, of groups of similar length."""
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
    return svg(figure, "length")


@styled()
def learning_curve(looks: Sequence[Mapping[str, Any]]) -> str:
    """Draw each measurement over the steps, one panel each; there must be at least one."""
    names = curves(looks)
    figure = new_figure(height=PANEL * len(names))
    panels = figure.subplots(len(names), sharex=True, squeeze=False)[:, 0]
    for name, axes in zip(names, panels, strict=True):
        places = [place for place, look in enumerate(looks) if name in look]
        steps = [looks[place].get("step", place + 1) for place in places]
        values = [looks[place][name] for place in places]
        color = OTHER if "loss" in name else ACCENT
        axes.plot(steps, values, color=color, marker=".", linewidth=1.2)
        axes.set_title(name.replace("_", " "))
    panels[-1].set_xlabel("step")
    return svg(figure, "learning")


def curves(looks: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the names of the measurements, in order of appearance."""
    numbers = {
        name: None
        for look in looks
        for name, value in look.items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    }
    return [name for name in numbers if name not in {"step", "seconds"}]
