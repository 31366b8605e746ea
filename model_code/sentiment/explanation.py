"""Explanation of a verdict: the weights of words and phrases at their places in the raw review."""

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

SHOWN_PHRASES = 20
# A serverless endpoint's answer is limited to 4 MB, and a word takes about 60 bytes.
SHOWN_WORDS = 10_000
DECIMALS = 9  # in a weight, so that the rounding of thousands of words stays negligible


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
        phrases: part of each n-gram, at its first occurrence; another view of the same weights, so
            that they do not add to those of `words`.
    """

    bias: float
    words: Spans
    phrases: Spans

    @property
    def probability(self) -> float:
        """P(positive) from the sum of the parts."""
        logit = self.bias + float(self.words.weights.sum())
        return 0.5 * (1 + math.tanh(logit / 2))  # the logistic function without overflow

    def scaled(self, slope: float, intercept: float) -> "Explanation":
        """Return the explanation of the calibrated log-odds `slope * log-odds + intercept`."""
        return Explanation(
            self.bias * slope + intercept, self.words.scaled(slope), self.phrases.scaled(slope)
        )

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON form, limited to the strongest words.

        `rest` is the sum of the other words' weights, so that the parts still add up.
        """
        words = self.words
        if len(words.weights) > SHOWN_WORDS:
            words = words.strongest(SHOWN_WORDS).in_order()
        rest = float(self.words.weights.sum() - words.weights.sum())
        return {
            "bias": round(self.bias, DECIMALS),
            "words": words.as_dicts(),
            "rest": round(rest, DECIMALS),
            "phrases": self.phrases.strongest(SHOWN_PHRASES).as_dicts(),
        }
