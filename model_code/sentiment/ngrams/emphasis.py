"""Emphasis on an n-gram by its position: reviewers sum up at the end, some at the start."""

import numpy as np
from numpy.typing import NDArray

# Chosen by cross-validation on the training half, in folds without a shared film.
FALL, FALL_TOKENS = 0.3, 10.0  # exponent and scale of the decrease from end to start
OPENING, OPENING_TOKENS = 0.5, 4.0  # additional emphasis at the start, and its scale


def emphasis(
    starts: NDArray[np.int64],
    order: NDArray[np.int64] | int,
    tokens: NDArray[np.int64] | int,
) -> NDArray[np.float64]:
    """Return the emphasis on n-grams, above 0, same shape as `starts`.

    Args:
        starts: number of tokens before each n-gram in its review.
        order: number of tokens in each n-gram.
        tokens: number of tokens in the review of each n-gram.
    """
    before = starts + (order - 1) / 2  # the middle of the n-gram
    after = tokens - 1 - before
    closing = (1 + after / FALL_TOKENS) ** -FALL
    found: NDArray[np.float64] = closing + OPENING * np.exp(-before / OPENING_TOKENS)
    return found
