"""Batches of reviews of like length, so that little padding is carried along."""

from collections.abc import Iterator, Sequence

import torch

# How many batches' worth of reviews are sorted by length together: more means less padding and less
# chance in what meets what.
WINDOW = 20


def by_length(lengths: Sequence[int], batch_size: int) -> Iterator[list[int]]:
    """Yield indexes in batches, longest reviews first, for evaluation and serving."""
    order = sorted(range(len(lengths)), key=lengths.__getitem__, reverse=True)
    for start in range(0, len(order), batch_size):
        yield order[start : start + batch_size]


def shuffled(
    lengths: Sequence[int], batch_size: int, generator: torch.Generator
) -> Iterator[list[int]]:
    """Yield indexes in batches in random order, each of like length, for training."""
    order = torch.randperm(len(lengths), generator=generator).tolist()
    batches: list[list[int]] = []
    for start in range(0, len(order), batch_size * WINDOW):
        window = order[start : start + batch_size * WINDOW]
        window.sort(key=lengths.__getitem__)
        batches += [window[i : i + batch_size] for i in range(0, len(window), batch_size)]
    for index in torch.randperm(len(batches), generator=generator).tolist():
        yield batches[index]
