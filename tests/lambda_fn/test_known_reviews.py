"""The known reviews that test models, releases and `make local`."""

from known_reviews import KNOWN_REVIEWS
from scripts.summary import SAMPLE


def test_make_local_classifies_a_known_review() -> None:
    assert KNOWN_REVIEWS["positive"] == SAMPLE
