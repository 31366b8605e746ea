"""Interface of a model architecture."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sentiment.explanation import Explanation


@dataclass(frozen=True)
class Scores:
    """What a model makes of several reviews, each array of shape (reviews,).

    Attributes:
        logits: log-odds of positive.
        evidence: amount of evidence read, in a unit of the architecture.
        words: number of words read.
        known_words: number of these that the model knows.
        explanations: parts of the log-odds of each review; empty unless requested.
    """

    logits: NDArray[np.float64]
    evidence: NDArray[np.float64]
    words: NDArray[np.int64]
    known_words: NDArray[np.int64]
    explanations: Sequence[Explanation] = ()


class Classifier(Protocol):
    """A trained model that classifies raw reviews."""

    def score(self, reviews: Sequence[str], *, explain: bool = False) -> Scores:
        """Return the log-odds of positive, and how many words were read and known.

        Args:
            reviews: raw reviews.
            explain: True adds the contributions of words to the log-odds.
        """

    def save(self, folder: Path) -> None:
        """Write the files that `load` of the same class reads to an existing folder."""


@dataclass(frozen=True)
class Fitted:
    """Result of training, the same on every rank.

    Attributes:
        model: the trained model.
        held_out: the model, or one like it, that was not trained on the validation reviews.
        learning_curve: measurements during training, each with its `step`.
    """

    model: Classifier
    held_out: Classifier
    learning_curve: list[dict[str, float]]
