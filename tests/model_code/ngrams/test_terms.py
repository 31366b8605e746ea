"""N-grams as numbers are stable, complete and never span two reviews."""

import math
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts import ROOT
from sentiment.ngrams.matrix import TermMatrix
from sentiment.ngrams.terms import Tokens, gapped_pairs, ngram_numbers, token_number
from sentiment.tokens import tokenize
from tests.model_code.ngrams.conftest import term_matrix

MARKUP = ["<br />", "<br", "<i>", "</i>", "&amp;", "&", "<", ">", "<!--", "-->", "&#39;", "\0", "İ"]
WORDS = ["good", "not", "Bad", "!", "7/10", "don't", " "]
REVIEW = st.lists(st.one_of(st.sampled_from([*MARKUP, *WORDS]), st.text(max_size=6))).map("".join)


def brute_force(review: str, order: int) -> set[tuple[int | None, ...]]:
    """Return the n-grams, and the gapped pairs with None in their middle, of numbered tokens."""
    tokens = Tokens.of([tokenize(review)]).numbers.tolist()
    ngrams = {
        tuple(tokens[at : at + length])
        for length in range(1, order + 1)
        for at in range(len(tokens) - length + 1)
    }
    pairs = {(first, None, last) for first, last in zip(tokens, tokens[2:], strict=False)}
    return ngrams | pairs if order > 1 else ngrams


def number(term: tuple[int | None, ...]) -> int:
    """Return the number of a term of `brute_force`."""
    tokens = np.array([token for token in term if token is not None], np.uint64)
    if None in term:
        return int(gapped_pairs(np.insert(tokens, 1, 0))[0])
    return int(ngram_numbers(tokens, len(tokens))[-1][0])


def test_tokens_are_words_and_punctuation() -> None:
    assert tokenize("Don't miss it!! 7/10<br /><br />GREAT&nbsp;fun :-)") == [
        "don't", "miss", "it", "!", "!", "7", "/", "10", "great", "fun", ":-)",
    ]  # fmt: skip


def test_numbers_are_the_same_on_every_machine_and_in_every_process() -> None:
    assert token_number("good") == 0x7878FD8745BB530
    both = Tokens.of([["not"], ["good"]]).numbers
    not_good = ngram_numbers(both, 2)[1]
    assert [int(number) for number in not_good] == [0x729F58656A9034C8]
    code = "from sentiment.ngrams.terms import token_number; print(token_number('good'))"
    for seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT / "model_code")},
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert int(done.stdout) == token_number("good")


@given(st.lists(REVIEW, max_size=5), st.integers(1, 4))
def test_each_review_has_exactly_its_own_n_grams(reviews: list[str], order: int) -> None:
    matrix = term_matrix(reviews, order)
    expected = [brute_force(review, order) for review in reviews]
    assert len(matrix.terms) == len(set[tuple[int | None, ...]]().union(*expected))
    assert np.diff(matrix.starts).tolist() == [len(ngrams) for ngrams in expected]
    for row, ngrams in enumerate(expected):
        found = matrix.terms[matrix.columns[matrix.starts[row] : matrix.starts[row + 1]]]
        assert set(found.tolist()) == {number(ngram) for ngram in ngrams}


def test_blocks_do_not_change_the_matrix() -> None:
    reviews = [f"review {number % 7} of {number}" for number in range(2500)]
    matrix, first = term_matrix(reviews, 3), term_matrix(reviews[500:1000], 3)
    assert row_of(matrix, 700) == row_of(first, 200)
    assert row_of(matrix, 2499) == row_of(term_matrix(reviews[-1:], 3), 0)


def row_of(matrix: TermMatrix, row: int) -> dict[int, float]:
    """Return the mean emphasis of each term of a review."""
    places = slice(matrix.starts[row], matrix.starts[row + 1])
    terms, stress = matrix.terms[matrix.columns[places]], matrix.emphasis[places]
    return dict(zip(terms.tolist(), stress.tolist(), strict=True))


@given(st.lists(st.lists(st.sampled_from("abc"), max_size=9).map(" ".join), max_size=4))
def test_emphasis_of_an_n_gram_is_the_mean_over_its_places(reviews: list[str]) -> None:
    matrix = term_matrix(reviews, 1)
    for row, review in enumerate(reviews):
        tokens = review.split()
        places: dict[int, list[float]] = {}
        for at, token in enumerate(tokens):
            place = (1 + (len(tokens) - 1 - at) / 10) ** -0.3 + 0.5 * math.exp(-at / 4)
            places.setdefault(token_number(token), []).append(place)
        assert row_of(matrix, row) == {
            number: pytest.approx(sum(at) / len(at), rel=1e-6) for number, at in places.items()
        }


def test_taking_reviews_keeps_their_n_grams() -> None:
    matrix = term_matrix(["a b", "", "b c", "c"], 2)
    taken = matrix.take(np.array([2, 1, 0]))
    assert np.diff(taken.starts).tolist() == [3, 0, 3]
    assert set(taken.columns[:3]) == set(matrix.columns[matrix.starts[2] : matrix.starts[3]])
    assert set(taken.emphasis[:3]) == set(matrix.emphasis[matrix.starts[2] : matrix.starts[3]])
    assert taken.rows.tolist() == [0, 0, 0, 2, 2, 2]
