"""The report's figures as SVG, drawn without a display."""

from collections.abc import Mapping, Sequence
from io import StringIO
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from sentiment.evaluation.metrics import (
    THRESHOLD,
    Metrics,
    reliability,
    roc_curve,
    wilson_interval,
)

INK, ACCENT, OTHER, FAINT = "#5b6470", "#2f6fb0", "#b0562f", "#9aa4b1"
STYLE: Any = {
    "svg.hashsalt": "sentiment",  # the same figure gives the same bytes
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 9,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
}
LENGTH_GROUPS = 10


def _svg(figure: Figure) -> str:
    """Return an <svg> element."""
    file = StringIO()
    with mpl.rc_context(STYLE):
        figure.savefig(
            file, format="svg", transparent=True, bbox_inches="tight", metadata={"Date": None}
        )
    text = file.getvalue()
    return text[text.index("<svg") :]


def _axes(width: float = 4.2, height: float = 3.2) -> tuple[Figure, Axes]:
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(width, height), layout="tight")
        return figure, figure.add_subplot()


def roc(labels: NDArray[np.int64], probabilities: NDArray[np.float64]) -> str:
    """Draw the receiver operating characteristic."""
    figure, axes = _axes()
    axes.plot([0, 1], [0, 1], color=FAINT, linestyle=":", linewidth=1)
    axes.plot(*roc_curve(labels, probabilities), color=ACCENT, linewidth=1.6)
    axes.set(xlabel="false positive rate", ylabel="true positive rate", aspect="equal")
    return _svg(figure)


def confusion(metrics: Metrics) -> str:
    """Draw the confusion matrix with counts and shares of each true class."""
    counts = np.array(
        [
            [metrics.true_negatives, metrics.false_positives],
            [metrics.false_negatives, metrics.true_positives],
        ]
    )
    shares = counts / np.maximum(1, counts.sum(axis=1, keepdims=True))
    figure, axes = _axes()
    # Rectangles, where an image would be a raster inside the SVG
    axes.pcolor(shares, cmap="Blues", vmin=0, vmax=1, alpha=0.8)
    for (row, column), count in np.ndenumerate(counts):
        color = "white" if shares[row, column] > THRESHOLD else INK
        axes.text(
            column + 0.5, row + 0.5, f"{count:,}\n{shares[row, column]:.1%}",
            ha="center", va="center", color=color,
        )  # fmt: skip
    names = ["negative", "positive"]
    axes.set(xticks=[0.5, 1.5], yticks=[0.5, 1.5], xticklabels=names, yticklabels=names)
    axes.set(xlabel="judged", ylabel="is", aspect="equal")
    axes.invert_yaxis()
    return _svg(figure)


def reliability_diagram(labels: NDArray[np.int64], probabilities: NDArray[np.float64]) -> str:
    """Draw how often verdicts of like confidence are right."""
    bins = reliability(labels, probabilities)
    confidence, accuracy = [part.confidence for part in bins], [part.accuracy for part in bins]
    figure, axes = _axes()
    axes.plot([0.5, 1], [0.5, 1], color=FAINT, linestyle=":", linewidth=1)
    axes.plot(confidence, accuracy, color=ACCENT, marker="o", markersize=4, linewidth=1.2)
    for part in bins:
        axes.annotate(
            f"{part.rows:,}", (part.confidence, part.accuracy),
            xytext=(4, -10), textcoords="offset points", fontsize=6.5, color=FAINT,
        )  # fmt: skip
    axes.set(xlabel="confidence", ylabel="share judged right")
    return _svg(figure)


def accuracy_by_length(
    texts: Sequence[str], labels: NDArray[np.int64], probabilities: NDArray[np.float64]
) -> str:
    """Draw the accuracy, with 95 % intervals, of equally large groups of like length."""
    lengths = np.array([len(text) for text in texts])
    right = (probabilities >= THRESHOLD) == (labels == 1)
    groups = np.array_split(np.argsort(lengths, kind="stable"), min(LENGTH_GROUPS, len(texts)))
    figure, axes = _axes(width=4.6)
    for place, rows in enumerate(groups):
        share = right[rows].mean()
        low, high = wilson_interval(int(right[rows].sum()), len(rows))
        axes.plot([place, place], [low, high], color=ACCENT, linewidth=1.2)
        axes.plot(place, share, color=ACCENT, marker="o", markersize=4)
    names = [f"{lengths[rows].min():,}\N{EN DASH}{lengths[rows].max():,}" for rows in groups]
    axes.set_xticks(range(len(groups)), names, rotation=35, ha="right", fontsize=7)
    axes.set(xlabel="characters", ylabel="accuracy")
    return _svg(figure)


def learning_curve(looks: Sequence[Mapping[str, float]]) -> str:
    """Draw each measured figure over the steps, one panel a figure."""
    names = sorted({name for look in looks for name in look} - {"step", "seconds"})
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(4.6, 1.6 * max(1, len(names))), layout="tight")
        for place, name in enumerate(names, start=1):
            axes = figure.add_subplot(len(names), 1, place)
            axes.set_xlabel("step" if place == len(names) else "")
            seen = [look for look in looks if name in look]
            axes.plot(
                [look["step"] for look in seen], [look[name] for look in seen],
                color=OTHER if "loss" in name else ACCENT, marker=".", linewidth=1.2,
            )  # fmt: skip
            axes.set_ylabel(name.replace("_", "\n"), fontsize=7)
    return _svg(figure)
