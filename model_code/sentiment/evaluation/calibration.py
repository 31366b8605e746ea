"""Platt scaling: probabilities that are as often right as they say."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

ROUNDS = 100
SMALLEST_SLOPE = 1e-3  # never turns a verdict round
FURTHEST = 1e-10


@dataclass(frozen=True)
class Calibration:
    """A line through the log-odds: calibrated log-odds = slope * log-odds + intercept."""

    slope: float
    intercept: float

    def probabilities(self, logits: ArrayLike) -> NDArray[np.float64]:
        """Return P(positive) of log-odds, of the same shape."""
        scaled = self.slope * np.asarray(logits, np.float64) + self.intercept
        # exp of a negative number alone cannot overflow
        small = np.exp(-np.abs(scaled))
        probabilities: NDArray[np.float64] = np.where(scaled >= 0, 1, small) / (1 + small)
        return probabilities


def fit_calibration(logits: ArrayLike, labels: ArrayLike) -> Calibration:
    """Fit the line on reviews that the model was not trained on.

    Platt (1999), "Probabilistic outputs for support vector machines", with his smoothed targets, by
    Newton's method with halved steps as in Lin, Lin and Weng (2007).

    Args:
        logits: log-odds of positive, shape (reviews,).
        labels: 1 or 0, shape (reviews,).

    Returns:
        A line that rises, so that the order of the reviews remains. Where the log-odds are all the
        same or only one class is there, nothing can be learned of the slope and it stays 1.
    """
    x, y = np.asarray(logits, np.float64), np.asarray(labels) == 1
    positive, negative = int(y.sum()), int((~y).sum())
    if not positive or not negative or np.ptp(x) == 0:
        return Calibration(1.0, 0.0)
    targets = np.where(y, (positive + 1) / (positive + 2), 1 / (negative + 2))
    scale = float(np.std(x))  # conditions the Newton steps, whatever unit the logits are in
    inputs = np.stack([x / scale, np.ones_like(x)], axis=1)

    def loss(line: NDArray[np.float64]) -> float:
        scores = inputs @ line
        return float(np.sum(np.logaddexp(0, scores) - targets * scores))

    line = np.zeros(2)
    for _ in range(ROUNDS):
        shares = Calibration(1.0, 0.0).probabilities(inputs @ line)
        gradient = inputs.T @ (shares - targets)
        if np.abs(gradient).max() < FURTHEST * len(x):
            break
        curvature = (inputs * (shares * (1 - shares))[:, None]).T @ inputs + 1e-12 * np.eye(2)
        step, size = np.linalg.solve(curvature, gradient), 1.0
        while loss(line - size * step) > loss(line) and size > FURTHEST:
            size /= 2
        line = line - size * step
    return Calibration(max(float(line[0]) / scale, SMALLEST_SLOPE), float(line[1]))
