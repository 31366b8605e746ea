"""N-grams and gapped pairs as 64-bit numbers, which need no dictionary.

A token's number is its BLAKE2b hash (RFC 7693), mixed once more in the scope of a negation; a
term's number mixes those of its tokens. They depend only on the text, so they are the same in every
process. The probability that any two of a
model's two million terms share a number is below 1 in 5 million.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from sentiment.negation import negated
from sentiment.ngrams.emphasis import emphasis
from sentiment.tokens import tokenize

Terms = NDArray[np.uint64]
BLOCK = 1000  # reviews processed at a time, which limits memory
REMEMBERED_TOKENS = 1 << 17
# Odd constants with evenly distributed bits: fractions of the golden ratio and of sqrt(3)
GOLDEN = np.uint64(0x9E3779B97F4A7C15)
SQUARE = np.uint64(0xBB67AE8584CAA73B)
NEGATED = np.uint64(0xD1B54A32D192ED03)
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


def _mix(first: Terms, second: Terms) -> Terms:
    mixed = first * SQUARE + second
    mixed = (mixed ^ (mixed >> np.uint64(31))) * GOLDEN
    return mixed ^ (mixed >> np.uint64(30))


def token_numbers(tokens: Sequence[str]) -> Terms:
    """Return the numbers of one review's tokens, shape (tokens,)."""
    numbers = np.fromiter(map(token_number, tokens), np.uint64, len(tokens))
    return np.where(negated(tokens), _mix(np.full_like(numbers, NEGATED), numbers), numbers)


@dataclass(frozen=True)
class Kind:
    """All terms of one kind in a token sequence: the n-grams of one length, or the gapped pairs.

    Attributes:
        numbers: number of the term that starts at each token.
        places: distance of each of a term's tokens from its first.
        scale: emphasis on the kind.
    """

    numbers: Terms
    places: tuple[int, ...]
    scale: float = 1.0

    @property
    def span(self) -> int:
        """Number of tokens from a term's first to its last."""
        return self.places[-1] + 1


def kinds(tokens: Terms, order: int) -> list[Kind]:
    """Return the n-grams up to a length, and from length 2 on the gapped pairs.

    Args:
        tokens: the tokens' numbers, shape (tokens,).
        order: length of the longest n-grams.
    """
    found = [
        Kind(numbers, tuple(range(length)))
        for length, numbers in enumerate(ngram_numbers(tokens, order), start=1)
    ]
    return [*found, Kind(gapped_pairs(tokens), (0, 2), GAPPED)] if order > 1 else found


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
    def read(cls, reviews: Sequence[str]) -> "Tokens":
        """Read raw reviews."""
        rows = [tokenize(review) for review in reviews]
        return cls(
            np.concatenate([token_numbers(row) for row in rows] or [np.empty(0, np.uint64)]),
            np.array([token[0].isalnum() for row in rows for token in row], np.bool_),
            np.array([len(row) for row in rows], np.int64),
        )

    @property
    def owners(self) -> NDArray[np.int64]:
        """Index of the review that each token belongs to."""
        return np.repeat(np.arange(len(self.lengths)), self.lengths)


@dataclass(frozen=True)
class TermMatrix:
    """Sparse matrix, in compressed rows, of the terms in each review.

    Attributes:
        terms: sorted numbers of the terms, shape (terms,).
        columns: indexes into `terms`, review by review, each at most once per review.
        emphasis: mean emphasis of each of `columns` over its occurrences, same shape.
        starts: start of each review's columns, and the end of the last, shape (reviews + 1,).
    """

    terms: Terms
    columns: NDArray[np.int64]
    emphasis: NDArray[np.float32]
    starts: NDArray[np.int64]

    @property
    def rows(self) -> NDArray[np.int64]:
        """Index of the review that each of `columns` belongs to."""
        return np.repeat(np.arange(len(self.starts) - 1), np.diff(self.starts))

    def take(self, reviews: NDArray[np.int64]) -> "TermMatrix":
        """Return the matrix of the given reviews over the same terms."""
        counts = np.diff(self.starts)[reviews]
        starts = np.concatenate([[0], np.cumsum(counts)])
        places = np.arange(starts[-1]) + np.repeat(self.starts[reviews] - starts[:-1], counts)
        return TermMatrix(self.terms, self.columns[places], self.emphasis[places], starts)


def term_matrix(reviews: Sequence[str], order: int) -> TermMatrix:
    """Find the terms of raw reviews; `order` is the length of the longest n-grams."""
    # At least one block, which may have no reviews
    starts = range(0, max(1, len(reviews)), BLOCK)
    blocks = [distinct_terms(Tokens.read(reviews[at : at + BLOCK]), order) for at in starts]
    found, weights, counts = (np.concatenate(parts) for parts in zip(*blocks, strict=True))
    terms, columns = np.unique(found, return_inverse=True)
    return TermMatrix(terms, columns, weights, np.concatenate([[0], np.cumsum(counts)]))


def distinct_terms(
    tokens: Tokens, order: int
) -> tuple[Terms, NDArray[np.float32], NDArray[np.int64]]:
    """Return the distinct terms of each review, review by review.

    Returns:
        The terms, the mean emphasis of each over its occurrences in its review, and the number of
        terms of each review.
    """
    owners, lengths = tokens.owners, tokens.lengths
    before = np.arange(len(owners)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    all_owners, all_terms, all_emphasis = [], [], []
    for kind in kinds(tokens.numbers, order):
        # A term must not span two reviews.
        whole = np.flatnonzero(owners[: len(kind.numbers)] == owners[kind.span - 1 :])
        stress = emphasis(before[whole], kind.span, lengths[owners[whole]])
        all_owners.append(owners[whole])
        all_terms.append(kind.numbers[whole])
        all_emphasis.append(stress * kind.scale)
    owner, term = np.concatenate(all_owners), np.concatenate(all_terms)
    by_review = np.lexsort((term, owner))
    owner, term = owner[by_review], term[by_review]
    first = np.ones(len(term), bool)
    first[1:] = (term[1:] != term[:-1]) | (owner[1:] != owner[:-1])
    places = np.flatnonzero(first)
    times = np.diff(places, append=len(term))
    weights = np.concatenate(all_emphasis)[by_review]
    means = np.add.reduceat(weights, places) / times if len(term) else weights
    return (
        term[first],
        means.astype(np.float32),
        np.bincount(owner[first], minlength=len(lengths)),
    )
