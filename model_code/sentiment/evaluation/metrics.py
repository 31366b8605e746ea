"""Metrics of a classifier's probabilities."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sentiment.evaluation.judged import Judged

BINS = 15
FEW_ROWS = 100  # test reviews below which the metrics are rough estimates
Z_95 = 1.959963984540054  # quantile of the standard normal distribution, two-sided 95 %
SMALLEST = 1e-15  # limits the log loss of a wrong prediction with probability 1


@dataclass(frozen=True)
class Bin:
    """Texts of similar confidence, which is the probability of the predicted label.

    There are 15 bins of equal width from 0 to 1, of which two labels use the upper 8.

    Attributes:
        confidence: mean probability of the predicted label.
        accuracy: share classified correctly.
        rows: number of texts.
    """

    confidence: float
    accuracy: float
    rows: int


@dataclass(frozen=True)
class LabelMetrics:
    """Metrics of one label; one that the texts do not determine is None.

    Attributes:
        rows: number of texts with the label.
        precision: share of the texts classified as the label that have it.
        recall: share of the texts with the label that are classified as it.
        f1: harmonic mean of both.
    """

    rows: int
    precision: float | None
    recall: float | None
    f1: float | None


@dataclass(frozen=True)
class Metrics:
    """Metrics of predicted probabilities; a text is classified as its most probable label.

    `NAMES` in glossary.py explains them. One that these texts do not determine is None, such as
    the precision without a text classified as the label.

    Attributes:
        rows: number of texts.
        accuracy_low: lower end of the 95 % interval of the accuracy, after Wilson (1927).
        balanced_accuracy: mean of the labels' recalls. Always answering the commonest label gives
            one divided by the number of labels.
        balanced_accuracy_low: lower end of its 95 % interval; see `mean_interval`.
        roc_auc: area under the ROC curve, ties counting half; the mean of the labels' areas when
            there are more than two.
        macro_f1: mean of the labels' F1, where undefined ones count 0.
        brier: mean over the texts of half the summed squared differences of each label's
            probability from 1 or 0.
        expected_calibration_error: sum over the bins (see `Bin`) of their share of the texts times
            the absolute difference of their mean confidence and their accuracy; Guo et al. (2017),
            "On calibration of modern neural networks".
        labels: metrics of each label.
        confusion: number of texts by true and predicted label, in the order of `labels`.
    """

    rows: int
    accuracy: float
    accuracy_low: float
    accuracy_high: float
    balanced_accuracy: float | None
    balanced_accuracy_low: float | None
    balanced_accuracy_high: float | None
    roc_auc: float | None
    macro_f1: float
    log_loss: float
    brier: float
    expected_calibration_error: float
    labels: dict[str, LabelMetrics]
    confusion: list[list[int]]

    def as_dict(self) -> dict[str, Any]:
        """Return the metrics by name."""
        return asdict(self)


def evaluate(judged: Judged) -> Metrics:
    """Return the metrics of predicted probabilities."""
    rows, size = len(judged.labels), len(judged.names)
    confusion = np.zeros((size, size), np.int64)
    np.add.at(confusion, (judged.labels, judged.verdicts), 1)
    labels = {name: _of_label(confusion, place) for place, name in enumerate(judged.names)}
    right = int(judged.right.sum())
    low, high = wilson_interval(right, rows)
    truth = np.eye(size)[judged.labels]
    given = judged.probabilities[np.arange(rows), judged.labels]
    return Metrics(
        rows=rows,
        accuracy=right / rows,
        accuracy_low=low,
        accuracy_high=high,
        **_balanced(confusion),
        roc_auc=_roc_auc(judged),
        macro_f1=sum(one.f1 or 0.0 for one in labels.values()) / size,
        log_loss=float(-np.log(np.clip(given, SMALLEST, 1)).mean()),
        brier=float(np.square(judged.probabilities - truth).sum(axis=1).mean() / 2),
        expected_calibration_error=sum(
            part.rows / rows * abs(part.confidence - part.accuracy) for part in reliability(judged)
        ),
        labels=labels,
        confusion=confusion.tolist(),
    )


def _of_label(confusion: NDArray[np.int64], label: int) -> LabelMetrics:
    hits, rows = int(confusion[label, label]), int(confusion[label].sum())
    precision, recall = _share(hits, int(confusion[:, label].sum())), _share(hits, rows)
    f1 = 2 * precision * recall / (precision + recall) if precision and recall else None
    return LabelMetrics(rows, precision, recall, f1)


def _balanced(confusion: NDArray[np.int64]) -> dict[str, float | None]:
    """Return the balanced accuracy and its interval, or None for each when a label is missing."""
    names = ("balanced_accuracy", "balanced_accuracy_low", "balanced_accuracy_high")
    recalls = list(zip(confusion.diagonal().tolist(), confusion.sum(axis=1).tolist(), strict=True))
    if not all(rows for _, rows in recalls):
        return dict.fromkeys(names)
    mean = sum(hits / rows for hits, rows in recalls) / len(recalls)
    return dict(zip(names, (mean, *mean_interval(recalls)), strict=True))


def wilson_interval(right: int, rows: int) -> tuple[float, float]:
    """Return the 95 % interval of a share, after Wilson (1927)."""
    share, spread = right / rows, Z_95**2 / rows
    middle = (share + spread / 2) / (1 + spread)
    reach = np.sqrt(share * (1 - share) * spread + spread**2 / 4) / (1 + spread)
    return float(max(0.0, middle - reach)), float(min(1.0, middle + reach))


def mean_interval(shares: Sequence[tuple[int, int]]) -> tuple[float, float]:
    """Return the 95 % interval of the mean of independent shares.

    Zou and Donner (2008), "Construction of confidence limits about effect measures", with Wilson's
    interval of each share.

    Args:
        shares: number of right ones and of all, for each share.
    """
    means = np.array([right / rows for right, rows in shares])
    low, high = np.array([wilson_interval(*share) for share in shares]).T
    mean, reach = means.mean(), len(shares)
    return (
        float(mean - np.sqrt(np.square(means - low).sum()) / reach),
        float(mean + np.sqrt(np.square(high - means).sum()) / reach),
    )


def reliability(judged: Judged) -> list[Bin]:
    """Return the nonempty bins, by increasing confidence."""
    index = np.minimum((judged.confidence * BINS).astype(np.int64), BINS - 1)
    return [
        Bin(
            float(judged.confidence[index == number].mean()),
            float(judged.right[index == number].mean()),
            int((index == number).sum()),
        )
        for number in np.unique(index)
    ]


def roc_curve(
    truth: NDArray[np.bool_], given: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the false and true positive rates of every threshold, in increasing order.

    Args:
        truth: True for each text with a label, shape (texts,).
        given: predicted probability of the label, same shape.
    """
    order = np.argsort(-given, kind="stable")
    truth, given = truth[order], given[order]
    ends = np.append(np.flatnonzero(np.diff(given)), len(given) - 1)  # ties share a point
    hits, alarms = np.cumsum(truth)[ends], np.cumsum(~truth)[ends]
    return (
        np.append(0.0, alarms / max(1, alarms[-1])),
        np.append(0.0, hits / max(1, hits[-1])),
    )


def _roc_auc(judged: Judged) -> float | None:
    labels = range(len(judged.names))
    areas = [_area(*judged.binary(label)) for label in (labels if len(labels) > 2 else labels[1:])]  # noqa: PLR2004 - both labels have the same area
    known = [area for area in areas if area is not None]
    return sum(known) / len(known) if len(known) == len(areas) else None


def _area(truth: NDArray[np.bool_], given: NDArray[np.float64]) -> float | None:
    if truth.all() or not truth.any():
        return None
    false_rate, true_rate = roc_curve(truth, given)
    return float(np.sum(np.diff(false_rate) * (true_rate[1:] + true_rate[:-1]) / 2))


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
