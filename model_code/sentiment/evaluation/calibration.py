"""Platt scaling by evidence: calibrated probabilities from log-odds."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

ROUNDS = 100
FLATTEST = 1e-3  # lowest slope per standard deviation of the log-odds
NARROWEST = 1e-9  # standard deviation of log-odds that differ only by rounding
TOLERANCE = 1e-10
QUANTILES = (0.02, 0.2, 0.4, 0.6, 0.8, 0.98)  # of the evidence, at which a slope is fitted
LEAST = 1e-6  # evidence
STIFFNESS = 10.0  # half of it, times the squared difference of neighbouring slopes, is added


@dataclass(frozen=True)
class Calibration:
    """Calibrated log-odds = slope(evidence) * log-odds + intercept.

    Between its points the slope is linear in the logarithm of the evidence, outside it is constant.

    Attributes:
        evidence: amounts of evidence, rising.
        slopes: slope at each of them, all above 0.
        intercept: calibrated log-odds where the log-odds are 0.
    """

    evidence: Sequence[float]
    slopes: Sequence[float]
    intercept: float

    @classmethod
    def identity(cls) -> "Calibration":
        """Return the calibration that changes nothing."""
        return cls((1.0,), (1.0,), 0.0)

    @cached_property
    def _points(self) -> NDArray[np.float64]:
        return _logs(self.evidence)

    def slope(self, evidence: ArrayLike) -> NDArray[np.float64]:
        """Return the slope for reviews with this much evidence, same shape."""
        found: NDArray[np.float64] = np.interp(_logs(evidence), self._points, self.slopes)
        return found

    def probabilities(self, logits: ArrayLike, evidence: ArrayLike) -> NDArray[np.float64]:
        """Return P(positive) for log-odds, same shape."""
        return _logistic(self.slope(evidence) * np.asarray(logits, np.float64) + self.intercept)


def fit_calibration(
    logits: ArrayLike, evidence: ArrayLike, labels: ArrayLike, weights: ArrayLike | None = None
) -> Calibration:
    """Fit the slopes on texts that the model was not trained on.

    Platt (1999), "Probabilistic outputs for support vector machines", with his smoothed targets, by
    Newton's method with halved steps as in Lin, Lin and Weng (2007). The targets keep the slopes
    finite where the logits separate the labels. Slopes with few texts follow their neighbours.

    Args:
        logits: log-odds of positive, shape (texts,).
        evidence: amount of evidence in each text, same shape.
        labels: 1 or 0, same shape.
        weights: weight of each text, same shape; None weights all equally.

    Returns:
        Slopes above 0, which keep the order of texts with the same evidence. When all log-odds are
        equal or there is only one label, the identity. When the log-odds fall with the labels,
        almost flat slopes at the share of positive texts.

    Raises:
        ValueError: when log-odds are not finite, as after a diverged training.
    """
    x, y = np.asarray(logits, np.float64), np.asarray(labels) == 1
    share = np.ones(len(x)) if weights is None else np.asarray(weights, np.float64)
    if not np.isfinite(x).all():
        raise ValueError(f"log-odds {x[~np.isfinite(x)][0]}: must be finite")
    positive, negative = float(share[y].sum()), float(share[~y].sum())
    if not positive or not negative or x.std() < NARROWEST:
        return Calibration.identity()
    targets = np.where(y, (positive + 1) / (positive + 2), 1 / (negative + 2))
    # Scaled for the numerical stability of Newton's method
    scale = float(x.std())
    points = np.unique(np.quantile(np.asarray(evidence, np.float64), QUANTILES)).tolist()
    inputs = np.column_stack([_hats(evidence, points) * (x / scale)[:, None], np.ones_like(x)])
    *slopes, intercept = _fit(inputs, targets, share)
    if min(slopes) < FLATTEST:
        centered = np.column_stack([(x - x.mean()) / scale, np.ones_like(x)])
        if _fit(centered, targets, share)[0] < FLATTEST:
            slopes, intercept = [], float(np.log((positive + 1) / (negative + 1)))
            return Calibration(points, [FLATTEST / scale] * len(points), intercept)
    return Calibration(points, [max(slope, FLATTEST) / scale for slope in slopes], intercept)


def _logs(evidence: ArrayLike) -> NDArray[np.float64]:
    found: NDArray[np.float64] = np.log(np.maximum(evidence, LEAST))
    return found


def _hats(evidence: ArrayLike, points: Sequence[float]) -> NDArray[np.float64]:
    """Return the weight of the slope at each point for reviews with this much evidence."""
    numbers = np.arange(len(points), dtype=np.float64)
    places = np.asarray(np.interp(_logs(evidence), _logs(points), numbers))
    hats: NDArray[np.float64] = np.maximum(0, 1 - np.abs(places[..., None] - numbers))
    return hats


def _fit(
    inputs: NDArray[np.float64], targets: NDArray[np.float64], weights: NDArray[np.float64]
) -> list[float]:
    """Return the line that minimizes the cross-entropy with the targets; last the intercept."""
    differences = np.diff(np.eye(inputs.shape[1])[:-1], axis=0)
    stiffness = STIFFNESS * differences.T @ differences

    def loss(line: NDArray[np.float64]) -> float:
        scores = inputs @ line
        entropy = weights @ (np.logaddexp(0, scores) - targets * scores)
        return float(entropy + line @ stiffness @ line / 2)

    line = np.zeros(inputs.shape[1])
    for _ in range(ROUNDS):
        shares = _logistic(inputs @ line)
        gradient = inputs.T @ (weights * (shares - targets)) + stiffness @ line
        if np.abs(gradient).max() < TOLERANCE * len(inputs):
            break
        curvature = (inputs * (weights * shares * (1 - shares))[:, None]).T @ inputs
        curvature += stiffness + 1e-12 * np.eye(len(line))
        step, size = np.linalg.solve(curvature, gradient), 1.0
        while loss(line - size * step) > loss(line) and size > TOLERANCE:
            size /= 2
        line = line - size * step
    return [float(value) for value in line]


def _logistic(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    small = np.exp(-np.abs(scores))  # exp of a negative number cannot overflow
    shares: NDArray[np.float64] = np.where(scores >= 0, 1, small) / (1 + small)
    return shares
