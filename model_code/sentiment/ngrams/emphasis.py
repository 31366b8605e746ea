"""How much an n-gram counts where it stands: reviewers sum up in the end, some at the start."""

import numpy as np
from numpy.typing import NDArray

# Chosen by cross-validation on the training half, in folds without a shared film.
FALL, FALL_TOKENS = 0.2, 5.0  # the exponent of the fall towards the start, and where it sets in
OPENING, OPENING_TOKENS = 0.3, 4.0  # what the first token has more, and how far that reaches


def emphasis(
    starts: NDArray[np.int64],
    order: NDArray[np.int64] | int,
    tokens: NDArray[np.int64] | int,
) -> NDArray[np.float64]:
    """Return the emphasis on n-grams, above 0, same shape as `starts`.

    Args:
        starts: how many tokens of its review stand before each n-gram.
        order: tokens in each n-gram.
        tokens: tokens in the review of each.
    """
    before = starts + (order - 1) / 2  # its middle
    after = tokens - 1 - before
    closing = (1 + after / FALL_TOKENS) ** -FALL
    found: NDArray[np.float64] = closing + OPENING * np.exp(-before / OPENING_TOKENS)
    return found
