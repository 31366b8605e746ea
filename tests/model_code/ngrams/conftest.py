"""Fixtures: reviews that are easy to classify, and a model trained on them."""

import random
from collections.abc import Sequence

import numpy as np
import pytest

from sentiment.checkpoint import Checkpoint
from sentiment.classifier import Fitted
from sentiment.datasets import Dataset
from sentiment.distributed import Ranks
from sentiment.hyperparameters import Hyperparameters
from sentiment.ngrams.blocks import read_blocks
from sentiment.ngrams.matrix import TermMatrix
from sentiment.ngrams.training import fit

GOOD, BAD = ["great", "moving", "not bad", "a joy"], ["dull", "not good", "awful", "a mess"]
NEUTRAL = ["the film", "an actor", "two hours", "of it", "a story", "the end"]


def reviews(count: int, seed: int) -> Dataset:
    """Return reviews of one or two judgments among neutral phrases."""
    chance = random.Random(seed)  # noqa: S311 - not a secret
    texts, labels = [], []
    for number in range(count):
        phrases = chance.choices(NEUTRAL, k=8) + chance.choices((BAD, GOOD)[number % 2], k=2)
        chance.shuffle(phrases)
        texts.append(" ".join(phrases))
        labels.append(number % 2)
    return Dataset(texts, labels)


def term_matrix(texts: Sequence[str], order: int) -> TermMatrix:
    """Return the matrix of all terms of the texts."""
    blocks = read_blocks(texts, order)
    terms = [block.terms for block in blocks]
    return TermMatrix.of(blocks, np.unique(np.concatenate([np.empty(0, np.uint64), *terms])))


PARAMETERS = Hyperparameters(iterations=30)


@pytest.fixture(scope="session")
def fitted() -> Fitted:
    """Return a model trained on 400 reviews."""
    return fit(reviews(400, 1), PARAMETERS, Ranks(), Checkpoint(None, ""))
