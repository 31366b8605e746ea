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
    """Number of reviews of each group that have each term.

    Attributes:
        terms: sorted numbers of the terms, shape (terms,).
        reviews: the counts, shape (groups, terms). The groups are the labels, or the labels of one
            fold after the other.
    """

    terms: Terms
    reviews: NDArray[np.int32]

    @classmethod
    def none(cls, groups: int) -> Self:
        """Return the counts of no terms."""
        return cls(np.empty(0, np.uint64), np.empty((groups, 0), np.int32))

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

    def by_fold(self, labels: int) -> NDArray[np.int32]:
        """Return the counts in shape (folds, labels, terms)."""
        return self.reviews.reshape(len(self.reviews) // labels, labels, -1)

    def without(self, fold: int | None, labels: int, min_reviews: int) -> Self:
        """Add up the folds, or all but one, and return the terms that enough of their reviews have.

        The sums are of shape (labels, terms).
        """
        of_folds = self.by_fold(labels)
        total = of_folds.sum(axis=0, dtype=np.int32)
        if fold is not None:
            total -= of_folds[fold]
        enough = total.sum(axis=0) >= min_reviews
        if enough.all():
            return type(self)(self.terms, total)
        return type(self)(self.terms[enough], total[:, enough])

    def best(self, labels: int, parameters: Hyperparameters) -> Self:
        """Keep up to `max_terms` of the terms that occur in at least `min_reviews` reviews.

        With more than two labels, fewer terms are kept, so that the artifact is not larger.

        Those in the most reviews are the best. Of terms in equally many, those are better whose
        labels differ more in number, which gives them the stronger ratios; then those with the
        smaller numbers, which is a random choice.
        """
        of_labels = self.by_fold(labels).sum(axis=0, dtype=np.int64)
        totals = of_labels.sum(axis=0)
        kept = np.flatnonzero(totals >= parameters.min_reviews)
        models = 1 if labels == len(SENTIMENTS) else labels
        room = parameters.max_terms * (BYTES + BYTES_OF_MODEL) // (BYTES + BYTES_OF_MODEL * models)
        most = max(1, room)
        if len(kept) > most:
            merits = (totals << 32) + np.ptp(of_labels, axis=0)
            least = np.partition(merits[kept], -most)[-most]
            better, equal = np.flatnonzero(merits > least), np.flatnonzero(merits == least)
            kept = np.sort(np.append(better, equal[: most - len(better)]))
        return type(self)(self.terms[kept], self.reviews.take(kept, axis=1))


def count_terms(  # noqa: PLR0913, PLR0917 - the texts and the shape of their groups
    blocks: Sequence[Block],
    groups: NDArray[np.int16],
    labels: int,
    folds: int,
    parameters: Hyperparameters,
    ranks: Ranks,
) -> Counts:
    """Count the terms over all ranks' reviews.

    Args:
        blocks: terms of this rank's texts.
        groups: label of each text, plus the number of labels times that of its fold; -1 is not
            counted.
        labels: number of labels.
        folds: number of folds.
        parameters: hyperparameters of the choice.
        ranks: processes that share the counting.

    Returns:
        The best terms with their counts by fold and label.

    Raises:
        TrainingInputError: when no term occurs in enough reviews of all folds but one.
    """
    best = Counts.none(labels * folds)
    bits = BITS + (labels - 1).bit_length()
    for part in range(1 << bits):
        found = Counts.sum(ranks.gather(_count(blocks, groups, labels * folds, part, bits)))
        best = best.followed_by(found.best(labels, parameters)).best(labels, parameters)
    if not all(
        len(best.without(fold, labels, parameters.min_reviews).terms) for fold in range(folds)
    ):
        raise TrainingInputError(
            f"no n-gram occurs in min_reviews={parameters.min_reviews} or more reviews: the texts "
            "have no words in common; add texts, or set training.min_reviews=1"
        )
    return best


def _count(
    blocks: Sequence[Block], groups: NDArray[np.int16], size: int, part: int, bits: int
) -> Counts:
    """Count this rank's terms of one part by group, of which there are `size`."""
    terms, owners, end = [np.empty(0, np.uint64)], [np.empty(0, np.int16)], 0
    for block in blocks:
        start, end = end, end + len(block.counts)
        of_terms = np.repeat(groups[start:end], block.counts)
        chosen = (block.terms >> np.uint64(64 - bits) == part) & (of_terms >= 0)
        terms.append(block.terms[chosen])
        owners.append(of_terms[chosen])
    distinct, places = np.unique(np.concatenate(terms), return_inverse=True)
    counts = np.bincount(places * size + np.concatenate(owners), minlength=size * len(distinct))
    return Counts(distinct, counts.reshape(-1, size).T.astype(np.int32, order="C"))
