"""Interface of a model architecture."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sentiment.explanation import Explanation


class Classifier(Protocol):
    """A trained model that classifies raw reviews."""

    def logits(self, reviews: Sequence[str]) -> NDArray[np.float64]:
        """Return the log-odds of positive, shape (reviews,)."""

    def explain(self, review: str) -> Explanation:
        """Return the contributions of words and phrases to the log-odds."""

    def save(self, folder: Path) -> None:
        """Write the files that `load` of the same class reads to an existing folder."""


@dataclass(frozen=True)
class Fitted:
    """Result of training, the same on every rank.

    Attributes:
        model: the trained model.
        learning_curve: measurements during training, each with its `step`.
        validation_logits: log-odds of reviews that the model, or one like it, was not trained on.
        validation_labels: labels of those reviews, 1 or 0.
    """

    model: Classifier
    learning_curve: list[dict[str, float]]
    validation_logits: NDArray[np.float64]
    validation_labels: NDArray[np.int64]
