"""Explanation of a verdict: the weights of words and phrases at their places in the raw review."""

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sentiment.negation import NEGATION, PUNCTUATION, REMEMBERED_TOKENS, WORD, role
from sentiment.stop_words import STOP_WORDS
from sentiment.tokens import plain_text

SHOWN_PHRASES = 20
CONTRACTED = {"d", "ll", "m", "re", "s", "ve"}  # of a verb, as in "they're"
STOP_WORD = -1  # besides the roles of a token
# A serverless endpoint's answer is limited to 4 MB, and a word takes about 60 bytes.
SHOWN_WORDS = 10_000
DECIMALS = 9  # in a weight, so that the rounding of thousands of words stays negligible


@lru_cache(maxsize=REMEMBERED_TOKENS)
def _kind(token: str) -> int:
    """Return PUNCTUATION, STOP_WORD for a stop word that does not negate, or WORD."""
    plain = plain_text(token).lower()
    found = role(plain)
    if found == PUNCTUATION:
        return PUNCTUATION
    head, _, tail = plain.partition("'")
    is_stop_word = plain in STOP_WORDS or (head in STOP_WORDS and tail in CONTRACTED)
    return STOP_WORD if is_stop_word and found != NEGATION else WORD


@dataclass(frozen=True)
class Spans:
    """Spans of a raw review with their weights, one array per property.

    Attributes:
        starts: index of each span's first character in the raw review, markup included.
        ends: index after each span's last character.
        weights: log-odds; above 0 towards positive, below 0 towards negative.
    """

    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    weights: NDArray[np.float64]

    def scaled(self, factor: float) -> "Spans":
        """Return the same spans with their weights multiplied."""
        return replace(self, weights=self.weights * factor)

    def strongest(self, count: int) -> "Spans":
        """Return the spans with the largest weights, strongest first."""
        return self._take(np.argsort(-np.abs(self.weights), kind="stable")[:count])

    def in_order(self) -> "Spans":
        """Return the spans in the order of the text."""
        return self._take(np.argsort(self.starts, kind="stable"))

    def _take(self, places: NDArray[np.int64]) -> "Spans":
        return Spans(self.starts[places], self.ends[places], self.weights[places])

    def as_dicts(self) -> list[dict[str, float]]:
        """Return the JSON form: one object per span with a nonzero weight."""
        moving = self.weights != 0
        starts, ends = self.starts[moving].tolist(), self.ends[moving].tolist()
        weights = self.weights[moving].round(DECIMALS).tolist()
        return [
            {"start": start, "end": end, "weight": weight}
            for start, end, weight in zip(starts, ends, weights, strict=True)
        ]


@dataclass(frozen=True)
class Explanation:
    """Parts that add up to a review's log-odds.

    Attributes:
        bias: log-odds of a review without known words.
        words: part of each word, in the order of the text; `bias` and all words' weights add up to
            the log-odds.
    """

    bias: float
    words: Spans

    @classmethod
    def empty(cls) -> "Explanation":
        """Return the explanation of P = 0.5."""
        return cls(0.0, Spans(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0)))

    def scaled(self, slope: float, intercept: float) -> "Explanation":
        """Return the explanation of the calibrated log-odds `slope * log-odds + intercept`."""
        return Explanation(self.bias * slope + intercept, self.words.scaled(slope))

    def phrases(self, review: str) -> Spans:
        """Return the maximal runs of adjacent words with one sign, with their summed weights.

        Punctuation ends a run. A run does not begin or end with a stop word, unless the word
        negates.

        Args:
            review: the raw review that is explained.
        """
        words = self.words
        spans = zip(words.starts.tolist(), words.ends.tolist(), strict=True)
        kinds = np.array([_kind(review[start:end]) for start, end in spans], np.int8)
        signs = np.where(kinds == PUNCTUATION, 0, np.sign(words.weights))
        runs = np.cumsum(np.diff(signs, prepend=0) != 0)
        places = np.flatnonzero((kinds == WORD) & (signs != 0))
        changes = np.diff(runs[places]) != 0
        first = places[np.concatenate([[True], changes])[: len(places)]]
        last = places[np.concatenate([changes, [True]])[: len(places)]]
        sums = np.concatenate([[0.0], np.cumsum(words.weights)])
        return Spans(words.starts[first], words.ends[last], sums[last + 1] - sums[first])

    def as_dict(self, review: str) -> dict[str, Any]:
        """Return the JSON form, limited to the strongest words and phrases.

        `rest` is the sum of the other words' weights, so that the parts still add up.

        Args:
            review: the raw review that is explained.
        """
        words = self.words
        if len(words.weights) > SHOWN_WORDS:
            words = words.strongest(SHOWN_WORDS).in_order()
        rest = float(self.words.weights.sum() - words.weights.sum())
        return {
            "bias": round(self.bias, DECIMALS),
            "words": words.as_dicts(),
            "rest": round(rest, DECIMALS),
            "phrases": self.phrases(review).strongest(SHOWN_PHRASES).as_dicts(),
        }
