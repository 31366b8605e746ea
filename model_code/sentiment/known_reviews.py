"""Known reviews: short test reviews with which a deployment tries the model that it serves."""

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sentiment.artifact import Artifact
from sentiment.datasets import Dataset
from sentiment.errors import TrainingInputError
from sentiment.request import MAX_CHARACTERS, MAX_REVIEWS
from sentiment.schema import SENTIMENTS

PER_SENTIMENT = 2
# Characters and known words of a typical known review; other reviews are chosen if none is typical.
SHORTEST, LONGEST, KNOWN_WORDS = 40, 400, 5
CLEAR = 0.55  # least probability of the verdict, so that no rounding changes it
SURROGATE = re.compile("[\ud800-\udfff]")  # half a character, which UTF-8 cannot hold


def choose_known_reviews(
    trained: Artifact, tested: Dataset, probabilities: NDArray[np.float64]
) -> list[dict[str, str]]:
    """Return text and sentiment of the short reviews that the model judges best, positive first.

    Args:
        trained: the model.
        tested: the test reviews.
        probabilities: P(positive) of each.

    Raises:
        TrainingInputError: when the model judges no review of a class rightly.
    """
    known = []
    for label in (1, 0):
        shares = probabilities if label else 1 - probabilities
        right = {
            text: share
            for text, truth, share in zip(tested.texts, tested.labels, shares.tolist(), strict=True)
            if truth == label and share >= CLEAR and can_be_sent(text)
        }
        texts = sorted(
            right, key=lambda text: (_excess(text), len(text) < SHORTEST, -right[text], text)
        )
        chosen = _with_known_words(trained, texts[:MAX_REVIEWS])[:PER_SENTIMENT]
        if not chosen:
            raise TrainingInputError(
                f"the model recognises none of the {tested.labels.count(label)} "
                f"{SENTIMENTS[label]} test reviews, so its verdicts are worthless; train it on "
                "more reviews, and check that their labels are right"
            )
        known += [{"text": text, "sentiment": SENTIMENTS[label]} for text in chosen]
    return known


def can_be_sent(text: str) -> bool:
    """Return whether a request can hold the text."""
    return len(text) <= MAX_CHARACTERS and not SURROGATE.search(text)


def _excess(text: str) -> int:
    """Return the number of characters by which a text is too long."""
    return max(0, len(text) - LONGEST)


def _with_known_words(trained: Artifact, texts: Sequence[str]) -> list[str]:
    """Return the texts of which the model knows a word; of those not too long, the rich first."""
    if not texts:
        return []
    words = dict(zip(texts, trained.judge(texts).known_words.tolist(), strict=True))
    known = [text for text in texts if words[text]]
    return sorted(known, key=lambda text: (_excess(text), words[text] < KNOWN_WORDS))
