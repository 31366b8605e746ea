"""N-grams and gapped pairs as 64-bit numbers, which need no dictionary.

A token's number is its BLAKE2b hash (RFC 7693), mixed once more in the scope of a negation; a
term's number mixes those of its tokens. They depend only on the text, so they are the same in every
process. The probability that any two of a model's two million terms share a number is below 1 in 5
million.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from hashlib import blake2b
from itertools import chain, pairwise
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


def token_number(token: str) -> int:
    """Return the number of a token, 0 to 2**64 - 1."""
    return int.from_bytes(blake2b(token.encode("utf-8", "surrogatepass"), digest_size=8).digest())


@lru_cache(maxsize=REMEMBERED_TOKENS)
def _read(token: str) -> tuple[int, int]:
    """Return the number and the role of a token."""
    return token_number(token), role(token)


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
        read = list(map(_read, chain.from_iterable(reviews)))
        # `zip(*read)` would make as many iterators as there are tokens.
        roles = [kind for _, kind in read]
        numbers = np.fromiter((number for number, _ in read), np.uint64, len(read))
        lengths = np.array([len(review) for review in reviews], np.int64)
        ends = np.cumsum(lengths)
        parts = (negated(roles[start:end], start) for start, end in pairwise([0, *ends.tolist()]))
        scope = np.fromiter(chain.from_iterable(parts), np.int64)
        # An array, because NumPy warns when the product of two single numbers overflows
        numbers[scope] = _mix(np.full(1, NEGATED), numbers[scope])
        words = np.fromiter(roles, np.int8, len(roles)) != PUNCTUATION
        return cls(numbers, words, lengths)

    @cached_property
    def starts(self) -> NDArray[np.int64]:
        """Index of each review's first token, shape (reviews,)."""
        return np.cumsum(self.lengths) - self.lengths

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


@cache
def kinds(order: int) -> tuple[Kind, ...]:
    """Return the n-grams up to a length, and from length 2 on the gapped pairs."""
    ngrams = tuple(Kind(tuple(range(length))) for length in range(1, order + 1))
    return (*ngrams, Kind((0, 2), GAPPED)) if order > 1 else ngrams


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
        tokens: tokens of the reviews.
        order: length of the longest n-grams.
        terms: number of the term, or its index in a list of terms.
        first: index of the first token among those of all reviews.
        kinds: index in `kinds`.
    """

    tokens: Tokens
    order: int
    terms: NDArray[Any]
    first: NDArray[np.int64]
    kinds: NDArray[np.int8]

    @classmethod
    def find(cls, tokens: Tokens, order: int) -> Self:
        """Find all terms; `order` is the length of the longest n-grams."""
        numbers = ngram_numbers(tokens.numbers, order)
        if order > 1:
            numbers.append(gapped_pairs(tokens.numbers))
        owners, terms, places = tokens.owners, [], []
        for kind, found in zip(kinds(order), numbers, strict=True):
            # A term must not span two reviews.
            inside = owners[: len(found)] == owners[kind.span - 1 :]
            terms.append(found[inside])
            places.append(np.flatnonzero(inside))
        which = np.repeat(np.arange(len(numbers), dtype=np.int8), [len(at) for at in places])
        return cls(tokens, order, np.concatenate(terms), np.concatenate(places), which)

    @cached_property
    def owners(self) -> NDArray[np.int64]:
        """Index of the review."""
        return self.tokens.owners.take(self.first)

    @cached_property
    def emphasis(self) -> NDArray[np.float32]:
        """Emphasis on the place.

        In single precision, because 64 bits hold the sums of such numbers exactly: the order of the
        occurrences changes no bit.
        """
        spans = np.array([kind.span for kind in kinds(self.order)]).take(self.kinds)
        scales = np.array([kind.scale for kind in kinds(self.order)]).take(self.kinds)
        before = self.first - self.tokens.starts.take(self.owners)
        stress = emphasis(before, spans, self.tokens.lengths.take(self.owners)) * scales
        single: NDArray[np.float32] = stress.astype(np.float32)
        return single

    def known(self, terms: NDArray[np.int64], which: NDArray[np.bool_]) -> Self:
        """Return the chosen occurrences with the indexes of their terms."""
        cls = type(self)
        return cls(self.tokens, self.order, terms, self.first[which], self.kinds[which])

    def distinct(self, size: int) -> Distinct:
        """Merge the occurrences of a term in a review; `size` is the number of terms."""
        keys = self.owners * size + self.terms
        # `np.unique` returns the same, but takes half as long again for one review.
        order = keys.argsort()
        keys = keys.take(order)
        is_first = np.ones(len(keys), np.bool_)
        np.not_equal(keys[1:], keys[:-1], out=is_first[1:])
        which = np.empty(len(keys), np.int64)
        which[order] = np.cumsum(is_first) - 1
        owners, terms = np.divmod(keys[is_first], max(1, size))
        counts = np.bincount(which)
        totals = np.bincount(which, self.emphasis).astype(np.float64)
        return Distinct(owners, terms, totals / counts, totals, which)
