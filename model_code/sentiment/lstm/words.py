"""What the network reads of a review, as the hyperparameter `words` says."""

from collections.abc import Callable
from typing import NamedTuple

from sentiment.lstm.stem_offsets import stems_with_offsets
from sentiment.lstm.stems import review_to_words
from sentiment.tokens import token_offsets, tokenize


class Words(NamedTuple):
    """One way to read a review.

    Attributes:
        read: from the raw review to its words.
        place: the same words, each with its start and end in the raw review.
    """

    read: Callable[[str], list[str]]
    place: Callable[[str], list[tuple[str, int, int]]]


def tokens_with_offsets(review: str) -> list[tuple[str, int, int]]:
    """Return the tokens of `tokenize`, each with its start and end in the raw review."""
    return [
        (token, start, end)
        for token, (start, end) in zip(tokenize(review), token_offsets(review), strict=True)
    ]


WORDS = {
    "all": Words(tokenize, tokens_with_offsets),
    "stems": Words(review_to_words, stems_with_offsets),
}
