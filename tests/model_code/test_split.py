"""Splitting of datasets and shares of ranks."""

import numpy as np
import pytest

from sentiment.datasets import Dataset
from sentiment.split import (
    BLOCKS,
    NEIGHBOURS,
    add_unseen,
    share,
    shuffle,
    spread,
    stratified_folds,
    stratified_split,
)


def test_the_split_keeps_the_classes_and_separates_duplicates() -> None:
    texts = [f"review {index % 90}" for index in range(100)]
    labels = [index % 90 % 2 for index in range(100)]
    train_half, test_half = stratified_split(Dataset(texts, labels), 0.2, seed=3)
    assert not set(train_half.texts) & set(test_half.texts)
    assert len(train_half.texts) + len(test_half.texts) == 100
    assert abs(sum(test_half.labels) - len(test_half.labels) / 2) <= 2
    assert stratified_split(Dataset(texts, labels), 0.2, seed=3) == (train_half, test_half)


@pytest.mark.parametrize("rows", [60, 9000])
def test_folds_divide_the_rows_and_keep_neighbours_together(rows: int) -> None:
    data = Dataset([str(number) for number in range(rows)], [number % 2 for number in range(rows)])
    folds = stratified_folds(data, 3, seed=1)
    assert sorted(text for fold in folds for text in fold.texts) == sorted(data.texts)
    for fold in folds:
        assert sum(fold.labels) * 2 == len(fold.labels)
        assert len(fold.labels) == pytest.approx(rows / 3, rel=0.02)
        # Two successive reviews of a class have numbers that differ by 2.
        places = np.array(fold.texts, int)
        together = sum((np.diff(places[places % 2 == label]) == 2).sum() for label in (0, 1))
        assert together > rows / 3 * (0.97 if rows > 2 * BLOCKS * NEIGHBOURS else 0)
    assert stratified_folds(data, 3, seed=1) == folds
    assert stratified_folds(data, 3, seed=2) != folds


def test_spread_rows_are_at_most_so_many() -> None:
    data = Dataset([str(number) for number in range(10)], [0] * 10)
    assert [spread(data, most).texts for most in (3, 4, 10, 11)] == [
        ["0", "4", "8"], ["0", "3", "6", "9"], data.texts, data.texts,
    ]  # fmt: skip


def test_shuffling_keeps_texts_with_their_labels() -> None:
    data = Dataset([str(number) for number in range(50)], [number % 2 for number in range(50)])
    mixed = shuffle(data, 1)
    assert mixed.texts != data.texts
    assert all(
        int(text) % 2 == label for text, label in zip(mixed.texts, mixed.labels, strict=True)
    )


def test_the_shares_of_all_ranks_are_complete() -> None:
    data = Dataset([str(number) for number in range(10)], [0] * 10)
    shares = [share(data, rank, 3).texts for rank in range(3)]
    assert shares[1] == ["1", "4", "7"]
    assert sorted(text for part in shares for text in part) == sorted(data.texts)


def test_added_reviews_never_repeat_a_test_review() -> None:
    training, testing = Dataset(["a", "b"], [1, 0]), Dataset(["c"], [1])
    more = Dataset(["c", "d", "a"], [0, 1, 0])
    assert add_unseen(training, more, testing) == Dataset(["a", "b", "d"], [1, 0, 1])


def test_most_texts_stay_on_their_side_when_rows_are_added() -> None:
    texts = [f"text {number}" for number in range(3000)]
    labels = [number % 2 for number in range(3000)]
    before = stratified_split(Dataset(texts[:2500], labels[:2500]), 0.2, 1)
    after = stratified_split(Dataset(texts, labels), 0.2, 1)
    seen = set(before[0].texts)
    assert len(after[1].texts) == 600
    assert len([text for text in after[1].texts if text not in seen]) > 540
