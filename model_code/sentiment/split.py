"""Splitting, shuffling and combining of datasets."""

import hashlib
import random
from dataclasses import replace
from itertools import chain

from sentiment.datasets import Dataset

BLOCKS = 40  # least number of blocks of neighbours in a label
# Successive reviews that stay together when some are held out from a training. Calibrated on
# reviews of films that it was trained on, a model would be overconfident, most of all on short
# texts.
NEIGHBOURS = 50


def shuffle(dataset: Dataset, seed: int) -> Dataset:
    """Return the rows in a random order that depends only on the seed."""
    order = list(range(len(dataset.texts)))
    random.Random(seed).shuffle(order)  # noqa: S311 - not a secret
    return dataset.take(order)


def stratified_split(
    dataset: Dataset, test_fraction: float, seed: int, *, neighbours: int = 1
) -> tuple[Dataset, Dataset]:
    """Split into training and test rows, in their order, with the same share of each label in both.

    Identical texts are always on the same side, so that memorizing a review does not improve the
    test result. Without `neighbours`, nearly all texts stay on their side when rows are added, so
    that the next model can be compared with this one on texts that neither was trained on.

    Args:
        dataset: the rows.
        test_fraction: share of the test rows.
        seed: seed of the choice.
        neighbours: number of successive texts of a label that stay together, at most a fortieth of
            the label. Files often list the reviews of one film one after the other.
    """
    by_text: dict[str, list[int]] = {}
    for index, text in enumerate(dataset.texts):
        by_text.setdefault(text, []).append(index)
    test: list[int] = []
    for label in range(len(dataset.names)):
        rows = [rows for rows in by_text.values() if dataset.labels[rows[0]] == label]
        size = min(neighbours, max(1, len(rows) // BLOCKS))
        groups = [list(chain(*rows[at : at + size])) for at in range(0, len(rows), size)]
        if neighbours > 1:
            random.Random(seed).shuffle(groups)  # noqa: S311 - not a secret
        else:
            groups.sort(key=lambda group: _place(dataset.texts[group[0]], seed))
        wanted = max(1, round(sum(map(len, groups)) * test_fraction))
        taken = 0
        while taken < wanted and len(groups) > 1:
            group = groups.pop()
            test += group
            taken += len(group)
    held_out = set(test)
    train = [index for index in range(len(dataset.texts)) if index not in held_out]
    return dataset.take(train), dataset.take(sorted(test))


def stratified_folds(dataset: Dataset, count: int, seed: int) -> list[Dataset]:
    """Divide the rows into folds of equal size, as `stratified_split` does with `NEIGHBOURS`.

    Args:
        dataset: at least one row of each label for each fold.
        count: number of folds.
        seed: seed of the choice.
    """
    folds, rest = [], dataset
    for left in range(count, 1, -1):
        rest, fold = stratified_split(rest, 1 / left, seed, neighbours=NEIGHBOURS)
        folds.append(fold)
    return [*folds, rest]


def add_unseen(training: Dataset, more: Dataset, testing: Dataset) -> Dataset:
    """Return the training rows plus the rows of `more` whose texts are in neither other set."""
    known = {*training.texts, *testing.texts}
    new = more.take(row for row, text in enumerate(more.texts) if text not in known)
    return replace(
        training, texts=[*training.texts, *new.texts], labels=[*training.labels, *new.labels]
    )


def spread(dataset: Dataset, most: int) -> Dataset:
    """Return every row, or every second, third and so on, to have at most `most` rows."""
    step = 1 + (len(dataset.texts) - 1) // most
    return dataset.take(range(0, len(dataset.texts), step))


def share(dataset: Dataset, rank: int, ranks: int) -> Dataset:
    """Return every `ranks`-th row, starting with row `rank`."""
    return dataset.take(range(rank, len(dataset.texts), ranks))


def _place(text: str, seed: int) -> bytes:
    """Return a text's place in a random order that does not depend on the other texts."""
    return hashlib.sha256(f"{seed} {text}".encode("utf-8", "surrogatepass")).digest()
