"""Platt scaling: calibrated probabilities from log-odds."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

ROUNDS = 100
FLATTEST = 1e-3  # lowest slope per standard deviation of the log-odds
NARROWEST = 1e-9  # standard deviation of log-odds that differ only by rounding
TOLERANCE = 1e-10


@dataclass(frozen=True)
class Calibration:
    """Linear calibration: calibrated log-odds = slope * log-odds + intercept."""

    slope: float
    intercept: float

    def probabilities(self, logits: ArrayLike) -> NDArray[np.float64]:
        """Return P(positive) for log-odds, same shape."""
        return _logistic(self.slope * np.asarray(logits, np.float64) + self.intercept)


def fit_calibration(logits: ArrayLike, labels: ArrayLike) -> Calibration:
    """Fit the line on reviews that the model was not trained on.

    Platt (1999), "Probabilistic outputs for support vector machines", with his smoothed targets, by
    Newton's method with halved steps as in Lin, Lin and Weng (2007). The targets keep the line
    finite where the logits separate the classes.

    Args:
        logits: log-odds of positive, shape (reviews,).
        labels: 1 or 0, shape (reviews,).

    Returns:
        A rising line, which keeps the order of the reviews. When all log-odds are equal or there is
        only one class, the identity. When the log-odds fall with the labels, an almost flat line
        at the share of positive reviews.

    Raises:
        ValueError: when log-odds are not finite, as after a diverged training.
    """
    x, y = np.asarray(logits, np.float64), np.asarray(labels) == 1
    if not np.isfinite(x).all():
        raise ValueError(f"log-odds {x[~np.isfinite(x)][0]}: must be finite")
    positive, negative = int(y.sum()), int((~y).sum())
    if not positive or not negative or x.std() < NARROWEST:
        return Calibration(1.0, 0.0)
    targets = np.where(y, (positive + 1) / (positive + 2), 1 / (negative + 2))
    # Standardized for the numerical stability of Newton's method
    middle, scale = float(x.mean()), float(x.std())
    slope, intercept = _fit_line((x - middle) / scale, targets)
    if slope < FLATTEST:
        slope, intercept = FLATTEST, float(np.log((positive + 1) / (negative + 1)))
    return Calibration(slope / scale, intercept - slope * middle / scale)


def _fit_line(x: NDArray[np.float64], targets: NDArray[np.float64]) -> tuple[float, float]:
    """Return the slope and intercept that minimize the cross-entropy with the targets."""
    inputs = np.stack([x, np.ones_like(x)], axis=1)

    def loss(line: NDArray[np.float64]) -> float:
        scores = inputs @ line
        return float(np.sum(np.logaddexp(0, scores) - targets * scores))

    line = np.zeros(2)
    for _ in range(ROUNDS):
        shares = _logistic(inputs @ line)
        gradient = inputs.T @ (shares - targets)
        if np.abs(gradient).max() < TOLERANCE * len(x):
            break
        curvature = (inputs * (shares * (1 - shares))[:, None]).T @ inputs + 1e-12 * np.eye(2)
        step, size = np.linalg.solve(curvature, gradient), 1.0
        while loss(line - size * step) > loss(line) and size > TOLERANCE:
            size /= 2
        line = line - size * step
    return float(line[0]), float(line[1])


def _logistic(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    small = np.exp(-np.abs(scores))  # exp of a negative number cannot overflow
    shares: NDArray[np.float64] = np.where(scores >= 0, 1, small) / (1 + small)
    return shares
