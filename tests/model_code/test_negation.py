"""Scopes of negations."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentiment.negation import CONTRAST, NEGATION, SCOPE, WORD, negated, role


def scope(review: list[str]) -> list[str]:
    """Return the negated tokens of a review."""
    return [review[place] for place in negated(map(role, review))]


@pytest.mark.parametrize(
    ("review", "expected"),
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
    review: str, expected: str
) -> None:
    assert scope(review.split()) == expected.split()


@given(st.lists(st.sampled_from(["not", "good", "only", "but", ".", "isn't"])), st.integers(0, 9))
def test_a_word_is_negated_by_a_negation_that_nothing_separates_from_it(
    review: list[str], first: int
) -> None:
    expected = []
    for place, word in enumerate(review):
        # The nearest word before this one that starts or ends a scope decides.
        before = [(role(word), place - at) for at, word in enumerate(review[:place])]
        decisive = [(kind, distance) for kind, distance in before if kind != WORD]
        kind, distance = decisive[-1] if decisive else (WORD, 0)
        if kind == NEGATION and distance <= SCOPE and role(word) < CONTRAST:
            expected.append(first + place)
    assert list(negated(map(role, review), first)) == expected
