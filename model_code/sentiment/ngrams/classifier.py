"""Trained n-gram model that classifies raw reviews and explains its verdicts."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from sentiment.classifier import Scores
from sentiment.explanation import Explanation, Spans
from sentiment.ngrams.index import Index
from sentiment.ngrams.terms import Distinct, Occurrences, Terms, Tokens, kinds, vector_lengths
from sentiment.tokens import Placed, place_tokens

FILE = "ngrams.npz"


@dataclass(frozen=True)
class NgramReviews:
    """Logistic regressions on the log-count ratios of the terms in a review.

    A term is an n-gram or a gapped pair. A review's vector has the log-count ratio of each distinct
    term times its mean emphasis, scaled to length 1. The log-odds are the product of this vector
    with the regression's coefficients, plus the bias. After Wang and Manning (2012), "Baselines and
    bigrams: simple, good sentiment and topic classification".

    For two labels there is one such model, of the second label; for more there is one of each label
    against all others, with its own ratios.

    Attributes:
        order: words in the longest n-grams.
        terms: sorted numbers of the known terms, shape (terms,).
        ratios: their log-count ratios, shape (models, terms).
        weights: ratio times coefficient, shape (models, terms).
        bias: log-odds of a review without known terms, shape (models,).
    """

    order: int
    terms: Terms
    ratios: NDArray[np.float32]
    weights: NDArray[np.float32]
    bias: NDArray[np.float64]

    @cached_property
    def index(self) -> Index:
        """Index of `terms`."""
        return Index(self.terms)

    def score(self, reviews: Sequence[str], *, explain: bool = False) -> Scores:
        """Return the log-odds of raw reviews, and how many of their words are known.

        In an explanation, a term's part is its weight times its mean emphasis, divided by the
        length of the review's vector. Its occurrences share the part in proportion to their
        emphasis, and the words of an occurrence share it equally.

        Args:
            reviews: raw reviews.
            explain: True if explanations will be requested.
        """
        placed = [place_tokens(review) for review in reviews] if explain else []
        tokens = Tokens.of([row for row, _, _ in placed]) if explain else Tokens.read(reviews)
        found = Occurrences.find(tokens, self.order)
        found = found.known(*self.index.find(found.terms))
        distinct, count = found.distinct(len(self.terms)), len(reviews)
        lengths = [self._lengths(model, distinct, count) for model in range(len(self.bias))]
        parts = [self._parts(model, distinct, lengths[model]) for model in range(len(self.bias))]
        sums = [np.bincount(distinct.owners, part, count) for part in parts]
        familiar = found.owners[(found.kinds == 0) & tokens.words.take(found.first)]
        return Scores(
            logits=self.bias + np.array(sums).T,
            evidence=np.array(lengths).T,
            words=np.bincount(tokens.owners[tokens.words], minlength=count),
            known_words=np.bincount(familiar, minlength=count),
            explain=partial(self._explain, placed, found, distinct, parts),
        )

    def _lengths(self, model: int, distinct: Distinct, reviews: int) -> NDArray[np.float64]:
        """Return the length of each review's vector, shape (reviews,)."""
        values = self.ratios[model].take(distinct.terms) * distinct.emphasis
        return vector_lengths(distinct.owners, values, reviews)

    def _parts(
        self, model: int, distinct: Distinct, lengths: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return the part of each distinct term in the log-odds, shape (distinct,)."""
        weights = self.weights[model].take(distinct.terms)
        found: NDArray[np.float64] = weights * distinct.emphasis / lengths.take(distinct.owners)
        return found

    def _explain(
        self,
        placed: Sequence[Placed],
        found: Occurrences,
        distinct: Distinct,
        parts: Sequence[NDArray[np.float64]],
        models: NDArray[np.int64],
    ) -> list[Explanation]:
        """Share the parts of terms among their words.

        Args:
            placed: tokens of each review with their places.
            found: occurrences of known terms.
            distinct: their distinct terms.
            parts: part of each distinct term, for each model.
            models: index of the model to explain, for each review.
        """
        words = {
            model: self._share(found, distinct, parts[model], sum(len(row) for row, _, _ in placed))
            for model in np.unique(models)
        }
        end, explanations = 0, []
        for (tokens, starts, ends), model in zip(placed, models, strict=True):
            start, end = end, end + len(tokens)
            spans = Spans(np.array(starts, int), np.array(ends, int), words[model][start:end])
            explanations.append(Explanation(float(self.bias[model]), spans))
        return explanations

    def _share(
        self, found: Occurrences, distinct: Distinct, parts: NDArray[np.float64], tokens: int
    ) -> NDArray[np.float64]:
        """Return the part of each token in the log-odds, shape (tokens,)."""
        shares = (parts / distinct.totals)[distinct.which] * found.emphasis
        weights = np.zeros(tokens)
        for index, kind in enumerate(kinds(self.order)):
            of_kind = np.flatnonzero(found.kinds == index)
            share = shares[of_kind] / len(kind.places)
            for place in kind.places:
                weights += np.bincount(found.first[of_kind] + place, share, tokens)
        return weights

    @classmethod
    def of(cls, models: Sequence[Self]) -> Self:
        """Return one classifier of several models that were trained on the same reviews."""
        first = models[0]
        return cls(
            order=first.order,
            terms=first.terms,  # chosen by their number of reviews, whatever the labels
            ratios=np.concatenate([model.ratios for model in models]),
            weights=np.concatenate([model.weights for model in models]),
            bias=np.concatenate([model.bias for model in models]),
        )

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
            order, bias, terms = int(kept["order"]), kept["bias"], kept["terms"]
            ratios, weights = kept["ratios"], kept["weights"]
        kinds_of = [array.dtype for array in (terms, ratios, weights, bias)]
        if kinds_of != [np.uint64, np.float32, np.float32, np.float64]:
            raise ValueError(f"{FILE} has arrays of other types")
        if not ratios.shape == weights.shape == bias.shape + terms.shape or ratios.ndim != 2:  # noqa: PLR2004
            raise ValueError(f"{FILE} has arrays of other shapes")
        model = cls(order=order, terms=terms, ratios=ratios, weights=weights, bias=bias)
        _ = model.index  # built now, not by the first request
        return model
