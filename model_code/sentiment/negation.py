"""Words in the scope of a negation, which the model reads as other words.

After Das and Chen (2001), "Yahoo! for Amazon", and Pang et al. (2002), "Thumbs up?": "good" in "not
a good film" gets another number than "good" alone, and so do the n-grams with it.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

# Chosen by cross-validation; see docs/decisions/0010-the-model.md.
SCOPE = 4  # tokens after a negation
NEGATIONS = frozenset(
    (
        "aint", "anything", "barely", "cannot", "cant", "couldnt", "didnt", "doesnt", "dont",
        "hardly", "isnt", "lack", "lacking", "lacks", "neither", "never", "no", "nobody", "none",
        "nor", "not", "nothing", "wasnt", "without", "wont", "wouldnt",
    )
)  # fmt: skip
CONTRASTS = frozenset(("although", "because", "but"))


def is_negation(token: str) -> bool:
    """Return True for a token in lower case that negates the following ones."""
    return token in NEGATIONS or token.endswith("n't")


def negated(tokens: Sequence[str]) -> NDArray[np.bool_]:
    """Return True for each token in the scope of a negation, shape (tokens,).

    A scope ends at punctuation and at a contrast. "Not only" negates nothing.

    Args:
        tokens: tokens of one review in lower case.
    """
    found = np.zeros(len(tokens), np.bool_)
    left = 0
    for place, word in enumerate(tokens):
        if word in CONTRASTS or not word[0].isalnum():
            left = 0
            continue
        if left:
            found[place] = True
            left -= 1
        if is_negation(word):
            left = SCOPE
        elif word == "only":
            left = 0
    return found
