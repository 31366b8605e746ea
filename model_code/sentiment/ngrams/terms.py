"""N-grams and gapped pairs as 64-bit numbers, which need no dictionary.

A token's number is its BLAKE2b hash (RFC 7693), mixed once more in the scope of a negation; a
term's number mixes those of its tokens. They depend only on the text, so they are the same in every
process. The probability that any two of a model's two million terms share a number is below 1 in 5
million.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import blake2b
from itertools import chain
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from sentiment.negation import PUNCTUATION, REMEMBERED_TOKENS, negated, role
from sentiment.ngrams.emphasis import emphasis
from sentiment.tokens import tokenize

Terms = NDArray[np.uint64]
# Odd constants with evenly distributed bits: fractions of the golden ratio and of sqrt(3)
GOLDEN = np.uint64(0x9E3779B97F4A7C15)
SQUARE = np.uint64(0xBB67AE8584CAA73B)
NEGATED = np.uint64(0xD1B54A32D192ED03)
TINY = 1e-12  # avoids division by 0 for a text without known terms
GAPPED = 0.7  # emphasis on a gapped pair, relative to an n-gram's


@lru_cache(maxsize=REMEMBERED_TOKENS)
def token_number(token: str) -> int:
    """Return the number of a token, 0 to 2**64 - 1."""
    return int.from_bytes(blake2b(token.encode("utf-8", "surrogatepass"), digest_size=8).digest())


def ngram_numbers(tokens: Terms, order: int) -> list[Terms]:
    """Return the numbers of all n-grams of a token sequence.

    Args:
        tokens: the tokens' numbers, shape (tokens,).
        order: length of the longest n-grams.

    Returns:
        One array per length n; its element i is the n-gram of tokens i to i + n - 1. Its shape is
        (tokens - n + 1,), or (0,) when the sequence is shorter than n.
    """
    numbers = [tokens]
    for length in range(2, order + 1):
        mixed = numbers[-1][:-1] * GOLDEN + tokens[length - 1 :]
        mixed = (mixed ^ (mixed >> np.uint64(32))) * SQUARE
        numbers.append(mixed ^ (mixed >> np.uint64(29)))
    return numbers


def gapped_pairs(tokens: Terms) -> Terms:
    """Return the numbers of all pairs of tokens with one token between them."""
    return _mix(tokens[:-2], tokens[2:])


def _mix(first: Terms | np.uint64, second: Terms) -> Terms:
    mixed = first * SQUARE + second
    mixed = (mixed ^ (mixed >> np.uint64(31))) * GOLDEN
    return mixed ^ (mixed >> np.uint64(30))


def vector_lengths(
    owners: NDArray[np.int64], values: NDArray[np.float32] | NDArray[np.float64], texts: int
) -> NDArray[np.float64]:
    """Return the length of each text's vector, above 0 even without a value, shape (texts,).

    Args:
        owners: index of the text of each value.
        values: the vectors' values, same shape.
        texts: number of texts.
    """
    return np.sqrt(np.maximum(np.bincount(owners, np.square(values), texts), TINY))


@dataclass(frozen=True)
class Tokens:
    """Tokens of several reviews, review by review.

    Attributes:
        numbers: number of each token, shape (tokens,).
        words: False for punctuation, shape (tokens,).
        lengths: number of tokens of each review, shape (reviews,).
    """

    numbers: Terms
    words: NDArray[np.bool_]
    lengths: NDArray[np.int64]

    @classmethod
    def read(cls, reviews: Sequence[str]) -> Self:
        """Read raw reviews."""
        return cls.of([tokenize(review) for review in reviews])

    @classmethod
    def of(cls, reviews: Sequence[Sequence[str]]) -> Self:
        """Number the tokens of reviews."""
        lengths = np.array([len(review) for review in reviews], np.int64)
        tokens = list(chain.from_iterable(reviews))
        roles = np.fromiter(map(role, tokens), np.int8, len(tokens))
        numbers = np.fromiter(map(token_number, tokens), np.uint64, len(tokens))
        # Arrays, because NumPy warns when numbers of a single one overflow
        scope = np.flatnonzero(negated(roles, np.cumsum(lengths) - lengths))
        numbers[scope] = _mix(np.full(len(scope), NEGATED), numbers[scope])
        return cls(numbers, roles != PUNCTUATION, lengths)

    @cached_property
    def owners(self) -> NDArray[np.int64]:
        """Index of the review that each token belongs to."""
        return np.repeat(np.arange(len(self.lengths)), self.lengths)


@dataclass(frozen=True)
class Kind:
    """The n-grams of one length, or the gapped pairs.

    Attributes:
        places: distance of each of a term's tokens from its first.
        scale: emphasis on the kind.
    """

    places: tuple[int, ...]
    scale: float = 1.0

    @property
    def span(self) -> int:
        """Number of tokens from a term's first to its last."""
        return self.places[-1] + 1


def kinds(order: int) -> list[Kind]:
    """Return the n-grams up to a length, and from length 2 on the gapped pairs."""
    ngrams = [Kind(tuple(range(length))) for length in range(1, order + 1)]
    return [*ngrams, Kind((0, 2), GAPPED)] if order > 1 else ngrams


@dataclass(frozen=True)
class Distinct:
    """Distinct terms of several reviews, sorted by review and term.

    Attributes:
        owners: index of the review, shape (distinct,).
        terms: index of the term, shape (distinct,).
        emphasis: mean emphasis over the term's occurrences in the review, shape (distinct,).
        totals: sum of this emphasis, shape (distinct,).
        which: index of each occurrence's distinct term, shape (occurrences,).
    """

    owners: NDArray[np.int64]
    terms: NDArray[np.int64]
    emphasis: NDArray[np.float64]
    totals: NDArray[np.float64]
    which: NDArray[np.int64]


@dataclass(frozen=True)
class Occurrences:
    """Occurrences of terms in several reviews, each array of shape (occurrences,).

    Attributes:
        terms: number of the term, or its index in a list of terms.
        owners: index of the review.
        first: index of the first token among those of all reviews.
        kinds: index in `kinds`.
        emphasis: emphasis on the place. In single precision, because 64 bits hold the sums of such
            numbers exactly: the order of the occurrences changes no bit.
    """

    terms: NDArray[Any]
    owners: NDArray[np.int64]
    first: NDArray[np.int64]
    kinds: NDArray[np.int8]
    emphasis: NDArray[np.float32]

    @classmethod
    def find(cls, tokens: Tokens, order: int) -> Self:
        """Find all terms; `order` is the length of the longest n-grams."""
        owners, lengths = tokens.owners, tokens.lengths
        before = np.arange(len(owners)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        numbers = ngram_numbers(tokens.numbers, order)
        if order > 1:
            numbers.append(gapped_pairs(tokens.numbers))
        all_first, all_emphasis = [], []
        for kind, found in zip(kinds(order), numbers, strict=True):
            # A term must not span two reviews.
            first = np.flatnonzero(owners[: len(found)] == owners[kind.span - 1 :])
            stress = emphasis(before[first], kind.span, lengths[owners[first]]) * kind.scale
            all_first.append(first)
            all_emphasis.append(stress.astype(np.float32))
        places = np.concatenate(all_first)
        return cls(
            np.concatenate([found[at] for found, at in zip(numbers, all_first, strict=True)]),
            owners[places],
            places,
            np.repeat(np.arange(len(numbers), dtype=np.int8), [len(at) for at in all_first]),
            np.concatenate(all_emphasis),
        )

    def known(self, terms: NDArray[np.int64], which: NDArray[np.bool_]) -> Self:
        """Return the chosen occurrences with the indexes of their terms."""
        return type(self)(
            terms, self.owners[which], self.first[which], self.kinds[which], self.emphasis[which]
        )

    def distinct(self, size: int) -> Distinct:
        """Merge the occurrences of a term in a review; `size` is the number of terms."""
        keys, which, counts = np.unique(
            self.owners * size + self.terms, return_inverse=True, return_counts=True
        )
        owners, terms = np.divmod(keys, max(1, size))
        totals = np.bincount(which, self.emphasis, len(keys)).astype(np.float64)
        return Distinct(owners, terms, totals / counts, totals, which)
