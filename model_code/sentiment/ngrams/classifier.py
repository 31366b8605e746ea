"""Trained n-gram model that classifies raw reviews and explains its verdicts."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from sentiment.explanation import Explanation, Spans
from sentiment.ngrams.emphasis import emphasis
from sentiment.ngrams.terms import Terms, distinct_terms, ngram_numbers, token_numbers
from sentiment.tokens import place_tokens

FILE = "ngrams.npz"
TINY = 1e-12  # avoids division by 0 for a review without known n-grams


@dataclass(frozen=True)
class NgramReviews:
    """Logistic regression on the log-count ratios of the n-grams in a review.

    A review's vector has the log-count ratio of each distinct n-gram times its mean emphasis,
    scaled to length 1. The log-odds are the product of this vector with the regression's
    coefficients, plus the bias. After Wang and Manning (2012), "Baselines and bigrams: simple, good
    sentiment and topic classification"; the emphasis is our addition.

    Attributes:
        order: words in the longest n-grams.
        terms: sorted numbers of the known n-grams, shape (terms,).
        ratios: their log-count ratios, shape (terms,).
        weights: ratio times coefficient, shape (terms,).
        bias: log-odds of a review without known n-grams.
    """

    order: int
    terms: Terms
    ratios: NDArray[np.float32]
    weights: NDArray[np.float32]
    bias: float

    def logits(self, reviews: Sequence[str]) -> NDArray[np.float64]:
        """Return the log-odds of positive of raw reviews, shape (reviews,)."""
        if not reviews:
            return np.empty(0)
        terms, stress, counts = distinct_terms(reviews, self.order)
        places, known = self._find(terms)
        owners, stress = np.repeat(np.arange(len(reviews)), counts)[known], stress[known]
        sums = np.bincount(owners, self.weights[places] * stress, len(reviews))
        squares = np.bincount(owners, np.square(self.ratios[places] * stress), len(reviews))
        return self.bias + sums / np.sqrt(np.maximum(squares, TINY))

    def explain(self, review: str) -> Explanation:
        """Return each word's exact part of the log-odds: `bias` and all weights add up to them.

        An n-gram's part is its weight times its mean emphasis, divided by the length of the
        review's vector. Its occurrences share the part in proportion to their emphasis, and the
        words of an occurrence share it equally.
        """
        tokens, *offsets = place_tokens(review)
        token_starts, token_ends = (np.array(places, np.int64) for places in offsets)
        numbers = ngram_numbers(token_numbers(tokens), self.order)
        starts = np.concatenate([np.arange(len(row)) for row in numbers])
        lengths = np.repeat(np.arange(1, self.order + 1), [len(row) for row in numbers])
        distinct, first, which, counts = np.unique(
            np.concatenate(numbers), return_index=True, return_inverse=True, return_counts=True
        )
        stress = emphasis(starts, lengths, len(tokens))
        stresses = np.bincount(which, stress, len(distinct))
        weights = self._weights(distinct, stresses / counts)
        shares = (weights / stresses)[which] * stress / lengths
        parts = np.zeros(len(tokens))
        for distance in range(self.order):
            reaching = lengths > distance
            parts += np.bincount(starts[reaching] + distance, shares[reaching], len(parts))
        lasts = starts[first] + lengths[first] - 1
        return Explanation(
            bias=self.bias,
            words=Spans(token_starts, token_ends, parts),
            # Each phrase at its first occurrence
            phrases=Spans(token_starts[starts[first]], token_ends[lasts], weights),
        )

    def _weights(self, distinct: Terms, stress: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the part of each distinct n-gram in the log-odds, same shape."""
        places, known = self._find(distinct)
        squares = np.square(self.ratios[places] * stress[known])
        weights = np.zeros(len(distinct))
        weights[known] = self.weights[places] * stress[known] / np.sqrt(max(TINY, squares.sum()))
        return weights

    def save(self, folder: Path) -> None:
        """Write the model to an existing folder."""
        np.savez(
            folder / FILE,
            order=self.order,
            terms=self.terms,
            ratios=self.ratios,
            weights=self.weights,
            bias=self.bias,
        )

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read the file of `save`, which cannot run code.

        Raises:
            ValueError: when its arrays do not fit together.
        """
        with np.load(folder / FILE, allow_pickle=False) as kept:
            order, bias = int(kept["order"]), float(kept["bias"])
            terms, ratios, weights = kept["terms"], kept["ratios"], kept["weights"]
        if terms.dtype != np.uint64 or ratios.dtype != np.float32 or weights.dtype != np.float32:
            raise ValueError(f"{FILE} has arrays of other types")
        if terms.ndim != 1 or not terms.shape == ratios.shape == weights.shape:
            raise ValueError(f"{FILE} has arrays of other shapes")
        return cls(order=order, terms=terms, ratios=ratios, weights=weights, bias=bias)

    def _find(self, terms: Terms) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Return the indexes in the model of the known terms, and which terms are known."""
        places = np.searchsorted(self.terms, terms)
        known = self.terms.take(places, mode="clip") == terms
        return places[known], known
