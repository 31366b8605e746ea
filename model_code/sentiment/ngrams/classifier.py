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
from sentiment.ngrams.index import Index
from sentiment.ngrams.terms import Occurrences, Terms, Tokens, kinds, vector_lengths
from sentiment.tokens import Placed, place_tokens

FILE = "ngrams.npz"


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

    def score(self, reviews: Sequence[str], *, explain: bool = False) -> Scores:
        """Return the log-odds of positive of raw reviews, and how much of them is known.

        In an explanation, a term's part is its weight times its mean emphasis, divided by the
        length of the review's vector. Its occurrences share the part in proportion to their
        emphasis, and the words of an occurrence share it equally.

        Args:
            reviews: raw reviews.
            explain: True adds each word's exact part of the log-odds.
        """
        placed = [place_tokens(review) for review in reviews] if explain else []
        tokens = Tokens.of([row for row, _, _ in placed]) if explain else Tokens.read(reviews)
        count, found = len(reviews), Occurrences.find(tokens, self.order)
        found = found.known(*self.index.find(found.terms))
        distinct = found.distinct(len(self.terms))
        values = self.ratios[distinct.terms] * distinct.emphasis
        lengths = vector_lengths(distinct.owners, values, count)
        parts = self.weights[distinct.terms] * distinct.emphasis / lengths[distinct.owners]
        familiar = found.owners[(found.kinds == 0) & tokens.words[found.first]]
        return Scores(
            logits=self.bias + np.bincount(distinct.owners, parts, count).astype(np.float64),
            evidence=lengths,
            words=np.bincount(tokens.owners[tokens.words], minlength=count),
            known_words=np.bincount(familiar, minlength=count),
            explanations=self._explain(
                placed, found, (parts / distinct.totals)[distinct.which] * found.emphasis
            )
            if placed
            else (),
        )

    def _explain(
        self, placed: Sequence[Placed], found: Occurrences, parts: NDArray[np.float64]
    ) -> list[Explanation]:
        """Share the parts of terms among their words.

        Args:
            placed: tokens of each review with their places.
            found: occurrences of known terms.
            parts: part of each occurrence.
        """
        ends = np.cumsum([len(row) for row, _, _ in placed])
        weights = np.zeros(ends[-1])
        for index, kind in enumerate(kinds(self.order)):
            of_kind = np.flatnonzero(found.kinds == index)
            share = parts[of_kind] / len(kind.places)
            for place in kind.places:
                weights += np.bincount(found.first[of_kind] + place, share, len(weights))
        return [
            Explanation(self.bias, Spans(np.array(starts, int), np.array(ends, int), part))
            for (_, starts, ends), part in zip(placed, np.split(weights, ends[:-1]), strict=True)
        ]

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
