"""Quarters of the test reviews."""

from collections import Counter

import numpy as np
import pytest
from numpy.typing import NDArray

from sentiment.artifact import Judgements
from sentiment.drift import quarters, read_baseline

TEXTS = [f"review {number}" for number in range(3000)]


class Model:
    """A model that knows all but a few words, whose certainty depends on the text."""

    def __init__(self, labels: int = 2, unknown: int = 0) -> None:
        """Answer with the probability of each label."""
        self.labels, self.unknown, self.judged = labels, unknown, 0

    def judge(self, texts: list[str]) -> Judgements:
        """Judge texts."""
        assert len(texts) <= 512
        self.judged += len(texts)
        first = np.array([0.5 + int(text.split()[1]) / 6000 for text in texts])
        words = np.full(len(texts), 20)
        return Judgements(self._shares(first), words, words - self.unknown, [])

    def _shares(self, first: NDArray[np.float64]) -> NDArray[np.float64]:
        others = self.labels - 1
        return np.stack([first, *[(1 - first) / others] * others], axis=1)


@pytest.mark.parametrize("labels", [2, 4])
def test_reviews_like_the_test_reviews_are_spread_evenly(labels: int) -> None:
    model = Model(labels)
    baseline = read_baseline(model, TEXTS)  # type: ignore[arg-type]
    assert model.judged == len(TEXTS)
    found = quarters(baseline, model.judge(TEXTS[:512]), TEXTS[:512])
    assert found[0]["certainty"] == 1
    for start in (0, 512):
        part = TEXTS[start::6]
        counts = Counter(
            one["unknown_words"] for one in quarters(baseline, model.judge(part), part)
        )
        assert counts.keys() == {1, 2, 3, 4}
        assert min(counts.values()) > 0.2 * len(part)
    part = TEXTS[::6]
    counts = Counter(one["certainty"] for one in quarters(baseline, model.judge(part), part))
    assert all(abs(count - len(part) / 4) <= 1 for count in counts.values())


def test_unknown_words_move_all_reviews_to_the_last_quarter() -> None:
    baseline = read_baseline(Model(), TEXTS)  # type: ignore[arg-type]
    found = quarters(baseline, Model(unknown=2).judge(TEXTS[:100]), TEXTS[:100])
    assert {one["unknown_words"] for one in found} == {4}


def test_a_model_without_a_baseline_has_no_quarters() -> None:
    assert quarters({}, Model().judge(TEXTS[:2]), TEXTS[:2]) == [{}, {}]


@pytest.mark.parametrize(("tested", "has_baseline"), [(199, False), (200, True)])
def test_few_test_reviews_make_no_baseline(tested: int, *, has_baseline: bool) -> None:
    assert bool(read_baseline(Model(), TEXTS[:tested])) == has_baseline  # type: ignore[arg-type]


def test_only_a_sample_is_judged() -> None:
    model = Model()
    read_baseline(model, [f"review {number % 3000}" for number in range(25_000)])  # type: ignore[arg-type]
    assert model.judged < 2200
