"""Checks of the reviews before the training."""

import pytest

from sentiment.checks import LEAST_TEXTS, require_enough, require_test, unseen
from sentiment.datasets import Dataset
from sentiment.errors import DatasetError


def dataset(*rows: tuple[str, int]) -> Dataset:
    return Dataset([text for text, _ in rows], [label for _, label in rows])


def many(positive: int, negative: int) -> Dataset:
    rows = [(f"fine {number}", 1) for number in range(positive)]
    return dataset(*rows, *((f"dull {number}", 0) for number in range(negative)))


@pytest.mark.parametrize(
    ("reviews", "found"),
    [
        (many(LEAST_TEXTS - 1, 50), "label 'positive' has 9 different texts"),
        (many(50, 1), "label 'negative' has 1 different texts"),
        (many(0, 50), "label 'positive' has 0 different texts"),
        (
            dataset(*[("fine", 1)] * 50, *[(f"dull {n}", 0) for n in range(50)]),
            "label 'positive' has 1 different texts",
        ),
    ],
)
def test_too_few_texts_are_refused(reviews: Dataset, found: str) -> None:
    with pytest.raises(DatasetError, match=rf"^r.csv: {found}.*at least 10 of each label"):
        require_enough(reviews, "r.csv")


def test_enough_texts_pass() -> None:
    require_enough(many(LEAST_TEXTS, LEAST_TEXTS), "r.csv")


def test_the_test_has_only_unseen_distinct_texts_with_one_label() -> None:
    training = dataset(("known", 1), ("both", 0), ("both", 1), ("other", 0))
    testing = dataset(
        ("new", 1), ("known", 1), ("again", 0), ("again", 0), ("torn", 0), ("torn", 1), ("both", 1)
    )
    lines: list[str] = []
    assert unseen(testing, training, lines.append) == dataset(("new", 1), ("again", 0))
    assert lines == [
        "training: texts with two labels: 1",
        "testing: 5 of 7 rows left out: 2 also in training, 1 repeated, 2 with two labels",
    ]


def test_nothing_is_said_of_clean_halves() -> None:
    lines: list[str] = []
    testing = dataset(("a", 1), ("b", 0))
    assert unseen(testing, many(20, 20), lines.append) == testing
    assert lines == []


def test_a_test_without_unseen_texts_of_a_label_is_refused() -> None:
    training = many(20, 20)
    testing = dataset(("new", 1), ("dull 1", 0))
    kept = unseen(testing, training, lambda _: None)
    with pytest.raises(
        DatasetError, match=r"no test reviews with the label 'negative' are left \(1 of 2 rows\)"
    ):
        require_test(kept, len(testing.texts))
