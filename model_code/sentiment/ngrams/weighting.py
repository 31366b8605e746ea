"""Log-count ratios of the chosen terms, and the reviews' vectors of them."""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from sentiment.ngrams.blocks import spans
from sentiment.ngrams.counting import Counts
from sentiment.ngrams.matrix import TermMatrix
from sentiment.ngrams.regression import Design
from sentiment.ngrams.terms import Terms, vector_lengths

BLOCK = 1 << 20  # elements of the matrix processed at a time, which limits memory


@dataclass(frozen=True)
class Weighting:
    """The chosen terms with their counts, the same on every rank.

    Attributes:
        counted: number of reviews of each label with each term; for a design, of two labels.
        smoothing: added to every count (Laplace).
    """

    counted: Counts
    smoothing: float

    @property
    def terms(self) -> Terms:
        """Sorted numbers of the terms, shape (terms,)."""
        return self.counted.terms

    def against_others(self, label: int) -> Self:
        """Return the weighting of one label, as the positive one, against all others."""
        reviews = self.counted.reviews
        if (len(reviews), label) == (2, 1):  # the same, without copies
            return self
        others = reviews.sum(axis=0, dtype=np.int32) - reviews[label]
        return replace(self, counted=Counts(self.terms, np.stack([others, reviews[label]])))

    @property
    def ratios(self) -> NDArray[np.float32]:
        """Log-count ratio of each term, above 0 for positive ones, shape (terms,).

        Wang and Manning (2012), equation 1.
        """
        return self._ratios(*self.counted.reviews)

    def _ratios(
        self, negative: NDArray[np.int32], positive: NDArray[np.int32]
    ) -> NDArray[np.float32]:
        negatives, positives = (self.counted.reviews + self.smoothing).sum(axis=1)
        ratios = np.log((positive + self.smoothing) / (negative + self.smoothing))
        centered: NDArray[np.float32] = (ratios - np.log(positives / negatives)).astype(np.float32)
        return centered

    def design(
        self,
        matrix: TermMatrix,
        rows: NDArray[np.int64],
        labels: NDArray[np.int64] | None = None,
    ) -> Design:
        """Return texts' vectors of ratio times emphasis, scaled to length 1.

        Args:
            matrix: terms of the texts.
            rows: indexes of the texts in the matrix.
            labels: label of each of these texts if they, or the reviews they are excerpts of, are
                among those counted. Each then has the ratios without itself, as an unseen review
                has: with its own count, a term of two reviews would seem to give its label away.
        """
        places = np.searchsorted(self.terms, matrix.terms).astype(np.int32)
        known = self.terms.take(places, mode="clip") == matrix.terms
        ratios = self.ratios[None] if labels is None else self._without_one()
        sides = np.zeros(len(rows), np.int64) if labels is None else labels
        sizes = np.diff(matrix.starts)[rows]
        # Memory is used only up to the last number that is written.
        columns, values = np.empty(sizes.sum(), np.int32), np.empty(sizes.sum(), np.float32)
        starts, end = np.zeros(len(rows) + 1, np.int64), 0
        for part in spans(sizes, BLOCK):
            texts = matrix.take(rows[part])
            count, kept = part.stop - part.start, known[texts.columns]
            found, owners = places[texts.columns[kept]], texts.rows[kept]
            products = ratios[sides[part][owners], found] * texts.emphasis[kept]
            lengths = vector_lengths(owners, products, count)
            start, end = end, end + len(found)
            columns[start:end], values[start:end] = found, products / lengths[owners]
            starts[part.start + 1 : part.stop + 1] = np.bincount(owners, minlength=count)
        return Design.of(columns[:end], values[:end], np.cumsum(starts), terms=len(self.terms))

    def _without_one(self) -> NDArray[np.float32]:
        """Return the ratios without one review of each label, shape (labels, terms)."""
        negative, positive = self.counted.reviews
        return np.stack(
            [
                self._ratios(np.maximum(negative - 1, 0), positive),
                self._ratios(negative, np.maximum(positive - 1, 0)),
            ]
        )
