"""Sparse matrix of the known terms in each text."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sentiment.ngrams.blocks import Block
from sentiment.ngrams.index import Index
from sentiment.ngrams.terms import Terms


@dataclass(frozen=True)
class TermMatrix:
    """Sparse matrix, in compressed rows, of the known terms in each text.

    Attributes:
        terms: sorted numbers of the terms, shape (terms,).
        columns: indexes into `terms`, text by text, rising within a text.
        emphasis: mean emphasis of each of `columns` over its occurrences, same shape.
        starts: start of each text's columns, and the end of the last, shape (texts + 1,).
    """

    terms: Terms
    columns: NDArray[np.int32]
    emphasis: NDArray[np.float32]
    starts: NDArray[np.int64]

    @classmethod
    def of(cls, blocks: list[Block], terms: Terms) -> "TermMatrix":
        """Take the given terms out of blocks, each of which is removed from the list."""
        index = Index(terms)
        # Memory is used only up to the last number that is written.
        room = sum(len(block.terms) for block in blocks)
        columns, emphasis = np.empty(room, np.int32), np.empty(room, np.float32)
        counts, end = [np.zeros(1, np.int64)], 0
        blocks.reverse()
        while blocks:
            block = blocks.pop()
            found, known = index.find(block.terms)
            start, end = end, end + len(found)
            columns[start:end], emphasis[start:end] = found, block.emphasis[known]
            owners = np.repeat(np.arange(len(block.counts)), block.counts)
            counts.append(np.bincount(owners[known], minlength=len(block.counts)))
        return cls(terms, columns[:end], emphasis[:end], np.cumsum(np.concatenate(counts)))

    @property
    def rows(self) -> NDArray[np.int64]:
        """Index of the text that each of `columns` belongs to."""
        return np.repeat(np.arange(len(self.starts) - 1), np.diff(self.starts))

    def take(self, texts: NDArray[np.int64]) -> "TermMatrix":
        """Return the matrix of the given texts over the same terms."""
        counts = np.diff(self.starts)[texts]
        starts = np.concatenate([[0], np.cumsum(counts)])
        places = np.arange(starts[-1]) + np.repeat(self.starts[texts] - starts[:-1], counts)
        return TermMatrix(self.terms, self.columns[places], self.emphasis[places], starts)
