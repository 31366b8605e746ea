"""The known reviews that test models, releases and `make local`."""

from typing import Any

import pytest

from known_reviews import FILM_REVIEWS, KnownReview, known_reviews
from scripts.summary import SAMPLE
from tests.lambda_fn.fake_aws import GERMAN


def test_make_local_falls_back_to_a_known_review() -> None:
    assert FILM_REVIEWS[0] == KnownReview(SAMPLE, "positive")


def test_a_model_brings_its_own_reviews() -> None:
    assert known_reviews({"model_version": "1", "known_reviews": GERMAN}) == tuple(
        KnownReview(**review) for review in GERMAN
    )


def test_a_model_of_an_earlier_training_is_asked_about_films() -> None:
    assert known_reviews({"model_version": "1"}) == FILM_REVIEWS


@pytest.mark.parametrize(
    ("card", "reason"),
    [
        ([], "without a JSON object"),
        ({"known_reviews": []}, "without known reviews of several labels"),
        ({"known_reviews": None}, "without known reviews of several labels"),
        ({"known_reviews": GERMAN[:2]}, "without known reviews of several labels"),
        ({"known_reviews": [*GERMAN, "gut"]}, "with malformed known reviews"),
        ({"known_reviews": [*GERMAN, {"text": 1, "label": "positive"}]}, "with malformed"),
        ({"known_reviews": [*GERMAN, {"text": "gut"}]}, "with malformed"),
    ],
)
def test_a_model_cannot_vouch_for_itself_with_no_or_malformed_reviews(
    card: Any, reason: str
) -> None:
    with pytest.raises(ValueError, match=reason):
        known_reviews(card)


def test_a_message_shows_a_short_line() -> None:
    shown = KnownReview("Zeile\nzwei " * 100, "positive").shown
    assert shown.startswith("“Zeile zwei Zeile")
    assert shown.endswith("…”")
    assert len(shown) <= 103
    assert KnownReview("很好看", "positive").shown == "“很好看”"
