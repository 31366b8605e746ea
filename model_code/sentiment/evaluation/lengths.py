"""Accuracy of short and long reviews."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sentiment.evaluation.metrics import THRESHOLD

GROUPS = 10


@dataclass(frozen=True)
class Group:
    """Reviews of like length.

    Attributes:
        shortest: characters of the shortest.
        longest: characters of the longest.
        rows: how many they are.
        right: how many of them are judged right.
    """

    shortest: int
    longest: int
    rows: int
    right: int

    @property
    def accuracy(self) -> float:
        """Share that is judged right."""
        return self.right / self.rows


def by_length(
    texts: Sequence[str], labels: NDArray[np.int64], probabilities: NDArray[np.float64]
) -> list[Group]:
    """Split at the deciles of the length; reviews of one length stay in one group.

    Args:
        texts: raw reviews, at least one.
        labels: what they are, 1 or 0, shape (reviews,).
        probabilities: P(positive) that they are given, shape (reviews,).

    Returns:
        At most ten groups, none of them empty, by rising length.
    """
    lengths = np.array([len(text) for text in texts])
    right = (np.asarray(probabilities) >= THRESHOLD) == (np.asarray(labels) == 1)
    shares = np.arange(1, GROUPS + 1) / GROUPS
    longest = np.unique(np.quantile(lengths, shares, method="inverted_cdf"))
    places = np.searchsorted(longest, lengths)
    return [
        Group(
            shortest=int(lengths[places == place].min()),
            longest=int(lengths[places == place].max()),
            rows=int((places == place).sum()),
            right=int(right[places == place].sum()),
        )
        for place in range(len(longest))
    ]
