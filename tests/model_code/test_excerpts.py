"""Excerpts of reviews: whole words, at most twenty, from the start and the end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentiment import excerpts
from sentiment.excerpts import first_words, last_words
from tests.model_code.ngrams.conftest import reviews


def test_a_long_review_gives_its_first_and_last_twenty_words() -> None:
    review = " ".join(f"<br />word{number}, isn't" for number in range(40))
    assert first_words(review) == [review[: review.index(", isn't <br />word10")] + ", isn't"]
    assert last_words(review) == [review[review.index("word30") :]]


@pytest.mark.parametrize("count", [0, 1, 20])
def test_a_short_review_has_no_excerpts(count: int) -> None:
    review = " ".join(["word"] * count)
    assert first_words(review) == last_words(review) == []


@given(
    st.lists(st.sampled_from([*reviews(20, 1).texts, "&amp;", "<br />", "don&#39;t", "a" * 290]))
)
def test_reading_only_a_part_changes_nothing(parts: list[str]) -> None:
    review = " ".join(parts)
    found = first_words(review), last_words(review)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(excerpts, "NEAR", len(review) + 1)
        assert (first_words(review), last_words(review)) == found
