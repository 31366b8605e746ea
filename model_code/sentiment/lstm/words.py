"""Ways to read the words of a review, for the hyperparameter `words`."""

from collections.abc import Callable
from typing import NamedTuple

from sentiment.lstm.stem_offsets import place_stems
from sentiment.lstm.stems import review_to_words
from sentiment.tokens import Placed, place_tokens, tokenize


class Words(NamedTuple):
    """One way to read a review.

    Attributes:
        read: returns the words of a raw review.
        place: returns the same words, and their starts and ends in the raw review.
    """

    read: Callable[[str], list[str]]
    place: Callable[[str], Placed]


WORDS = {
    "all": Words(tokenize, place_tokens),
    "stems": Words(review_to_words, place_stems),
}
