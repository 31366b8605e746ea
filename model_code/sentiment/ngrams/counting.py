"""Counting of the reviews with each term on all ranks, and the choice of the best terms."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from sentiment.distributed import Ranks
from sentiment.errors import TrainingInputError
from sentiment.hyperparameters import Hyperparameters
from sentiment.ngrams.blocks import Block
from sentiment.ngrams.terms import Terms
from sentiment.schema import SENTIMENTS

# Parts of the terms, by the first bits of their numbers, are sorted one at a time, which limits
# memory. Concatenating the sorted parts gives the overall order. More labels need more parts.
BITS = 3
BYTES, BYTES_OF_MODEL = 8, 8  # of a term in an artifact, and of its ratio and weight in each model


@dataclass(frozen=True)
class Counts:
    """Number of reviews of each label that have each term.

    Attributes:
        terms: sorted numbers of the terms, shape (terms,).
        reviews: the counts, shape (labels, terms).
    """

    terms: Terms
    reviews: NDArray[np.int32]

    @classmethod
    def none(cls, labels: int) -> Self:
        """Return the counts of no terms."""
        return cls(np.empty(0, np.uint64), np.empty((labels, 0), np.int32))

    @classmethod
    def sum(cls, counted: Sequence[Self]) -> Self:
        """Add counts up."""
        if len(counted) == 1:
            return counted[0]
        terms, places = np.unique(
            np.concatenate([part.terms for part in counted]), return_inverse=True
        )
        rows = np.concatenate([part.reviews for part in counted], axis=1)
        sums = [np.bincount(places, row, len(terms)).astype(np.int32) for row in rows]
        return cls(terms, np.stack(sums))

    def followed_by(self, later: Self) -> Self:
        """Return the counts of these terms and of others with greater numbers."""
        return type(self)(
            np.concatenate([self.terms, later.terms]),
            np.concatenate([self.reviews, later.reviews], axis=1),
        )

    def best(self, parameters: Hyperparameters) -> Self:
        """Keep `max_terms` terms, if so many occur in at least `min_reviews` reviews.

        With more than two labels, fewer terms are kept, so that the artifact is not larger.

        Those in the most reviews are the best. Of terms in equally many, those are better whose
        labels differ more in number, which gives them the stronger ratios; then those with the
        smaller numbers, which is a random choice.
        """
        totals = self.reviews.sum(axis=0, dtype=np.int64)
        kept = np.flatnonzero(totals >= parameters.min_reviews)
        labels = len(self.reviews)
        models = 1 if labels == len(SENTIMENTS) else labels
        room = parameters.max_terms * (BYTES + BYTES_OF_MODEL) // (BYTES + BYTES_OF_MODEL * models)
        most = max(1, room)
        if len(kept) > most:
            merits = (totals << 32) + np.ptp(self.reviews, axis=0)
            least = np.partition(merits[kept], -most)[-most]
            better, equal = np.flatnonzero(merits > least), np.flatnonzero(merits == least)
            kept = np.sort(np.append(better, equal[: most - len(better)]))
        return type(self)(self.terms[kept], self.reviews.take(kept, axis=1))


def count_terms(
    blocks: Sequence[Block],
    groups: NDArray[np.int16],
    labels: int,
    parameters: Hyperparameters,
    ranks: Ranks,
) -> tuple[Counts, Counts]:
    """Count the terms over all ranks' reviews.

    Args:
        blocks: terms of this rank's texts.
        groups: label of each text, plus the number of labels for a review that is held out; -1 is
            not counted.
        labels: number of labels.
        parameters: hyperparameters of the choice.
        ranks: processes that share the counting.

    Returns:
        The best terms of the reviews that are not held out, as far as they are among the best
        terms of all, and the best terms of all.

    Raises:
        TrainingInputError: when no term occurs in enough reviews.
    """
    first, final = Counts.none(labels), Counts.none(labels)
    bits = BITS + (labels - 1).bit_length()
    for part in range(1 << bits):
        found = Counts.sum(ranks.gather(_count(blocks, groups, labels, part, bits)))
        trained, held_out = found.reviews[:labels], found.reviews[labels:]
        more = (Counts(found.terms, reviews) for reviews in (trained, trained + held_out))
        first, final = (
            kept.followed_by(counts.best(parameters)).best(parameters)
            for kept, counts in zip((first, final), more, strict=True)
        )
    if not len(first.terms):
        raise TrainingInputError(
            f"no n-gram occurs in min_reviews={parameters.min_reviews} or more reviews: the texts "
            "have no words in common; add texts, or set training.min_reviews=1"
        )
    # The matrix holds the terms of both: other terms of the first would waste memory.
    shared = np.isin(first.terms, final.terms, assume_unique=True)
    if shared.any():
        first = Counts(first.terms[shared], first.reviews[:, shared])
    return first, final


def _count(
    blocks: Sequence[Block], groups: NDArray[np.int16], labels: int, part: int, bits: int
) -> Counts:
    """Count this rank's terms of one part by group."""
    terms, owners, end = [np.empty(0, np.uint64)], [np.empty(0, np.int16)], 0
    for block in blocks:
        start, end = end, end + len(block.counts)
        of_terms = np.repeat(groups[start:end], block.counts)
        chosen = (block.terms >> np.uint64(64 - bits) == part) & (of_terms >= 0)
        terms.append(block.terms[chosen])
        owners.append(of_terms[chosen])
    distinct, places = np.unique(np.concatenate(terms), return_inverse=True)
    places = places * (2 * labels) + np.concatenate(owners)
    counts = np.bincount(places, minlength=2 * labels * len(distinct))
    return Counts(distinct, counts.reshape(-1, 2 * labels).T.astype(np.int32, order="C"))
