"""Predicted probabilities of the labels of texts, together with their true labels."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sentiment.schema import SENTIMENTS

SUM_TOLERANCE = 1e-6


@dataclass(frozen=True)
class Judged:
    """True labels and predicted probabilities of several texts, at least one.

    Attributes:
        names: names of the labels, two or more.
        labels: index of each text's label, shape (texts,).
        probabilities: predicted probability of each label, shape (texts, labels).
    """

    names: Sequence[str]
    labels: NDArray[np.int64]
    probabilities: NDArray[np.float64]

    @classmethod
    def of(cls, names: Sequence[str], labels: ArrayLike, probabilities: ArrayLike) -> Self:
        """Check and keep labels and probabilities.

        Args:
            names: names of the labels.
            labels: index of each text's label, shape (texts,).
            probabilities: probability of each label, shape (texts, labels); for two labels also
                that of the second one alone, shape (texts,).

        Raises:
            ValueError: when a shape is wrong, an index names no label, or a row has no
                probabilities, as after a diverged training.
        """
        indexes, shares = np.asarray(labels), np.asarray(probabilities, np.float64)
        if shares.ndim == 1 and len(names) == len(SENTIMENTS):
            shares = np.stack([1 - shares, shares], axis=1)
        if not len(indexes) or shares.shape != (*indexes.shape, len(names)):
            raise ValueError(
                f"labels of shape {indexes.shape} and probabilities of shape {shares.shape}: must "
                f"be (texts,) and (texts, {len(names)}), for at least one text"
            )
        wrong = indexes[~np.isin(indexes, np.arange(len(names)))]
        if len(wrong):
            raise ValueError(f"label {wrong[0]}: must be from 0 to {len(names) - 1}")
        outside = shares[~((shares >= 0) & (shares <= 1))]
        if len(outside):
            raise ValueError(f"probability {outside[0]}: must be between 0 and 1")
        if np.abs(shares.sum(axis=1) - 1).max() > SUM_TOLERANCE:
            raise ValueError("the probabilities of a text must sum to 1")
        return cls(tuple(names), indexes.astype(np.int64), shares)

    @cached_property
    def verdicts(self) -> NDArray[np.int64]:
        """Index of the most probable label, shape (texts,); the last of several equal ones."""
        return verdicts(self.probabilities)

    @cached_property
    def right(self) -> NDArray[np.bool_]:
        """True for each text whose most probable label is the true one."""
        found: NDArray[np.bool_] = self.verdicts == self.labels
        return found

    @cached_property
    def confidence(self) -> NDArray[np.float64]:
        """Probability of the most probable label, shape (texts,)."""
        found: NDArray[np.float64] = self.probabilities.max(axis=1)
        return found

    def binary(self, label: int) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
        """Return which texts have the label, and its predicted probabilities."""
        return self.labels == label, self.probabilities[:, label]


def verdicts(probabilities: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the most probable label of each row; of equal ones the last.

    With the labels negative and positive, a text is therefore positive from P(positive) = 0.5.
    """
    found: NDArray[np.int64] = probabilities.shape[1] - 1 - probabilities[:, ::-1].argmax(axis=1)
    return found
