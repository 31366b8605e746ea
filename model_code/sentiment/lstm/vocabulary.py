"""Vocabulary: mapping from words to the ids of the embedding."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

NO_WORD = 0
INFREQUENT = 1
FIRST_ID = 2


def build_dict(data: Iterable[Sequence[str]], vocab_size: int = 5000) -> dict[str, int]:
    """Number the most frequent words.

    Args:
        data: sequence of words of each review.
        vocab_size: number of ids, including the two reserved ones.

    Returns:
        Word to id: 2 for the most frequent word, up to `vocab_size - 1`. Words of equal frequency
        keep the order in which they first appear in `data`.
    """
    counts = Counter(word for sentence in data for word in sentence)
    # most_common(n) would order ties differently.
    words = sorted(counts, key=counts.__getitem__, reverse=True)
    return {word: FIRST_ID + index for index, word in enumerate(words[: vocab_size - FIRST_ID])}


def convert(word_dict: Mapping[str, int], sentence: Sequence[str], pad: int = 500) -> list[int]:
    """Return the ids of the first `pad` words, without padding."""
    return [word_dict.get(word, INFREQUENT) for word in sentence[:pad]]


def convert_and_pad(
    word_dict: Mapping[str, int], sentence: Sequence[str], pad: int = 500
) -> tuple[list[int], int]:
    """Return the ids of the first `pad` words, padded with 0, and the number of words."""
    ids = convert(word_dict, sentence, pad)
    return ids + [NO_WORD] * (pad - len(ids)), len(ids)


def convert_and_pad_data(
    word_dict: Mapping[str, int], data: Iterable[Sequence[str]], pad: int = 500
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Convert many reviews.

    Returns:
        Ids of shape (reviews, pad) and lengths of shape (reviews,).
    """
    converted = [convert_and_pad(word_dict, sentence, pad) for sentence in data]
    ids = np.array([row for row, _ in converted], dtype=np.int64).reshape(-1, pad)
    return ids, np.array([length for _, length in converted], dtype=np.int64)
