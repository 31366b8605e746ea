"""Excerpts of reviews: what short texts look like, for training and calibration."""

import re
from collections.abc import Callable
from dataclasses import replace
from hashlib import blake2b

from sentiment.datasets import Dataset
from sentiment.tokens import place_tokens

WORDS = 20  # in the first and in the last words
NEAR = 300  # characters that nearly always have more words, and take less time to read
SENTENCES = 3  # of each review
SHORTEST, LONGEST = 12, 400  # characters of a sentence
# Chinese, Japanese, Khmer and Burmese have no space between sentences.
SENTENCE_END = re.compile(r"(?<=[.!?؟۔।])\s+|(?<=[。！？។။])\s*|(?:<br\s*/?>\s*)+")  # noqa: RUF001 - not ASCII's


def sentences(review: str) -> list[str]:
    """Return up to three sentences of a review, chosen by their hashes: the same in every run."""
    found = {part.strip() for part in SENTENCE_END.split(review)}
    whole = [part for part in found if SHORTEST <= len(part) <= LONGEST and part != review]
    return sorted(whole, key=_hash)[:SENTENCES]


def _hash(text: str) -> bytes:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()


def first_words(review: str) -> list[str]:
    """Return the first 20 words of a longer review; nothing for a shorter one."""
    for part in (review[:NEAR], review):
        _, ends = _words(part)
        if len(ends) > WORDS:
            return [part[: ends[WORDS - 1]]]
    return []


def last_words(review: str) -> list[str]:
    """Return the last 20 words of a longer review; nothing for a shorter one."""
    for part in (review[-NEAR:], review):
        starts, _ = _words(part)
        if len(starts) > WORDS:
            return [part[starts[-WORDS] :]]
    return []


def _words(review: str) -> tuple[list[int], list[int]]:
    tokens, starts, ends = place_tokens(review)
    words = [place for place, token in enumerate(tokens) if token[0].isalnum()]
    return [starts[place] for place in words], [ends[place] for place in words]


KINDS: dict[str, Callable[[str], list[str]]] = {
    "first 20 words": first_words,
    "last 20 words": last_words,
    "single sentences": sentences,
}


def excerpts(dataset: Dataset, kind: str) -> Dataset:
    """Return the excerpts of one of `KINDS`, each with its review's label."""
    rows = [
        (part, label)
        for text, label in zip(dataset.texts, dataset.labels, strict=True)
        for part in KINDS[kind](text)
    ]
    return replace(dataset, texts=[text for text, _ in rows], labels=[label for _, label in rows])
