"""Figures of the report, each with a caption and a text alternative."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from matplotlib.collections import PolyCollection
from matplotlib.colors import to_rgba_array

from sentiment.evaluation.drawing import ACCENT, CARD, FAINT, INK, OTHER, new_figure, styled, svg
from sentiment.evaluation.judged import Judged
from sentiment.evaluation.lengths import Group, by_length
from sentiment.evaluation.metrics import Metrics, reliability, roc_curve, wilson_interval

INTERVALS = "95\N{NO-BREAK SPACE}% intervals"
DARK = 0.5  # share above which a cell of the confusion matrix needs light text
PAIR = 2
MOST_NUMBERED = 10  # labels up to which the confusion matrix has numbers
MOST_POINTS, ALL_POINTS = 8.5, 130  # font sizes of one name and of all names next to another
SHOWN_OF_NAME = 20  # characters of a label's name in the confusion matrix
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
def figures(
    metrics: Metrics,
    texts: Sequence[str],
    judged: Judged,
    short: Mapping[str, Judged],
    looks: Looks,
) -> list[ReportFigure]:
    """Draw all figures of a report.

    Args:
        metrics: metrics of `judged`.
        texts: the test reviews.
        judged: their labels and predictions.
        short: the same of excerpts of the reviews, by kind.
        looks: the learning curve, each measurement with its `step`; empty has no figure.
    """
    drawn = [
        _confusion(metrics),
        _roc(metrics, judged),
        _reliability("Reliability diagram", judged),
        *(_reliability(f"Reliability diagram, {kind}", part) for kind, part in short.items()),
        _accuracy_by_length(by_length(texts, judged)),
    ]
    names = [n for n in dict.fromkeys(chain(*looks)) if n not in {"step", "seconds"}]
    return [*drawn, _learning_curve(looks, names)] if names else drawn


def _confusion(metrics: Metrics) -> ReportFigure:
    counts, names = np.array(metrics.confusion), list(metrics.labels)
    size = len(names)
    shares = counts / np.maximum(1, counts.sum(axis=1, keepdims=True))
    figure = new_figure()
    axes = figure.add_subplot()
    # Polygons, because an image would be a raster inside the SVG
    cells = [
        [(column, row), (column + 1, row), (column + 1, row + 1), (column, row + 1)]
        for row, column in np.ndindex(counts.shape)
    ]
    colors = to_rgba_array(ACCENT, 0.06 + 0.9 * shares.ravel())
    axes.add_collection(PolyCollection(cells, facecolors=colors, linewidths=0))
    if size <= MOST_NUMBERED:
        for (row, column), count in np.ndenumerate(counts):
            share = shares[row, column]
            axes.text(
                column + 0.5, row + 0.5, f"{count:,}" + (f"\n{share:.1%}" if size == PAIR else ""),
                ha="center", va="center", color=CARD if share > DARK else INK,
            )  # fmt: skip
    ticks, shown = np.arange(size) + 0.5, [name[:SHOWN_OF_NAME] for name in names]
    axes.set(xticks=ticks, yticks=ticks, xlim=(0, size), ylim=(size, 0))
    axes.set_xticklabels(shown, rotation=0 if size == PAIR else 90)
    axes.set_yticklabels(shown, rotation=90 if size == PAIR else 0, va="center")
    axes.tick_params(length=0, labelsize=min(MOST_POINTS, ALL_POINTS / size))
    axes.spines[:].set_visible(False)
    axes.set(xlabel="predicted", ylabel="true", aspect="equal")
    return ReportFigure(
        "Confusion matrix",
        "Rows are the true labels, columns the predicted ones; the darker, the larger the share of "
        "the row.",
        "; ".join(
            f"{names[row]} classified as {names[column]}: {count:,}"
            for (row, column), count in np.ndenumerate(counts)
            if count or size == PAIR
        )
        + ".",
        svg(figure, "confusion"),
    )


def _roc(metrics: Metrics, judged: Judged) -> ReportFigure:
    figure = new_figure()
    axes = figure.add_subplot()
    axes.plot([0, 1], [0, 1], color=FAINT, linestyle=":", linewidth=1)
    places = range(len(judged.names))
    for place in places if len(places) > PAIR else places[1:]:
        axes.plot(
            *roc_curve(*judged.binary(place)), color=ACCENT, linewidth=1.6 / len(places) + 0.8
        )
    axes.set(xlabel="false positive rate", ylabel="true positive rate", aspect="equal")
    alternative = (
        "No curve: a label is missing."
        if metrics.roc_auc is None
        else f"The area under the curve is {metrics.roc_auc:.4f}; guessing gives 0.5."
    )
    return ReportFigure(
        "Receiver operating characteristic",
        "True positive rate against false positive rate at every threshold"
        f"{'' if len(places) == PAIR else ', one curve for each label'}. Dotted: guessing.",
        alternative,
        svg(figure, "roc"),
    )


def _reliability(title: str, judged: Judged) -> ReportFigure:
    bins = reliability(judged)
    confidence, least = [part.confidence for part in bins], 1 / len(judged.names)
    figure = new_figure()
    above, below = figure.subplots(2, sharex=True, height_ratios=[3, 1])
    above.plot([least, 1], [least, 1], color=FAINT, linestyle=":", linewidth=1)
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
    below.set(xlabel="confidence", ylabel="texts", yticks=[], xlim=(least - 0.02, 1.02))
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
        steps = np.array([look["step"] for look in looks if name in look])
        values = np.array([look[name] for look in looks if name in look])
        # A gap in the line between the trainings of two models
        starts = np.flatnonzero(np.diff(steps) <= 0) + 1
        color, title = OTHER if "loss" in name else ACCENT, name.replace("_", " ")
        line = np.insert(values, starts, np.nan)
        axes.plot(np.insert(steps, starts, 0), line, color=color, marker=".", linewidth=1.2)
        axes.set_title(title)
        parts.append(f"{title} from {values[0]:.4g} to {values[-1]:.4g}")
    panels[-1].set_xlabel("step")
    return ReportFigure(
        "Learning curve",
        "Measurements during the training.",
        f"{'; '.join(parts)}.",
        svg(figure, "learning"),
    )
