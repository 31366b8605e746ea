"""Why a model judged a review as it did, marked in the review as it was written."""

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

SHOWN_PHRASES = 20
# A serverless endpoint's answer has 4 MB at most, and a word takes some 60 bytes of it.
SHOWN_WORDS = 10_000
DECIMALS = 9  # of weights in an answer: thousands of words' rounding must not add up to anything


@dataclass(frozen=True)
class Spans:
    """Pieces of a raw review and how far each moved the verdict, one array for each property.

    Attributes:
        starts: index of each one's first character in the raw review, markup and all.
        ends: index after its last one.
        weights: log-odds; above 0 towards positive, below 0 towards negative.
    """

    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    weights: NDArray[np.float64]

    def scaled(self, factor: float) -> "Spans":
        """Return the same pieces, their weights multiplied."""
        return replace(self, weights=self.weights * factor)

    def strongest(self, count: int) -> "Spans":
        """Return those that weigh most, the strongest first."""
        return self._take(np.argsort(-np.abs(self.weights), kind="stable")[:count])

    def in_order(self) -> "Spans":
        """Return them as they stand in the text."""
        return self._take(np.argsort(self.starts, kind="stable"))

    def _take(self, places: NDArray[np.int64]) -> "Spans":
        return Spans(self.starts[places], self.ends[places], self.weights[places])

    def as_dicts(self) -> list[dict[str, float]]:
        """Return what a JSON answer carries: one object a piece, but for those without weight."""
        moving = self.weights != 0
        starts, ends = self.starts[moving].tolist(), self.ends[moving].tolist()
        weights = self.weights[moving].round(DECIMALS).tolist()
        return [
            {"start": start, "end": end, "weight": weight}
            for start, end, weight in zip(starts, ends, weights, strict=True)
        ]


@dataclass(frozen=True)
class Explanation:
    """The parts of a log-odds.

    Attributes:
        bias: log-odds of a review about which the model knows nothing.
        words: every word's part, in the order of the text. Where the model is additive, `bias` and
            all words' weights add up to the log-odds.
        phrases: the n-grams, each where it stands first. They are another view of the same weights,
            not to be added to those of `words`.
    """

    bias: float
    words: Spans
    phrases: Spans

    @property
    def probability(self) -> float:
        """P(positive), of what the parts add up to."""
        logit = self.bias + float(self.words.weights.sum())
        return 0.5 * (1 + math.tanh(logit / 2))  # the logistic function, without an overflow

    def scaled(self, slope: float, intercept: float) -> "Explanation":
        """Return the explanation of the calibrated log-odds `slope * log-odds + intercept`."""
        return Explanation(
            self.bias * slope + intercept, self.words.scaled(slope), self.phrases.scaled(slope)
        )

    def as_dict(self) -> dict[str, Any]:
        """Return what a JSON answer carries: of very many words the strongest.

        `rest` is what the other ones weigh together, so that all still adds up.
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
