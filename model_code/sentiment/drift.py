"""Quarters of the test reviews, among which the reviews of callers are counted.

A review belongs to a quarter by how certain its verdict is, and to another by its share of unknown
words. Reviews like the test reviews are spread evenly over both; that is all the baseline says.
"""

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from sentiment.artifact import Artifact, Judgements
from sentiment.request import MAX_REVIEWS

QUARTERS = 4
SAMPLED = 2000  # test reviews; their quarters are exact to about 1 %
# Test reviews that make a baseline. The quarters of fewer are so inexact that reviews like them
# raise the alarm: with 60, those of one model in 30.
LEAST = 200
Baseline = Mapping[str, Sequence[float]]  # name of a property to the borders of its quarters


def read_baseline(trained: Artifact, texts: Sequence[str]) -> dict[str, list[float]]:
    """Return the borders of the quarters, or nothing if there are too few test reviews.

    Args:
        trained: the model.
        texts: the test reviews, of which a sample is judged.
    """
    if len(texts) < LEAST:
        return {}
    sample = texts[:: max(1, len(texts) // SAMPLED)]
    parts = [sample[start : start + MAX_REVIEWS] for start in range(0, len(sample), MAX_REVIEWS)]
    found = [_properties(trained.judge(part), part) for part in parts]
    shares = np.arange(1, QUARTERS) / QUARTERS
    return {
        name: np.quantile(np.concatenate([part[name] for part in found]), shares).tolist()
        for name in found[0]
    }


def quarters(baseline: Baseline, judged: Judgements, texts: Sequence[str]) -> list[dict[str, int]]:
    """Return the quarters of each review, from 1 to 4.

    Args:
        baseline: the borders; empty for a model with few test reviews, or of an earlier version of
            the training.
        judged: judgements on the reviews.
        texts: the reviews.
    """
    found: list[dict[str, int]] = [{} for _ in texts]
    for name, values in _properties(judged, texts).items():
        if name in baseline:
            for quarter, place in zip(found, np.searchsorted(baseline[name], values), strict=True):
                quarter[name] = int(place) + 1
    return found


def _properties(judged: Judgements, texts: Sequence[str]) -> dict[str, NDArray[np.float64]]:
    """Return the properties of reviews, with values that hardly any two reviews share.

    Many reviews have no unknown word, and would all be in one quarter. So a part of a word, which
    depends on the text, is added.
    """
    part = np.array([_part(text) for text in texts])
    certainty = judged.probabilities.max(axis=1)
    unknown = (judged.words - judged.known_words + part) / (judged.words + 1)
    return {"certainty": certainty, "unknown_words": unknown}


def _part(text: str) -> float:
    """Return a number from 0 to 1 that depends on the text alone, evenly distributed."""
    digest = hashlib.sha256(text.encode("utf-8", "replace")).digest()
    return int.from_bytes(digest[:4], "big") / 2**32
