"""Splitting, shuffling and combining of datasets."""

import random

from sentiment.datasets import Dataset


def shuffle(dataset: Dataset, seed: int) -> Dataset:
    """Return the rows in a random order that depends only on the seed."""
    order = list(range(len(dataset.texts)))
    random.Random(seed).shuffle(order)  # noqa: S311 - not a secret
    return _take(dataset, order)


def stratified_split(dataset: Dataset, test_fraction: float, seed: int) -> tuple[Dataset, Dataset]:
    """Split into training and test rows, with the same share of each class in both.

    Identical texts are always on the same side, so that memorizing a review does not improve the
    test result.
    """
    by_text: dict[str, list[int]] = {}
    for index, text in enumerate(dataset.texts):
        by_text.setdefault(text, []).append(index)
    test: list[int] = []
    for label in (0, 1):
        groups = [rows for rows in by_text.values() if dataset.labels[rows[0]] == label]
        random.Random(seed).shuffle(groups)  # noqa: S311 - not a secret
        wanted = max(1, round(sum(map(len, groups)) * test_fraction))
        taken = 0
        while taken < wanted and len(groups) > 1:
            rows = groups.pop()
            test += rows
            taken += len(rows)
    held_out = set(test)
    train = [index for index in range(len(dataset.texts)) if index not in held_out]
    return _take(dataset, train), _take(dataset, sorted(test))


def add_unseen(training: Dataset, more: Dataset, testing: Dataset) -> Dataset:
    """Return the training rows plus the rows of `more` whose texts are in neither other set."""
    known = {*training.texts, *testing.texts}
    rows = [
        (text, label)
        for text, label in zip(more.texts, more.labels, strict=True)
        if text not in known
    ]
    return Dataset(
        [*training.texts, *(text for text, _ in rows)],
        [*training.labels, *(label for _, label in rows)],
    )


def share(dataset: Dataset, rank: int, ranks: int) -> Dataset:
    """Return every `ranks`-th row, starting with row `rank`."""
    return Dataset(dataset.texts[rank::ranks], dataset.labels[rank::ranks])


def _take(dataset: Dataset, rows: list[int]) -> Dataset:
    return Dataset([dataset.texts[i] for i in rows], [dataset.labels[i] for i in rows])
