"""Selection of frequent n-grams, and their log-count ratios."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from sentiment.distributed import Ranks
from sentiment.errors import TrainingInputError
from sentiment.hyperparameters import Hyperparameters
from sentiment.ngrams.regression import Design
from sentiment.ngrams.terms import TermMatrix, Terms


@dataclass(frozen=True)
class Weighting:
    """The selected n-grams with their ratios, the same on every rank.

    Attributes:
        terms: sorted numbers of the selected n-grams, shape (terms,).
        ratios: log-count ratio of each n-gram, above 0 for positive ones, shape (terms,); Wang and
            Manning (2012), equation 1.
    """

    terms: Terms
    ratios: NDArray[np.float32]

    @classmethod
    def learn(
        cls,
        matrix: TermMatrix,
        labels: NDArray[np.int64],
        parameters: Hyperparameters,
        ranks: Ranks,
    ) -> Self:
        """Count the n-grams over all ranks' reviews.

        Raises:
            TrainingInputError: when no n-gram occurs in enough reviews.
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
        smoothed = counts[:, frequent] + parameters.smoothing
        shares = np.log(smoothed) - np.log(smoothed.sum(axis=1, keepdims=True))
        return cls(terms[frequent], (shares[0] - shares[1]).astype(np.float32))

    def design(self, matrix: TermMatrix) -> Design:
        """Return the reviews' vectors of ratio times emphasis, scaled to length 1."""
        places = np.searchsorted(self.terms, matrix.terms)
        known = self.terms.take(places, mode="clip") == matrix.terms
        kept = known[matrix.columns]
        columns, owners = places[matrix.columns[kept]], matrix.rows[kept]
        values, reviews = self.ratios[columns] * matrix.emphasis[kept], len(matrix.starts) - 1
        lengths = np.sqrt(np.bincount(owners, np.square(values), reviews))
        starts = np.concatenate([[0], np.cumsum(np.bincount(owners, minlength=reviews))])
        scaled = (values / lengths[owners]).astype(np.float32)
        return Design.of(columns, scaled, starts, terms=len(self.terms))


def _merge(
    counted: list[tuple[Terms, NDArray[np.int64]]],
) -> tuple[Terms, NDArray[np.int64]]:
    """Sum the counts of all ranks, shapes (terms,) and (2, terms) each."""
    terms, places = np.unique(np.concatenate([terms for terms, _ in counted]), return_inverse=True)
    side = np.concatenate([counts for _, counts in counted], axis=1)
    return terms, np.stack([np.bincount(places, row, len(terms)).astype(np.int64) for row in side])
