"""Sparse matrix of the terms in each review."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sentiment.ngrams.terms import Occurrences, Terms, Tokens

BLOCK = 1000  # reviews processed at a time, which limits memory


@dataclass(frozen=True)
class TermMatrix:
    """Sparse matrix, in compressed rows, of the terms in each review.

    Attributes:
        terms: sorted numbers of the terms, shape (terms,).
        columns: indexes into `terms`, review by review, each at most once per review.
        emphasis: mean emphasis of each of `columns` over its occurrences, same shape.
        starts: start of each review's columns, and the end of the last, shape (reviews + 1,).
    """

    terms: Terms
    columns: NDArray[np.int64]
    emphasis: NDArray[np.float32]
    starts: NDArray[np.int64]

    @property
    def rows(self) -> NDArray[np.int64]:
        """Index of the review that each of `columns` belongs to."""
        return np.repeat(np.arange(len(self.starts) - 1), np.diff(self.starts))

    def take(self, reviews: NDArray[np.int64]) -> "TermMatrix":
        """Return the matrix of the given reviews over the same terms."""
        counts = np.diff(self.starts)[reviews]
        starts = np.concatenate([[0], np.cumsum(counts)])
        places = np.arange(starts[-1]) + np.repeat(self.starts[reviews] - starts[:-1], counts)
        return TermMatrix(self.terms, self.columns[places], self.emphasis[places], starts)


def term_matrix(reviews: Sequence[str], order: int) -> TermMatrix:
    """Find the terms of raw reviews; `order` is the length of the longest n-grams."""
    # At least one block, which may have no reviews
    starts = range(0, max(1, len(reviews)), BLOCK)
    blocks = [_block(reviews[at : at + BLOCK], order) for at in starts]
    found, weights, counts = (np.concatenate(parts) for parts in zip(*blocks, strict=True))
    terms, columns = np.unique(found, return_inverse=True)
    return TermMatrix(terms, columns, weights, np.concatenate([[0], np.cumsum(counts)]))


def _block(
    reviews: Sequence[str], order: int
) -> tuple[Terms, NDArray[np.float32], NDArray[np.int64]]:
    """Return the distinct terms of each review, review by review.

    Returns:
        The terms, the mean emphasis of each over its occurrences in its review, and the number of
        terms of each review.
    """
    found = Occurrences.find(Tokens.read(reviews), order)
    terms, places = np.unique(found.terms, return_inverse=True)
    distinct = found.known(places, np.ones(len(places), np.bool_)).distinct(len(terms))
    counts = np.bincount(distinct.owners, minlength=len(reviews))
    return terms[distinct.terms], distinct.emphasis.astype(np.float32), counts
