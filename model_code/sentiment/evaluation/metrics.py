"""Metrics of a binary classifier's probabilities."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

THRESHOLD = 0.5
BINS = 15
FEW_ROWS = 100  # test reviews below which the metrics are rough estimates
Z_95 = 1.959963984540054  # quantile of the standard normal distribution, two-sided 95 %
SMALLEST = 1e-15  # limits the log loss of a wrong prediction with probability 1


@dataclass(frozen=True)
class Bin:
    """Reviews of similar confidence, which is the probability of the predicted class.

    There are 15 bins of equal width from 0 to 1, of which two classes use the upper 8.

    Attributes:
        confidence: mean probability of the predicted class.
        accuracy: share classified correctly.
        rows: number of reviews.
    """

    confidence: float
    accuracy: float
    rows: int


@dataclass(frozen=True)
class Metrics:
    """Metrics of predicted probabilities; a review is classified as positive from 0.5.

    `NAMES` in glossary.py explains them. One that these reviews do not determine is None, such as
    the precision without a review classified as positive.

    Attributes:
        accuracy_low: lower end of the 95 % interval of the accuracy, after Wilson (1927).
        balanced_accuracy: mean of the share of positive and of negative reviews that are classified
            correctly. Always answering the commonest label gives 0.5.
        balanced_accuracy_low: lower end of its 95 % interval; see `mean_interval`.
        roc_auc: area under the ROC curve, ties counting half.
        expected_calibration_error: sum over the bins (see `Bin`) of their share of the reviews
            times the absolute difference of their mean confidence and their accuracy; Guo et al.
            (2017), "On calibration of modern neural networks".
    """

    rows: int
    accuracy: float
    accuracy_low: float
    accuracy_high: float
    balanced_accuracy: float | None
    balanced_accuracy_low: float | None
    balanced_accuracy_high: float | None
    roc_auc: float | None
    precision: float | None
    recall: float | None
    f1: float | None
    log_loss: float
    brier: float
    expected_calibration_error: float
    true_positives: int
    false_positives: int
    true_negatives: int
    false_negatives: int

    def as_dict(self) -> dict[str, Any]:
        """Return the metrics by name."""
        return asdict(self)


def evaluate(labels: ArrayLike, probabilities: ArrayLike) -> Metrics:
    """Return the metrics of predicted probabilities.

    Args:
        labels: 1 positive or 0 negative, shape (reviews,), at least one.
        probabilities: P(positive), shape (reviews,).

    Raises:
        ValueError: when a shape is wrong, a label is not 0 or 1, or a probability is not between 0
            and 1, as after a diverged training.
    """
    _check(np.asarray(labels), np.asarray(probabilities))
    truth, given = np.asarray(labels) == 1, np.asarray(probabilities, np.float64)
    judged = given >= THRESHOLD
    counts = {
        "true_positives": int((judged & truth).sum()),
        "false_positives": int((judged & ~truth).sum()),
        "true_negatives": int((~judged & ~truth).sum()),
        "false_negatives": int((~judged & truth).sum()),
    }
    hits = counts["true_positives"]
    precision, recall = _share(hits, judged.sum()), _share(hits, truth.sum())
    right = int((judged == truth).sum())
    low, high = wilson_interval(right, len(truth))
    mean, mean_low, mean_high = _balanced(judged == truth, truth)
    likelihoods = np.clip(np.where(truth, given, 1 - given), SMALLEST, 1)
    return Metrics(
        rows=len(truth),
        accuracy=right / len(truth),
        accuracy_low=low,
        accuracy_high=high,
        balanced_accuracy=mean,
        balanced_accuracy_low=mean_low,
        balanced_accuracy_high=mean_high,
        roc_auc=_roc_auc(truth, given),
        precision=precision,
        recall=recall,
        f1=2 * precision * recall / (precision + recall) if precision and recall else None,
        log_loss=float(-np.log(likelihoods).mean()),
        brier=float(np.square(given - truth).mean()),
        expected_calibration_error=sum(
            part.rows / len(truth) * abs(part.confidence - part.accuracy)
            for part in reliability(truth, given)
        ),
        **counts,
    )


def _balanced(
    right: NDArray[np.bool_], truth: NDArray[np.bool_]
) -> tuple[float | None, float | None, float | None]:
    """Return the balanced accuracy and its interval, or None for each without one of the labels."""
    recalls = [(int(right[of_label].sum()), int(of_label.sum())) for of_label in (truth, ~truth)]
    if not all(rows for _, rows in recalls):
        return None, None, None
    return sum(hits / rows for hits, rows in recalls) / len(recalls), *mean_interval(recalls)


def _check(labels: NDArray[Any], probabilities: NDArray[Any]) -> None:
    if labels.ndim != 1 or labels.shape != probabilities.shape or not len(labels):
        raise ValueError(
            f"labels of shape {labels.shape} and probabilities of shape {probabilities.shape}: "
            "both must be (reviews,), for at least one review"
        )
    wrong = labels[~np.isin(labels, (0, 1))]
    if len(wrong):
        raise ValueError(f"label {wrong[0]}: must be 0 or 1")
    outside = probabilities[~((probabilities >= 0) & (probabilities <= 1))]
    if len(outside):
        raise ValueError(f"probability {outside[0]}: must be between 0 and 1")


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


def reliability(labels: ArrayLike, probabilities: ArrayLike) -> list[Bin]:
    """Return the nonempty bins, by increasing confidence."""
    truth, given = np.asarray(labels) == 1, np.asarray(probabilities, np.float64)
    judged = given >= THRESHOLD
    confidence, right = np.where(judged, given, 1 - given), judged == truth
    index = np.minimum((confidence * BINS).astype(np.int64), BINS - 1)
    return [
        Bin(
            float(confidence[index == number].mean()),
            float(right[index == number].mean()),
            int((index == number).sum()),
        )
        for number in np.unique(index)
    ]


def roc_curve(
    labels: ArrayLike, probabilities: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the false and true positive rates of every threshold, in increasing order."""
    truth, given = np.asarray(labels) == 1, np.asarray(probabilities, np.float64)
    order = np.argsort(-given, kind="stable")
    truth, given = truth[order], given[order]
    ends = np.append(np.flatnonzero(np.diff(given)), len(given) - 1)  # ties share a point
    hits, alarms = np.cumsum(truth)[ends], np.cumsum(~truth)[ends]
    return (
        np.append(0.0, alarms / max(1, alarms[-1])),
        np.append(0.0, hits / max(1, hits[-1])),
    )


def _roc_auc(truth: NDArray[np.bool_], given: NDArray[np.float64]) -> float | None:
    if truth.all() or not truth.any():
        return None
    false_rate, true_rate = roc_curve(truth, given)
    return float(np.sum(np.diff(false_rate) * (true_rate[1:] + true_rate[:-1]) / 2))


def _share(part: int, whole: np.int64) -> float | None:
    return part / int(whole) if whole else None
