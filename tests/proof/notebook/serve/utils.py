"""The notebook's preprocessing; without NLTK, whose stop words are a download."""

import re


def review_to_words(review: str) -> list[str]:
    """Return the words of a review."""
    return re.sub(r"[^a-z0-9]", " ", re.sub(r"<[^>]*>", " ", review).lower()).split()


def convert_and_pad(
    word_dict: dict[str, int], sentence: list[str], pad: int = 500
) -> tuple[list[int], int]:
    """Return the numbers of a review's words, and how many there are."""
    words = [word_dict.get(word, 1) for word in sentence[:pad]]
    return words + [0] * (pad - len(words)), len(words)
