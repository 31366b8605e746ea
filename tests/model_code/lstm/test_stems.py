"""Cleaning returns the notebook's tokens for any review."""

import json
import lzma
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nltk.stem.porter import PorterStemmer

from scripts import ROOT
from sentiment.lstm.stems import review_to_words, without_markup
from sentiment.stop_words import STOP_WORDS
from tests.model_code.lstm.notebook import words_of
from tests.support.reviews import packaged_reviews

MARKUP = ["<br />", "<br/>", "<br>", "<i>", "</i>", "&amp;", "&", "<", ">", "<!--", "-->", "&#39;"]
TEXT = st.lists(st.one_of(st.sampled_from([*MARKUP, " ", "The", "movies"]), st.text(max_size=8)))


@pytest.mark.parametrize(
    ("review", "words"),
    [
        ("One of my favorite movies!", ["one", "favorit", "movi"]),
        ("good<br /><br />Bad", ["goodbad"]),
        ("<i>Great</i> acting &amp; story", ["great", "act", "stori"]),
        ("not no nor", []),
        ("<br />", []),
        ("", []),
        ("It's 10/10 \U0001f600", ["10", "10"]),
    ],
)
def test_known_reviews(review: str, words: list[str]) -> None:
    assert review_to_words(review) == words


@given(TEXT.map("".join))
def test_any_text_gives_the_tokens_of_the_notebook(review: str) -> None:
    try:
        expected = words_of(review)
    except Exception:  # noqa: BLE001 - the notebook fails on some texts
        assert isinstance(review_to_words(review), list)
        return
    assert review_to_words(review) == expected


def test_packaged_reviews_give_the_tokens_of_the_notebook() -> None:
    for text, _ in packaged_reviews()[:300]:
        assert review_to_words(text) == words_of(text)


@pytest.mark.skipif("IMDB_DATA" not in os.environ, reason="IMDB_DATA names no folder of reviews")
@pytest.mark.timeout(3600)
def test_all_reviews_give_the_tokens_of_the_notebook(monkeypatch: pytest.MonkeyPatch) -> None:
    stems: dict[str, str] = {}
    stem = PorterStemmer.stem
    monkeypatch.setattr(
        PorterStemmer,
        "stem",
        lambda self, word: (
            stems[word] if word in stems else stems.setdefault(word, stem(self, word))
        ),
    )
    for name in ("train", "test"):
        with lzma.open(
            Path(os.environ["IMDB_DATA"]) / f"{name}.jsonl.xz", "rt", encoding="utf-8"
        ) as rows:
            for row in rows:
                text = json.loads(row)["text"]
                assert review_to_words(text) == words_of(text)


def test_no_review_causes_a_warning() -> None:
    program = (
        "from sentiment.lstm.stems import review_to_words\n"
        "for review in ('http://example.com/?a=1&b=2', 'movie.txt&', '\\0<b>', '<![foo[', '<' * 500):\n"
        "    review_to_words(review)"
    )
    warned = subprocess.run(
        [sys.executable, "-W", "always", "-c", program],
        env={**os.environ, "PYTHONPATH": str(ROOT / "model_code")},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "MarkupResemblesLocator" not in warned.stderr


def test_markup_is_not_text() -> None:
    assert without_markup("<p><!-- x --></p>").strip() == ""
    assert without_markup("a &lt; b") == "a < b"


def test_the_stop_list_has_179_words() -> None:
    assert len(STOP_WORDS) == 179
    assert {"not", "the", "wouldn't"} <= STOP_WORDS
