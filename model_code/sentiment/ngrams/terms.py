"""N-grams as 64-bit numbers, which need no dictionary.

A token's number is its BLAKE2b hash (RFC 7693); an n-gram's number mixes those of its tokens. Both
depend only on the text, so they are the same in every process. The probability that any two of a
model's million n-grams share a number is below 1 in 10 million.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from sentiment.ngrams.emphasis import emphasis
from sentiment.tokens import tokenize

Terms = NDArray[np.uint64]
BLOCK = 1000  # reviews processed at a time, which limits memory
REMEMBERED_TOKENS = 1 << 17
# Odd constants with evenly distributed bits: fractions of the golden ratio and of sqrt(3)
GOLDEN = np.uint64(0x9E3779B97F4A7C15)
SQUARE = np.uint64(0xBB67AE8584CAA73B)


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


def token_numbers(tokens: Sequence[str]) -> Terms:
    """Return the numbers of tokens, shape (tokens,)."""
    return np.fromiter(map(token_number, tokens), np.uint64, len(tokens))


@dataclass(frozen=True)
class TermMatrix:
    """Sparse matrix, in compressed rows, of the n-grams in each review.

    Attributes:
        terms: sorted numbers of the n-grams, shape (terms,).
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
    """Find the n-grams of raw reviews, up to the given length."""
    # At least one block, which may have no reviews
    starts = range(0, max(1, len(reviews)), BLOCK)
    blocks = [distinct_terms(reviews[at : at + BLOCK], order) for at in starts]
    found, weights, counts = (np.concatenate(parts) for parts in zip(*blocks, strict=True))
    terms, columns = np.unique(found, return_inverse=True)
    return TermMatrix(terms, columns, weights, np.concatenate([[0], np.cumsum(counts)]))


def distinct_terms(
    reviews: Sequence[str], order: int
) -> tuple[Terms, NDArray[np.float32], NDArray[np.int64]]:
    """Return the distinct n-grams of each review, review by review.

    Returns:
        The n-grams, the mean emphasis of each over its occurrences in its review, and the number
        of n-grams of each review.
    """
    tokens = [tokenize(review) for review in reviews]
    lengths = np.array([len(row) for row in tokens], np.int64)
    numbers = token_numbers([token for row in tokens for token in row])
    owners = np.repeat(np.arange(len(reviews)), lengths)
    before = np.arange(len(owners)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    all_owners, all_terms, all_emphasis = [], [], []
    for length, terms in enumerate(ngram_numbers(numbers, order), start=1):
        # An n-gram must not span two reviews.
        whole = np.flatnonzero(owners[: len(terms)] == owners[length - 1 :])
        all_owners.append(owners[whole])
        all_terms.append(terms[whole])
        all_emphasis.append(emphasis(before[whole], length, lengths[owners[whole]]))
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
        np.bincount(owner[first], minlength=len(reviews)),
    )
