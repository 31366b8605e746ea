"""Regression: correct gradients, a model that learns, deterministic weights."""

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from scripts import ROOT
from sentiment.checkpoint import Checkpoint
from sentiment.classifier import Classifier, Fitted
from sentiment.datasets import Dataset
from sentiment.distributed import Ranks
from sentiment.errors import TrainingInputError
from sentiment.hyperparameters import Hyperparameters
from sentiment.ngrams import blocks, counting, regression, weighting
from sentiment.ngrams.blocks import read_blocks
from sentiment.ngrams.classifier import NgramReviews
from sentiment.ngrams.counting import count_terms
from sentiment.ngrams.emphasis import emphasis
from sentiment.ngrams.matrix import TermMatrix
from sentiment.ngrams.regression import Design, Objective, minimize
from sentiment.ngrams.terms import token_number
from sentiment.ngrams.training import FOLDS, fit
from sentiment.ngrams.weighting import Weighting
from tests.model_code.ngrams.conftest import PARAMETERS, reviews


def learn(data: Dataset, parameters: Hyperparameters) -> tuple[Weighting, TermMatrix]:
    """Weight the terms of the reviews."""
    # Each text is in both folds, so that either has the counts of all texts.
    texts, labels = [*data.texts, *data.texts], np.array([*data.labels, *data.labels], np.int16)
    groups = labels + 2 * np.repeat(np.arange(2, dtype=np.int16), len(data.texts))
    blocks = read_blocks(texts, parameters.max_order)
    found = count_terms(blocks, groups, 2, 2, parameters, Ranks())
    counts = found.without(0, 2, parameters.min_reviews)
    matrix = TermMatrix.of(read_blocks(data.texts, parameters.max_order), counts.terms)
    return Weighting(counts, parameters.smoothing), matrix


def objective() -> tuple[Objective, int]:
    data = reviews(50, 3)
    learned, matrix = learn(data, replace(PARAMETERS, max_order=2))
    labels = np.array(data.labels)
    design = learned.design(matrix, np.arange(len(labels)))
    signs = torch.from_numpy(np.where(labels == 1, 1, -1)).float()
    weights = torch.linspace(0.1, 1, len(labels))
    loss = Objective(
        design,
        signs,
        weights,
        prior=0.4,
        l2_penalty=0.5,
        total=float(weights.sum()),
        ranks=Ranks(),
    )
    return loss, len(learned.terms)


def test_the_gradient_matches_the_loss() -> None:
    loss_of, terms = objective()
    generator = torch.Generator().manual_seed(0)
    solution = torch.randn(terms + 1, generator=generator)
    _, gradient = loss_of(solution)
    direction = torch.randn(terms + 1, generator=generator)
    step = 1e-2
    difference = loss_of(solution + step * direction)[0] - loss_of(solution - step * direction)[0]
    assert float(difference / (2 * step)) == pytest.approx(float(gradient @ direction), rel=1e-3)


def test_the_curvatures_match_the_gradient() -> None:
    loss_of, terms = objective()
    solution = torch.randn(terms + 1, generator=torch.Generator().manual_seed(0))
    curvatures = loss_of.curvatures(solution)
    for place in (0, terms // 2, terms - 1, terms):
        step = torch.zeros_like(solution)
        step[place] = 1e-2
        change = loss_of(solution + step)[1] - loss_of(solution - step)[1]
        assert float(change[place] / 2e-2) == pytest.approx(float(curvatures[place]), rel=1e-2)


def test_thirty_iterations_find_the_minimum() -> None:
    # Curvatures of frequent and rare terms differ by a factor of 10,000.
    rows, terms = 200, 60
    random = np.random.default_rng(1)
    values = random.normal(size=(rows, terms)) * np.logspace(-2, 0, terms)
    signs = np.where(values.sum(axis=1) + random.normal(size=rows) > 0, 1, -1)
    design = Design.of(
        np.tile(np.arange(terms, dtype=np.int32), rows),
        values.astype(np.float32).ravel(),
        np.arange(rows + 1) * terms,
        terms=terms,
    )
    loss_of = Objective(
        design, torch.from_numpy(signs).float(), torch.ones(rows),
        prior=0.0, l2_penalty=1e-3, total=rows, ranks=Ranks(),
    )  # fmt: skip
    few, many = (
        minimize(loss_of, iterations=count, resumed=None, watch=lambda *_: None)
        for count in (30, 1000)
    )
    assert float(loss_of(few)[0]) == pytest.approx(float(loss_of(many)[0]), rel=1e-3)


def test_reviews_are_vectors_of_length_1() -> None:
    design = objective()[0].design
    dense = design.rows.to_dense()
    torch.testing.assert_close(dense.norm(dim=1), torch.ones(len(dense)))
    torch.testing.assert_close(design.columns.to_dense(), dense.t())


def test_ratios_match_the_paper() -> None:
    data = Dataset(["good film", "good", "bad film"], [1, 1, 0])
    found, _ = learn(data, Hyperparameters(min_reviews=1, max_order=1))
    # Smoothed counts: good 3 and 1, film 2 and 2, bad 1 and 2; sums 6 and 5
    expected = sorted(np.log(np.array([3 / 6, 2 / 6, 1 / 6]) / np.array([1 / 5, 2 / 5, 2 / 5])))
    assert sorted(found.ratios) == pytest.approx(expected, rel=1e-6)


def test_a_training_review_does_not_count_itself() -> None:
    data = Dataset(["good film", "good", "good bad", "bad film"], [1, 1, 1, 0])
    learned, matrix = learn(data, Hyperparameters(max_order=1))
    row = learned.design(matrix, np.arange(4), np.array(data.labels)).rows.to_dense()[0].tolist()
    found = dict(zip(learned.terms.tolist(), row, strict=True))
    # Without the first review "good" is in 2 positive reviews and "film" in none. The sums stay.
    sums = np.log((learned.counted.reviews + 1).sum(axis=1))
    good, film = (
        (np.log((positive + 1) / (negative + 1)) - sums[1] + sums[0]) * stress
        for (positive, negative), stress in zip(
            [(2, 0), (0, 1)], emphasis(np.array([0, 1]), 1, 2), strict=True
        )
    )
    length = np.hypot(good, film)
    assert found[token_number("good")] == pytest.approx(good / length, rel=1e-5)
    assert found[token_number("film")] == pytest.approx(film / length, rel=1e-5)


def test_it_learns_negation_from_pairs_of_words(fitted: Fitted) -> None:
    test = reviews(200, 9)
    assert (((fitted.model.score(test.texts).logits[:, 0] > 0) == test.labels).mean()) > 0.97
    not_good, not_bad = fitted.model.score(["it is not good", "it is not bad"]).logits
    assert not_good < 0 < not_bad


def test_the_curve_comes_from_unseen_reviews(fitted: Fitted) -> None:
    watched = [look for look in fitted.learning_curve if "validation_accuracy" in look]
    assert [look["step"] for look in watched] == [10, 20, 30] * FOLDS
    assert watched[0]["train_loss"] > watched[2]["train_loss"]


def test_each_review_is_held_out_from_one_model(fitted: Fitted) -> None:
    held_out = [text for _, fold in fitted.held_out for text in fold.texts]
    assert sorted(held_out) == sorted(reviews(400, 1).texts)
    for model, fold in fitted.held_out:
        others = [text for _, other in fitted.held_out if other is not fold for text in other.texts]
        assert_knows(model, others)


def assert_knows(model: Classifier, texts: Sequence[str]) -> None:
    """Check that a model has counted the terms of these texts only."""
    assert isinstance(model, NgramReviews)
    found = np.concatenate([np.unique(block.terms) for block in read_blocks(texts, model.order)])
    assert set(model.terms.tolist()) <= set(found.tolist())


def test_the_same_inputs_give_the_same_weights_bit_for_bit(fitted: Fitted, tmp_path: Path) -> None:
    again = fit(reviews(400, 1), PARAMETERS, Ranks(), Checkpoint(None, ""))
    assert saved(again.model, tmp_path) == saved(fitted.model, tmp_path)


def test_the_sizes_of_blocks_and_parts_change_no_bit(
    fitted: Fitted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks, "BLOCK", 500)
    monkeypatch.setattr(counting, "BITS", 1)
    monkeypatch.setattr(weighting, "BLOCK", 40)
    monkeypatch.setattr(regression, "BLOCK", 70)
    other = fit(reviews(400, 1), PARAMETERS, Ranks(), Checkpoint(None, ""))
    assert saved(other.model, tmp_path) == saved(fitted.model, tmp_path)
    for one, same in zip(other.held_out, fitted.held_out, strict=True):
        assert saved(one[0], tmp_path) == saved(same[0], tmp_path)


LEFT = """
import gc
from sentiment.checkpoint import Checkpoint
from sentiment.distributed import Ranks
from sentiment.ngrams.regression import Design
from sentiment.ngrams.training import fit
from tests.model_code.ngrams.conftest import PARAMETERS, reviews

gc.disable()
fit(reviews(80, 1), PARAMETERS, Ranks(), Checkpoint(None, ""))
print(sum(isinstance(one, Design) for one in gc.get_objects()))
"""


def test_no_matrix_of_a_regression_outlives_it() -> None:
    # In a new process, because only torch's first optimizer leaves a cycle of frames.
    done = subprocess.run(
        [sys.executable, "-c", LEFT],
        env={"PYTHONPATH": f"{ROOT}:{ROOT / 'model_code'}"},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.splitlines()[-1] == "0"


def test_the_model_has_at_most_max_terms() -> None:
    parameters = replace(PARAMETERS, max_terms=100)
    small = fit(reviews(400, 1), parameters, Ranks(), Checkpoint(None, ""))
    assert isinstance(small.model, NgramReviews)
    assert len(small.model.terms) == 100
    # One matrix holds the terms of all.
    for model, _ in small.held_out:
        assert isinstance(model, NgramReviews)
        assert set(model.terms.tolist()) <= set(small.model.terms.tolist())


def saved(model: Classifier, folder: Path) -> bytes:
    """Return the file of a model."""
    model.save(folder)
    return (folder / "ngrams.npz").read_bytes()


class ReclaimedError(Exception):
    """The host has failed."""


@pytest.mark.parametrize("survived", [1, 3, 4, 6, 12, 14])
def test_a_resumed_run_ends_like_an_uninterrupted_one(
    fitted: Fitted, tmp_path: Path, survived: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    save, saved = Checkpoint.save, []

    def save_and_fail(self: Checkpoint, state: dict[str, Any]) -> None:
        save(self, state)
        saved.append(state)
        if len(saved) == survived:
            raise ReclaimedError

    checkpoint = Checkpoint(tmp_path, "this")
    data = reviews(400, 1)
    monkeypatch.setattr(Checkpoint, "save", save_and_fail)
    with pytest.raises(ReclaimedError):
        fit(data, PARAMETERS, Ranks(), checkpoint)
    monkeypatch.setattr(Checkpoint, "save", save)
    resumed = fit(data, PARAMETERS, Ranks(), checkpoint)
    assert resumed.learning_curve == fitted.learning_curve
    models = [model for model, _ in resumed.held_out]
    same = [model for model, _ in fitted.held_out]
    for one, other in zip((*models, resumed.model), (*same, fitted.model), strict=True):
        np.testing.assert_array_equal(one.score(data.texts).logits, other.score(data.texts).logits)


def test_reviews_without_common_n_grams_are_refused() -> None:
    lonely = Dataset(["one", "two"], [0, 1])
    with pytest.raises(TrainingInputError, match="min_reviews=2"):
        fit(lonely, PARAMETERS, Ranks(), Checkpoint(None, ""))
