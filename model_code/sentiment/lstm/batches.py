"""Batches of reviews of similar length, which need little padding."""

from collections.abc import Iterator, Sequence

import torch

# Number of batches whose reviews are sorted by length together. A larger window means less padding
# but less random batches.
WINDOW = 20


def by_length(lengths: Sequence[int], batch_size: int) -> Iterator[list[int]]:
    """Yield batches of indexes, longest reviews first, for evaluation and serving."""
    order = sorted(range(len(lengths)), key=lengths.__getitem__, reverse=True)
    for start in range(0, len(order), batch_size):
        yield order[start : start + batch_size]


def shuffled(
    lengths: Sequence[int], batch_size: int, generator: torch.Generator
) -> Iterator[list[int]]:
    """Yield batches of indexes in random order, each of similar length, for training."""
    order = torch.randperm(len(lengths), generator=generator).tolist()
    batches: list[list[int]] = []
    for start in range(0, len(order), batch_size * WINDOW):
        window = order[start : start + batch_size * WINDOW]
        window.sort(key=lengths.__getitem__)
        batches += [window[i : i + batch_size] for i in range(0, len(window), batch_size)]
    for index in torch.randperm(len(batches), generator=generator).tolist():
        yield batches[index]
