"""The choice of known reviews among the test reviews."""

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
import pytest

from sentiment.artifact import Judgements
from sentiment.errors import TrainingInputError
from sentiment.evaluation.judged import Judged
from sentiment.known_reviews import choose_known_reviews
from sentiment.schema import SENTIMENTS


class Judge:
    """A model that knows every word but `x`."""

    def judge(self, reviews: Sequence[str]) -> Judgements:
        """Count the known words."""
        known = np.array([sum(word != "x" for word in text.split()) for text in reviews])
        return Judgements(np.zeros((len(reviews), 2)), known, known, [])


Row = tuple[str, int, float]  # text, label and P(positive)
DULL: list[Row] = [("dull " * 20, 0, 0.02)]
DULLER: list[Row] = [*DULL, ("boring " * 20, 0, 0.1)]


def choose(*rows: Row) -> dict[str, list[str]]:
    """Return the chosen texts by label."""
    texts, labels, probabilities = zip(*rows, strict=True)
    return chosen(Judged.of(SENTIMENTS, labels, probabilities), texts)


def chosen(judged: Judged, texts: Sequence[str]) -> dict[str, list[str]]:
    """Return the chosen texts by label."""
    found = choose_known_reviews(cast("Any", Judge()), texts, judged)
    labels = [review["label"] for review in found]
    assert labels == sorted(labels, reverse=True)
    return {
        name: [review["text"] for review in found if review["label"] == name]
        for name in judged.names
    }


def positives(*rows: tuple[str, float]) -> list[str]:
    """Return the texts chosen from positive texts and probabilities."""
    return choose(*((text, 1, share) for text, share in rows), *DULL)["positive"]


FINE, LOVELY, GREAT = ("fine " * 20, "lovely " * 20, "great " * 20)


def test_two_of_each_sentiment_are_the_clearest() -> None:
    rows = [(FINE, 1, 0.8), (GREAT, 1, 0.99), (LOVELY, 1, 0.9), *DULLER]
    assert choose(*rows) == {
        "positive": [GREAT, LOVELY],
        "negative": [text for text, _, _ in DULLER],
    }
    assert choose(*reversed(rows)) == choose(*rows)


def test_equally_clear_ones_are_the_same_in_every_order() -> None:
    rows = [(FINE, 0.9), (GREAT, 0.9), (LOVELY, 0.9)]
    assert positives(*rows) == positives(*reversed(rows)) == [FINE, GREAT]


@pytest.mark.parametrize(
    "worse",
    [
        "great " * 100,  # too long
        "Great, great film of all",  # too short
        "x " * 40 + "great",  # hardly a known word
    ],
)
def test_short_but_not_trivial_ones_come_first(worse: str) -> None:
    assert positives((worse, 0.99), (FINE, 0.6), (LOVELY, 0.7)) == [LOVELY, FINE]
    assert positives((worse, 0.99), (FINE, 0.6)) == [FINE, worse]
    assert positives((worse, 0.99)) == [worse]


def test_the_shortest_of_long_ones_comes_first() -> None:
    assert positives(("great " * 300, 0.99), ("fine " * 100, 0.6))[0] == "fine " * 100


def test_a_text_is_asked_about_once() -> None:
    assert positives((GREAT, 0.9), (GREAT, 0.9)) == [GREAT]


@pytest.mark.parametrize(
    ("text", "share"),
    [
        (FINE, 0.3),  # wrong
        (FINE, 0.51),  # not clear
        ("x " * 30, 0.9),  # without a known word
        ("a" * 100_001, 0.9),  # longer than a request may be
        (FINE + "\ud800", 0.9),  # not Unicode
    ],
)
def test_a_review_that_cannot_be_asked_about_is_passed_over(text: str, share: float) -> None:
    assert positives((text, share), (GREAT, 0.9)) == [GREAT]
    reason = "the model recognizes none of the 1 positive test reviews, so its verdicts are"
    with pytest.raises(TrainingInputError, match=reason):
        positives((text, share))


def test_a_class_without_test_reviews_is_refused() -> None:
    with pytest.raises(TrainingInputError, match="none of the 0 positive test reviews"):
        choose(*DULLER)


def test_a_rare_label_that_is_never_recognized_is_passed_over() -> None:
    names, texts = ("angry", "glad", "sad"), [FINE, GREAT, LOVELY]
    right = [[0.1, 0.8, 0.1], [0.1, 0.1, 0.8], [0.3, 0.5, 0.2]]
    assert chosen(Judged.of(names, [1, 2, 0], right), texts) == {
        "angry": [],
        "glad": [FINE],
        "sad": [GREAT],
    }
    with pytest.raises(TrainingInputError, match="none of the 2 sad test reviews"):
        chosen(Judged.of(names, [1, 2, 2], [right[0], right[2], right[2]]), texts)
