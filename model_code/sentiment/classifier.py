"""Interface of a model architecture."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sentiment.datasets import Dataset
from sentiment.explanation import Explanation

BLOCK = 128  # texts scored at a time, whose arrays fit into the processor's cache


@dataclass(frozen=True)
class Scores:
    """Scores that a classifier gives several reviews.

    For two labels it has one model, of the second label. For more labels it has a model of each,
    against all others.

    Attributes:
        logits: log-odds of each model's label, shape (reviews, models).
        evidence: amount of evidence read, in a unit of the architecture, same shape.
        words: number of words read, shape (reviews,).
        known_words: number of these that the classifier knows, shape (reviews,).
        explain: takes the index of a model for each review and returns the parts of its log-odds;
            only if explanations were requested.
    """

    logits: NDArray[np.float64]
    evidence: NDArray[np.float64]
    words: NDArray[np.int64]
    known_words: NDArray[np.int64]
    explain: Callable[[NDArray[np.int64]], list[Explanation]]


class Classifier(Protocol):
    """A trained model that classifies raw reviews."""

    def score(self, reviews: Sequence[str], *, explain: bool = False) -> Scores:
        """Return the log-odds, and how many words were read and known.

        Args:
            reviews: raw reviews.
            explain: True if explanations will be requested.
        """

    def save(self, folder: Path) -> None:
        """Write the files that `load` of the same class reads to an existing folder."""


def log_odds(
    model: Classifier, texts: Sequence[str]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the log-odds and the evidence of any number of texts, each (texts, models)."""
    logits, evidence = [], []
    for start in range(0, len(texts), BLOCK):
        # Scores hold all that an explanation needs: too much memory to keep them for every text.
        scores = model.score(texts[start : start + BLOCK])
        logits.append(scores.logits)
        evidence.append(scores.evidence)
    return np.concatenate(logits), np.concatenate(evidence)


@dataclass(frozen=True)
class Fitted:
    """Result of training, the same on every rank.

    Attributes:
        model: the trained model.
        held_out: reviews, each with this model or one like it that was not trained on them.
        learning_curve: measurements during training, each with its `step`.
    """

    model: Classifier
    held_out: Sequence[tuple[Classifier, Dataset]]
    learning_curve: list[dict[str, float]]
