"""Terms of texts, found in blocks of texts."""

import mmap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from sentiment.ngrams.terms import Occurrences, Terms, Tokens

BLOCK = 1 << 18  # characters read at a time, which limits memory

Numbers = TypeVar("Numbers", np.uint64, np.float32)


@dataclass(frozen=True)
class Block:
    """Distinct terms of successive texts, text by text.

    Attributes:
        terms: numbers of the terms, sorted within a text, shape (terms,).
        emphasis: mean emphasis of each term over its occurrences in its text, same shape.
        counts: number of terms of each text, shape (texts,).
    """

    terms: Terms
    emphasis: NDArray[np.float32]
    counts: NDArray[np.int64]

    @classmethod
    def find(cls, texts: Sequence[str], order: int) -> "Block":
        """Find the terms of texts; `order` is the length of the longest n-grams."""
        found = Occurrences.find(Tokens.read(texts), order)
        terms, places = np.unique(found.terms, return_inverse=True)
        distinct = found.known(places, np.ones(len(places), np.bool_)).distinct(len(terms))
        return cls(
            _mapped(terms[distinct.terms]),
            _mapped(distinct.emphasis.astype(np.float32)),
            np.bincount(distinct.owners, minlength=len(texts)),
        )


def read_blocks(texts: Sequence[str], order: int) -> list[Block]:
    """Find the terms of texts, block by block."""
    lengths = np.array([len(text) for text in texts], np.int64)
    return [Block.find(texts[part], order) for part in spans(lengths, BLOCK)]


def spans(sizes: NDArray[np.int64], limit: int) -> Iterator[slice]:
    """Divide a sequence into parts whose sizes add up to about the limit."""
    starts = np.flatnonzero(np.diff(np.cumsum(sizes) // limit, prepend=-1))
    return (slice(start, end) for start, end in pairwise([*starts.tolist(), len(sizes)]))


def _mapped(array: NDArray[Numbers]) -> NDArray[Numbers]:
    """Return a copy whose memory the system gets back when it is freed.

    The C library keeps freed arrays of less than 32 MB for later ones.
    """
    private = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS
    memory = mmap.mmap(-1, max(1, array.nbytes), private)
    copy = np.frombuffer(memory, array.dtype, len(array))
    copy[:] = array
    return copy
