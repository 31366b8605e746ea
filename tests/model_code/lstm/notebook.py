"""Reference: the notebook's algorithm, verbatim where results must be identical."""

import re
import warnings
from collections import Counter

from bs4 import BeautifulSoup, MarkupResemblesLocatorWarning
from nltk.stem.porter import PorterStemmer

from sentiment.stop_words import STOP_WORDS


def words_of(review: str) -> list[str]:
    """Return the words of the notebook's review_to_words."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", MarkupResemblesLocatorWarning)
        text = BeautifulSoup(review, "html.parser").get_text()
    text = re.sub(r"[^a-zA-Z0-9]", " ", text.lower())
    return [PorterStemmer().stem(word) for word in text.split() if word not in STOP_WORDS]


def dictionary_of(data: list[list[str]], vocab_size: int) -> dict[str, int]:
    """Return the dictionary of the notebook's build_dict."""
    counts = Counter(word for sentence in data for word in sentence)
    ranked = sorted(counts, key=counts.get, reverse=True)  # type: ignore[arg-type]
    return {word: rank + 2 for rank, word in enumerate(ranked[: vocab_size - 2])}


def padded(word_dict: dict[str, int], sentence: list[str], pad: int) -> tuple[list[int], int]:
    """Return the result of the notebook's convert_and_pad."""
    working = [0] * pad
    for index, word in enumerate(sentence[:pad]):
        working[index] = word_dict.get(word, 1)
    return working, min(len(sentence), pad)
