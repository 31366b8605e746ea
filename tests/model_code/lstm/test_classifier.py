"""Trained LSTM: log-odds of any text, and places of its words."""

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from sentiment.lstm.classifier import LSTMReviews
from sentiment.lstm.network import LSTMClassifier
from sentiment.lstm.stem_offsets import place_stems
from sentiment.lstm.words import WORDS
from tests.model_code.conftest import ODD, explain

MARKUP = [
    "<br />",
    "<br",
    "<i>",
    "</i>",
    "&amp;",
    "&lt;",
    "&",
    "<",
    ">",
    "<!--",
    "-->",
    "&#39;",
    "İ",
]
TEXT = st.lists(
    st.one_of(st.sampled_from([*MARKUP, " ", "The", "movies", "&eacute;"]), st.text(max_size=8))
).map("".join)


@pytest.fixture(scope="module", params=WORDS)
def model(request: pytest.FixtureRequest) -> LSTMReviews:
    """A random network that knows four words, for each way to read words."""
    torch.manual_seed(0)
    word_dict = {"good": 2, "bad": 3, "film": 4, "plot": 5}
    return LSTMReviews(LSTMClassifier(8, 8, 6).eval(), word_dict, pad=50, words=request.param)


@pytest.mark.parametrize("words", WORDS)
@given(review=TEXT)
def test_offsets_come_with_the_words_that_the_network_reads(words: str, review: str) -> None:
    found, starts, ends = WORDS[words].place(review)
    assert found == WORDS[words].read(review)
    assert all(0 <= a < b <= len(review) for a, b in zip(starts, ends, strict=True))
    assert starts == sorted(starts)


@pytest.mark.parametrize(
    ("review", "marked"),
    [
        ("A GOOD film", ["GOOD", "film"]),
        ("<p class='bad'>Good</p> plot", ["Good", "plot"]),
        ("good<br /><br />bad film", ["good<br /><br />bad", "film"]),
        ("plot &lt;good&gt; &amp; bad", ["plot", "good", "bad"]),
        ("&#66;ad &quot;plot&quot;", ["&#66;ad", "plot"]),
    ],
)
def test_words_are_found_in_the_raw_review(review: str, marked: list[str]) -> None:
    found = [review[start:end] for _, start, end in zip(*place_stems(review), strict=True)]
    # The character of an entity is at the entity's start.
    assert found == marked


def test_an_explanation_adds_up(model: LSTMReviews) -> None:
    explanation = explain(model, "Not a good film, <b>bad</b> plot")
    total = explanation.bias + explanation.words.weights.sum()
    expected = float(model.score(["Not a good film, <b>bad</b> plot"]).logits[0, 0])
    assert total == pytest.approx(expected, abs=1e-5)
    assert len(explanation.words.weights) == {"stems": 4, "all": 7}[model.words]


@pytest.mark.parametrize("review", ODD)
@pytest.mark.filterwarnings("error")
def test_any_text_gets_log_odds_without_a_warning(model: LSTMReviews, review: str) -> None:
    assert np.isfinite(model.score([review]).logits).all()
    assert np.isfinite(explain(model, review).bias)


def test_a_loaded_model_gives_the_same_log_odds(model: LSTMReviews, tmp_path: Path) -> None:
    model.save(tmp_path)
    reviews = ["good plot", "bad film"]
    np.testing.assert_array_equal(
        LSTMReviews.load(tmp_path).score(reviews).logits, model.score(reviews).logits
    )
