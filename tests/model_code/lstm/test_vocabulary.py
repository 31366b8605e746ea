"""Dictionary, ids and padding match the notebook."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sentiment.lstm.vocabulary import build_dict, convert_and_pad, convert_and_pad_data
from tests.model_code.lstm import notebook

SENTENCES = st.lists(st.lists(st.sampled_from("abcdefgh"), max_size=12), max_size=12)


@given(SENTENCES, st.integers(2, 8))
def test_the_dictionary_matches_the_notebook(data: list[list[str]], size: int) -> None:
    built = build_dict(data, size)
    assert list(built.items()) == list(notebook.dictionary_of(data, size).items())


@given(SENTENCES, st.integers(1, 15))
def test_ids_and_padding_match_the_notebook(data: list[list[str]], pad: int) -> None:
    word_dict = build_dict(data, 6)
    expected = [notebook.padded(word_dict, sentence, pad) for sentence in data]
    assert [convert_and_pad(word_dict, sentence, pad) for sentence in data] == expected
    ids, lengths = convert_and_pad_data(word_dict, data, pad)
    assert ids.shape == (len(data), pad)
    assert ids.tolist() == [row for row, _ in expected]
    assert lengths.tolist() == [length for _, length in expected]
    assert ids.dtype == lengths.dtype == np.int64


def test_the_size_counts_the_two_reserved_ids() -> None:
    words = [[f"word{number}" for number in range(6000)]]
    assert len(build_dict(words)) == 4998
    assert max(build_dict(words).values()) == 4999


def test_ties_keep_the_order_of_first_appearance() -> None:
    assert build_dict([["late", "early"], ["early", "late", "top", "top", "top"]]) == {
        "top": 2,
        "late": 3,
        "early": 4,
    }
