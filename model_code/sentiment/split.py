"""Holding out a part of the reviews, when nobody brought a testing channel."""

import random

from sentiment.datasets import Dataset


def shuffle(dataset: Dataset, seed: int) -> Dataset:
    """Return the same rows in a random order that only the seed decides."""
    order = list(range(len(dataset.texts)))
    random.Random(seed).shuffle(order)  # noqa: S311 - not a secret
    return _take(dataset, order)


def stratified_split(dataset: Dataset, test_fraction: float, seed: int) -> tuple[Dataset, Dataset]:
    """Split into training and test rows, with the same share of each class in both.

    Identical texts never stand on both sides: a model that merely remembers a review would be
    rewarded for it.
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
    """Return the training rows and those of `more` whose texts stand in neither set."""
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
    """Return every `ranks`-th row, beginning with row `rank`."""
    return Dataset(dataset.texts[rank::ranks], dataset.labels[rank::ranks])


def _take(dataset: Dataset, rows: list[int]) -> Dataset:
    return Dataset([dataset.texts[i] for i in rows], [dataset.labels[i] for i in rows])
