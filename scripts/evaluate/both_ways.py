"""Comparison of the verdicts on reviews that were sent both in a list and on their own."""

from collections.abc import Mapping
from typing import NamedTuple, Self

import numpy as np

from scripts.evaluate.targets import Verdict
from sentiment.evaluation.judged import verdicts

# Difference of two probabilities that is not worth a line: it is below the fourth decimal, the last
# one that the reports show. The reviews of a list are added up in another order than a single one,
# which changes 64-bit numbers by about 1e-15, and the 32-bit ones of the LSTM by about 1e-6.
ROUNDING = 5e-5


class BothWays(NamedTuple):
    """Verdicts on reviews that were sent both ways.

    Attributes:
        rows: number of these reviews.
        labels: number of these with two different labels.
        largest: largest difference of two probabilities of a label; 0 if it is only rounding.
    """

    rows: int = 0
    labels: int = 0
    largest: float = 0.0

    @classmethod
    def of(cls, lists: Mapping[int, Verdict], singles: Mapping[int, Verdict]) -> Self:
        """Compare the verdicts on the same reviews, by their number."""
        both = [(one, lists[number]) for number, one in singles.items() if number in lists]
        largest = max((_difference(*pair) for pair in both), default=0.0)
        return cls(
            len(both),
            sum(_label(one) != _label(other) for one, other in both),
            largest if largest > ROUNDING else 0.0,
        )


def _label(verdict: Verdict) -> str:
    """Return the most probable label, or the code of a refusal."""
    if isinstance(verdict, str):
        return verdict
    return list(verdict)[int(verdicts(np.array([list(verdict.values())]))[0])]


def _difference(one: Verdict, other: Verdict) -> float:
    """Return the largest difference of a label's probabilities; 0 with a refusal."""
    if isinstance(one, str) or isinstance(other, str):
        return 0.0
    return max(abs(one[name] - other[name]) for name in one)
