"""Lookup of terms among the known ones."""

import numpy as np
from numpy.typing import NDArray

SMALLEST_BITS, LARGEST_BITS = 8, 22


class Index:
    """Sorted terms in buckets by their first bits.

    The numbers are hashes, so a bucket holds at most about one term. For one review against two
    million terms this takes a tenth of the time of `searchsorted`, whose steps miss the processor's
    cache.
    """

    def __init__(self, terms: NDArray[np.uint64]) -> None:
        """Count the terms of each bucket.

        Args:
            terms: sorted numbers, shape (terms,).
        """
        self._terms = terms
        bits = min(max(len(terms).bit_length() + 1, SMALLEST_BITS), LARGEST_BITS)
        self._shift = np.uint64(64 - bits)
        sizes = np.bincount((terms >> self._shift).astype(np.int64), minlength=1 << bits)
        self._starts = np.zeros(len(sizes) + 1, np.int32)
        np.cumsum(sizes, out=self._starts[1:])

    def find(self, wanted: NDArray[np.uint64]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Return the places of the known terms among `wanted`, and which are known."""
        buckets = (wanted >> self._shift).astype(np.int64)
        # `take` is twice as fast as an index in brackets.
        places, ends = self._starts.take(buckets), self._starts.take(buckets + 1)
        found = np.full(len(wanted), -1)
        pending = np.flatnonzero(places < ends)
        while len(pending):
            at = places.take(pending)
            same = self._terms.take(at) == wanted.take(pending)
            found[pending[same]] = at[same]
            pending = pending[~same]
            places[pending] += 1
            pending = pending[places.take(pending) < ends.take(pending)]
        known = found >= 0
        return found[known], known
