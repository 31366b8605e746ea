"""Words in the scope of a negation, which the model reads as other words.

After Das and Chen (2001), "Yahoo! for Amazon", and Pang et al. (2002), "Thumbs up?": "good" in "not
a good film" gets another number than "good" alone, and so do the n-grams with it.
"""

from functools import lru_cache

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
# Roles of a token
WORD, NEGATION, ONLY, CONTRAST, PUNCTUATION = range(5)
REMEMBERED_TOKENS = 1 << 17


@lru_cache(maxsize=REMEMBERED_TOKENS)
def role(word: str) -> int:
    """Return the role of a token in lower case."""
    if word in NEGATIONS or word.endswith("n't"):
        return NEGATION
    if word in CONTRASTS:
        return CONTRAST
    if not word[0].isalnum():
        return PUNCTUATION
    return ONLY if word == "only" else WORD


def negated(roles: NDArray[np.int8], starts: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return True for each token in the scope of a negation, shape (tokens,).

    A scope ends at punctuation, at a contrast and with its review. "Not only" negates nothing.

    Args:
        roles: roles of the tokens of several reviews, shape (tokens,).
        starts: index of each review's first token.
    """
    places = np.arange(len(roles))
    # The first place, up to each token, whose negation still reaches the token
    since = np.zeros(len(roles) + 1, np.int64)
    since[starts] = starts
    for_next = np.flatnonzero(roles == ONLY) + 1
    since[for_next] = for_next
    ends = np.flatnonzero(roles >= CONTRAST)
    since[ends] = ends + 1
    since = np.maximum.accumulate(since)[:-1]
    last = np.full(len(roles) + 1, -1)
    negations = np.flatnonzero(roles == NEGATION)
    last[negations + 1] = negations
    last = np.maximum.accumulate(last)[:-1]
    found: NDArray[np.bool_] = last >= np.maximum(since, places - SCOPE)
    return found
