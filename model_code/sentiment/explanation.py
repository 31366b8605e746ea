"""Why a model judged a review as it did, marked in the review as it was written."""

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

SHOWN_PHRASES = 20
DECIMALS = 9  # of weights in an answer: thousands of words' rounding must not add up to anything


class Span(NamedTuple):
    """A piece of the raw review and how far it moved the verdict.

    Attributes:
        start: index of its first character in the raw review, markup and all.
        end: index after its last one.
        weight: log-odds; above 0 towards positive, below 0 towards negative.
    """

    start: int
    end: int
    weight: float


@dataclass(frozen=True)
class Explanation:
    """The parts of a log-odds.

    Attributes:
        bias: log-odds of a review about which the model knows nothing.
        words: every word's part, in the order of the text. Where the model is additive, `bias` and
            all words' weights add up to the log-odds.
        phrases: the n-grams that weigh most, strongest first. They are another view of the same
            weights, not to be added to those of `words`.
    """

    bias: float
    words: list[Span]
    phrases: list[Span]

    @property
    def probability(self) -> float:
        """P(positive), of what the parts add up to."""
        logit = self.bias + math.fsum(word.weight for word in self.words)
        return 0.5 * (1 + math.tanh(logit / 2))  # the logistic function, without an overflow

    def scaled(self, slope: float, intercept: float) -> "Explanation":
        """Return the explanation of the calibrated log-odds `slope * log-odds + intercept`."""
        return Explanation(
            self.bias * slope + intercept,
            [Span(word.start, word.end, word.weight * slope) for word in self.words],
            [Span(phrase.start, phrase.end, phrase.weight * slope) for phrase in self.phrases],
        )

    def as_dict(self) -> dict[str, Any]:
        """Return what a JSON answer carries; parts without weight are left out."""
        return {
            "bias": round(self.bias, DECIMALS),
            "words": [_span(word) for word in self.words if word.weight],
            "phrases": [_span(phrase) for phrase in self.phrases],
        }


def _span(span: Span) -> dict[str, float]:
    return {"start": span.start, "end": span.end, "weight": round(span.weight, DECIMALS)}
