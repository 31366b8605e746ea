"""What every architecture gives and takes."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sentiment.explanation import Explanation


class Classifier(Protocol):
    """A trained model that reads raw reviews."""

    def logits(self, reviews: Sequence[str]) -> NDArray[np.float64]:
        """Return the log-odds of positive, shape (reviews,)."""

    def explain(self, review: str) -> Explanation:
        """Return which words and phrases moved the log-odds."""

    def save(self, folder: Path) -> None:
        """Write all that `load` of the same class needs to a folder that exists."""


@dataclass(frozen=True)
class Fitted:
    """What a training gives, the same on every rank.

    Attributes:
        model: the trained model.
        learning_curve: what was measured along the way, one entry a look; `step` counts them.
        validation_logits: log-odds of reviews that the model, or its like, was not trained on.
        validation_labels: what those reviews are, 1 or 0.
    """

    model: Classifier
    learning_curve: list[dict[str, float]]
    validation_logits: NDArray[np.float64]
    validation_labels: NDArray[np.int64]
