"""Scopes of negations."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentiment.negation import CONTRASTS, NEGATION, SCOPE, negated, role

REVIEWS = st.lists(st.lists(st.sampled_from(["not", "good", "only", "but", ".", "isn't"])))


def scopes(reviews: list[list[str]]) -> list[list[str]]:
    """Return the negated tokens of each review."""
    tokens = [token for review in reviews for token in review]
    ends = np.cumsum([len(review) for review in reviews], dtype=np.int64)
    starts = np.concatenate([[0], ends])[: len(reviews)]
    found = negated(np.array([role(token) for token in tokens], np.int8), starts)
    parts = zip(reviews, np.split(found, ends)[: len(reviews)], strict=True)
    return [
        [token for token, negates in zip(review, part, strict=True) if negates]
        for review, part in parts
    ]


@pytest.mark.parametrize(
    ("review", "scope"),
    [
        ("not a very good film at all", "a very good film"),
        ("it isn't good . it is bad", "good"),
        ("not good but fun", "good"),
        ("not only good", "only"),
        ("never not good", "not good"),
        ("good", ""),
        ("without", ""),
        # English words that mean something else elsewhere do no harm.
        ("no me gustó la película", "me gustó la película"),
        ("quel but magnifique", ""),
        ("这 部 电 影 不 好 看", ""),
    ],
)
def test_a_scope_ends_at_punctuation_at_a_contrast_and_after_four_words(
    review: str, scope: str
) -> None:
    assert scopes([review.split()]) == [scope.split()]


@given(REVIEWS)
def test_scopes_are_those_of_a_reader_who_goes_word_by_word(reviews: list[list[str]]) -> None:
    expected = []
    for review in reviews:
        negates, left = [], 0
        for word in review:
            if word in CONTRASTS or word == ".":
                left = 0
                continue
            if left:
                negates.append(word)
                left -= 1
            if role(word) == NEGATION:
                left = SCOPE
            elif word == "only":
                left = 0
        expected.append(negates)
    assert scopes(reviews) == expected
