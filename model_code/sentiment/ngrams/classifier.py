"""Trained n-gram model that classifies raw reviews and explains its verdicts."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from sentiment.classifier import Scores
from sentiment.explanation import Explanation, Spans
from sentiment.ngrams.emphasis import emphasis
from sentiment.ngrams.index import Index
from sentiment.ngrams.terms import Terms, Tokens, distinct_terms, kinds, token_numbers
from sentiment.tokens import place_tokens

FILE = "ngrams.npz"
TINY = 1e-12  # avoids division by 0 for a review without known terms


@dataclass(frozen=True)
class NgramReviews:
    """Logistic regression on the log-count ratios of the terms in a review.

    A term is an n-gram or a gapped pair. A review's vector has the log-count ratio of each distinct
    term times its mean emphasis, scaled to length 1. The log-odds are the product of this vector
    with the regression's coefficients, plus the bias. After Wang and Manning (2012), "Baselines and
    bigrams: simple, good sentiment and topic classification".

    Attributes:
        order: words in the longest n-grams.
        terms: sorted numbers of the known terms, shape (terms,).
        ratios: their log-count ratios, shape (terms,).
        weights: ratio times coefficient, shape (terms,).
        bias: log-odds of a review without known terms.
    """

    order: int
    terms: Terms
    ratios: NDArray[np.float32]
    weights: NDArray[np.float32]
    bias: float

    @cached_property
    def index(self) -> Index:
        """Index of `terms`."""
        return Index(self.terms)

    def score(self, reviews: Sequence[str]) -> Scores:
        """Return the log-odds of positive of raw reviews, and how much of them is known."""
        count = len(reviews)
        tokens = Tokens.read(reviews)
        terms, stress, counts = distinct_terms(tokens, self.order)
        places, known = self.index.find(terms)
        owners, stress = np.repeat(np.arange(count), counts)[known], stress[known]
        sums = np.bincount(owners, self.weights[places] * stress, count)
        squares = np.bincount(owners, np.square(self.ratios[places] * stress), count)
        familiar = tokens.words & self.index.find(tokens.numbers)[1]
        lengths = np.sqrt(np.maximum(squares, TINY))
        return Scores(
            logits=self.bias + sums / lengths,
            evidence=lengths,
            words=np.bincount(tokens.owners[tokens.words], minlength=count),
            known_words=np.bincount(tokens.owners[familiar], minlength=count),
        )

    def explain(self, review: str) -> Explanation:
        """Return each word's exact part of the log-odds: `bias` and all weights add up to them.

        A term's part is its weight times its mean emphasis, divided by the length of the review's
        vector. Its occurrences share the part in proportion to their emphasis, and the words of an
        occurrence share it equally.
        """
        tokens, *offsets = place_tokens(review)
        found = kinds(token_numbers(tokens), self.order)
        starts = [np.arange(len(kind.numbers)) for kind in found]
        stress = np.concatenate(
            [
                emphasis(start, kind.span, len(tokens)) * kind.scale
                for start, kind in zip(starts, found, strict=True)
            ]
        )
        distinct, which, counts = np.unique(
            np.concatenate([kind.numbers for kind in found]),
            return_inverse=True,
            return_counts=True,
        )
        stresses = np.bincount(which, stress, len(distinct))
        weights = self._weights(distinct, stresses / counts)
        shares = (weights / stresses)[which] * stress
        parts = np.zeros(len(tokens))
        at = 0
        for start, kind in zip(starts, found, strict=True):
            share = shares[at : at + len(start)] / len(kind.places)
            for place in kind.places:
                parts += np.bincount(start + place, share, len(parts))
            at += len(start)
        token_starts, token_ends = (np.array(column, np.int64) for column in offsets)
        return Explanation(self.bias, Spans(token_starts, token_ends, parts))

    def _weights(self, distinct: Terms, stress: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the part of each distinct term in the log-odds, same shape."""
        places, known = self.index.find(distinct)
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
        model = cls(order=order, terms=terms, ratios=ratios, weights=weights, bias=bias)
        _ = model.index  # built now, not by the first request
        return model
