"""Accuracy by length of the review."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sentiment.evaluation.judged import Judged

GROUPS = 10


@dataclass(frozen=True)
class Group:
    """Reviews of similar length."""

    shortest: int  # in characters
    longest: int
    rows: int
    right: int  # number classified correctly

    @property
    def accuracy(self) -> float:
        """Share classified correctly."""
        return self.right / self.rows


def by_length(texts: Sequence[str], judged: Judged) -> list[Group]:
    """Split the reviews at the deciles of their length; equal lengths share a group.

    Args:
        texts: raw reviews, at least one.
        judged: their labels and predictions.

    Returns:
        At most ten nonempty groups, by increasing length.
    """
    lengths = np.array([len(text) for text in texts])
    shares = np.arange(1, GROUPS + 1) / GROUPS
    longest = np.unique(np.quantile(lengths, shares, method="inverted_cdf"))
    places = np.searchsorted(longest, lengths)
    return [
        Group(
            shortest=int(lengths[places == place].min()),
            longest=int(lengths[places == place].max()),
            rows=int((places == place).sum()),
            right=int(judged.right[places == place].sum()),
        )
        for place in range(len(longest))
    ]
