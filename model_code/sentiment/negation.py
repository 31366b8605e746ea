"""Words in the scope of a negation, which the model reads as other words.

After Das and Chen (2001), "Yahoo! for Amazon", and Pang et al. (2002), "Thumbs up?": "good" in "not
a good film" gets another number than "good" alone, and so do the n-grams with it.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache

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


def negated(roles: Iterable[int], first: int = 0) -> Iterator[int]:
    """Yield the indexes of the tokens in the scope of a negation.

    A scope ends at punctuation, at a contrast and with its review. "Not only" negates nothing.

    Args:
        roles: roles of the tokens of a review.
        first: index of its first token.
    """
    left = 0  # tokens that the last negation still reaches
    for place, kind in enumerate(roles, first):
        if kind >= CONTRAST:
            left = 0
        elif left:
            yield place
            left -= 1
        if kind == NEGATION:
            left = SCOPE
        elif kind == ONLY:
            left = 0
