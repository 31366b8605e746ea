"""Excerpts of misclassified reviews."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentiment.evaluation.judged import Judged
from sentiment.evaluation.mistakes import (
    ELLIPSIS,
    JOINERS,
    SHOWN_CHARACTERS,
    SHOWN_MISTAKES,
    excerpt,
    most_confident_mistakes,
)
from sentiment.schema import SENTIMENTS

RIGHT_TO_LEFT = "\N{RIGHT-TO-LEFT OVERRIDE}"


def test_the_most_confident_mistake_is_first() -> None:
    labels = np.array([1, 0, 1, 0, 1])
    probabilities = np.array([0.4, 0.99, 0.9, 0.2, 0.001])
    judged = Judged.of(SENTIMENTS, labels, probabilities)
    found = most_confident_mistakes(["a", "b", "c", "d", "e"], judged)
    assert [mistake.text for mistake in found] == ["e", "b", "a"]
    assert (found[0].label, found[0].judged, found[0].probability) == (
        "positive",
        "negative",
        0.999,
    )
    assert (found[1].label, found[1].judged) == ("negative", "positive")


def test_no_more_than_twenty_and_ties_in_order() -> None:
    texts = [str(number) for number in range(50)]
    found = most_confident_mistakes(texts, Judged.of(SENTIMENTS, [1] * 50, [0.3] * 50))
    assert [mistake.text for mistake in found] == texts[:SHOWN_MISTAKES]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("  One<br /><br />two<BR>three\n\nfour ", "One\ntwo\nthree\nfour"),
        ("a\u00a0b\tc\u2003d", "a b c d"),
        (f"x{RIGHT_TO_LEFT}y\0z\ud800\x85!", "x\ufffdy\ufffdz\ufffd\ufffd!"),
        ("<script>alert(1)</script> & <b>", "<script>alert(1)</script> & <b>"),
        (
            "\U0001f468\u200d\U0001f469 \u0645\u06cc\u200c\u062e",
            "\U0001f468\u200d\U0001f469 \u0645\u06cc\u200c\u062e",
        ),
        ("", ""),
        ("a" * SHOWN_CHARACTERS, "a" * SHOWN_CHARACTERS),
        ("a" * (SHOWN_CHARACTERS + 1), "a" * SHOWN_CHARACTERS + ELLIPSIS),
        ("a" + "<br />" * 1000 + "b", "a\nb"),
    ],
)
def test_excerpts(text: str, shown: str) -> None:
    assert excerpt(text) == shown


@given(st.text(st.characters(exclude_categories=[]), max_size=2 * SHOWN_CHARACTERS + 20))
def test_any_excerpt_is_short_and_harmless(text: str) -> None:
    shown = excerpt(text)
    assert len(shown) <= SHOWN_CHARACTERS + 1
    assert all(sign.isprintable() or sign in "\n" + JOINERS for sign in shown)
    shown.encode("utf-8")


@pytest.mark.parametrize("part", ["a", " ", "\n", "<br", "<br />", "<br \n", "\0"])
def test_a_very_long_review(part: str) -> None:
    assert len(excerpt(part * (100_000 // len(part)))) <= SHOWN_CHARACTERS + 1
