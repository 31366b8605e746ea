"""Selection of frequent terms, and their log-count ratios."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from sentiment.distributed import Ranks
from sentiment.errors import TrainingInputError
from sentiment.hyperparameters import Hyperparameters
from sentiment.ngrams.matrix import TermMatrix
from sentiment.ngrams.regression import Design
from sentiment.ngrams.terms import Terms

TINY = 1e-12  # avoids division by 0 for a review without known terms


@dataclass(frozen=True)
class Weighting:
    """The selected terms with their counts, the same on every rank.

    Attributes:
        terms: sorted numbers of the selected terms, shape (terms,).
        counts: number of positive and of negative reviews with each term, shape (2, terms).
        smoothing: added to every count (Laplace).
    """

    terms: Terms
    counts: NDArray[np.int64]
    smoothing: float

    @classmethod
    def learn(
        cls,
        matrix: TermMatrix,
        labels: NDArray[np.int64],
        parameters: Hyperparameters,
        ranks: Ranks,
    ) -> Self:
        """Count the terms over all ranks' reviews.

        Raises:
            TrainingInputError: when no term occurs in enough reviews.
        """
        positive = labels[matrix.rows] == 1
        size = len(matrix.terms)
        counts = np.stack(
            [np.bincount(matrix.columns[side], minlength=size) for side in (positive, ~positive)]
        )
        gathered = ranks.gather((matrix.terms, counts))
        if len(gathered) > 1:
            terms, counts = _merge(gathered)
        else:
            terms = matrix.terms
        frequent = counts.sum(axis=0) >= parameters.min_reviews
        if not frequent.any():
            raise TrainingInputError(
                f"no n-gram occurs in min_reviews={parameters.min_reviews} or more reviews"
            )
        return cls(terms[frequent], counts[:, frequent], parameters.smoothing)

    @property
    def ratios(self) -> NDArray[np.float32]:
        """Log-count ratio of each term, above 0 for positive ones, shape (terms,).

        Wang and Manning (2012), equation 1.
        """
        return self._ratios(*self.counts)

    def _ratios(
        self, positive: NDArray[np.int64], negative: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        sums = (self.counts + self.smoothing).sum(axis=1)
        ratios = np.log((positive + self.smoothing) / (negative + self.smoothing))
        centered: NDArray[np.float32] = (ratios - np.log(sums[0] / sums[1])).astype(np.float32)
        return centered

    def design(self, matrix: TermMatrix, labels: NDArray[np.int64] | None = None) -> Design:
        """Return the reviews' vectors of ratio times emphasis, scaled to length 1.

        Args:
            matrix: terms of the reviews.
            labels: labels of the reviews if they, or the reviews they are excerpts of, are among
                those counted. Each then has the ratios without itself, as an unseen review has:
                with its own count, a term of two reviews would seem to give its label away.
        """
        places = np.searchsorted(self.terms, matrix.terms)
        known = self.terms.take(places, mode="clip") == matrix.terms
        kept = known[matrix.columns]
        columns, owners = places[matrix.columns[kept]], matrix.rows[kept]
        ratios = self.ratios[columns] if labels is None else self._without(columns, labels[owners])
        values, reviews = ratios * matrix.emphasis[kept], len(matrix.starts) - 1
        lengths = np.sqrt(np.maximum(np.bincount(owners, np.square(values), reviews), TINY))
        starts = np.concatenate([[0], np.cumsum(np.bincount(owners, minlength=reviews))])
        scaled = (values / lengths[owners]).astype(np.float32)
        return Design.of(columns, scaled, starts, terms=len(self.terms))

    def _without(
        self, columns: NDArray[np.int64], labels: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        """Return the ratio of each of `columns` without one review of the given label."""
        positive, negative = self.counts
        return np.where(
            labels == 1,
            self._ratios(np.maximum(positive - 1, 0), negative)[columns],
            self._ratios(positive, np.maximum(negative - 1, 0))[columns],
        )


def _merge(
    counted: list[tuple[Terms, NDArray[np.int64]]],
) -> tuple[Terms, NDArray[np.int64]]:
    """Sum the counts of all ranks, shapes (terms,) and (2, terms) each."""
    terms, places = np.unique(np.concatenate([terms for terms, _ in counted]), return_inverse=True)
    side = np.concatenate([counts for _, counts in counted], axis=1)
    return terms, np.stack([np.bincount(places, row, len(terms)).astype(np.int64) for row in side])
