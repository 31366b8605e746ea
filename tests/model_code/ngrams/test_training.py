"""Regression: correct gradients, a model that learns, deterministic weights."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from sentiment.checkpoint import Checkpoint
from sentiment.classifier import Fitted
from sentiment.datasets import Dataset
from sentiment.distributed import Ranks
from sentiment.errors import TrainingInputError
from sentiment.hyperparameters import Hyperparameters
from sentiment.ngrams.emphasis import emphasis
from sentiment.ngrams.matrix import term_matrix
from sentiment.ngrams.regression import Objective
from sentiment.ngrams.terms import token_number
from sentiment.ngrams.training import fit
from sentiment.ngrams.weighting import Weighting
from tests.model_code.ngrams.conftest import PARAMETERS, reviews


def objective() -> tuple[Objective, int]:
    data = reviews(50, 3)
    matrix, labels = term_matrix(data.texts, 2), np.array(data.labels)
    weighting = Weighting.learn(matrix, labels, PARAMETERS, Ranks())
    design = weighting.design(matrix)
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
    return loss, len(weighting.terms)


def test_the_gradient_matches_the_loss() -> None:
    loss_of, terms = objective()
    generator = torch.Generator().manual_seed(0)
    solution = torch.randn(terms + 1, generator=generator)
    _, gradient = loss_of(solution)
    direction = torch.randn(terms + 1, generator=generator)
    step = 1e-2
    difference = loss_of(solution + step * direction)[0] - loss_of(solution - step * direction)[0]
    assert float(difference / (2 * step)) == pytest.approx(float(gradient @ direction), rel=1e-3)


def test_reviews_are_vectors_of_length_1() -> None:
    design = objective()[0].design
    dense = design.rows.to_dense()
    torch.testing.assert_close(dense.norm(dim=1), torch.ones(len(dense)))
    torch.testing.assert_close(design.columns.to_dense(), dense.t())


def test_ratios_match_the_paper() -> None:
    data = Dataset(["good film", "good", "bad film"], [1, 1, 0])
    matrix = term_matrix(data.texts, 1)
    parameters = Hyperparameters(min_reviews=1, max_order=1)
    found = Weighting.learn(matrix, np.array(data.labels), parameters, Ranks())
    # Smoothed counts: good 3 and 1, film 2 and 2, bad 1 and 2; sums 6 and 5
    expected = sorted(np.log(np.array([3 / 6, 2 / 6, 1 / 6]) / np.array([1 / 5, 2 / 5, 2 / 5])))
    assert sorted(found.ratios) == pytest.approx(expected, rel=1e-6)


def test_a_training_review_does_not_count_itself() -> None:
    data = Dataset(["good film", "good", "good bad", "bad film"], [1, 1, 1, 0])
    matrix, labels = term_matrix(data.texts, 1), np.array(data.labels)
    weighting = Weighting.learn(matrix, labels, Hyperparameters(max_order=1), Ranks())
    row = weighting.design(matrix, labels).rows.to_dense()[0].tolist()
    found = dict(zip(weighting.terms.tolist(), row, strict=True))
    # Without the first review "good" is in 2 positive reviews and "film" in none. The sums stay.
    sums = np.log((weighting.counts + 1).sum(axis=1))
    good, film = (
        (np.log((positive + 1) / (negative + 1)) - sums[0] + sums[1]) * stress
        for (positive, negative), stress in zip(
            [(2, 0), (0, 1)], emphasis(np.array([0, 1]), 1, 2), strict=True
        )
    )
    length = np.hypot(good, film)
    assert found[token_number("good")] == pytest.approx(good / length, rel=1e-5)
    assert found[token_number("film")] == pytest.approx(film / length, rel=1e-5)


def test_it_learns_negation_from_pairs_of_words(fitted: Fitted) -> None:
    test = reviews(200, 9)
    assert (((fitted.model.score(test.texts).logits > 0) == np.array(test.labels)).mean()) > 0.97
    not_good, not_bad = fitted.model.score(["it is not good", "it is not bad"]).logits
    assert not_good < 0 < not_bad


def test_the_curve_comes_from_unseen_reviews(fitted: Fitted) -> None:
    watched = [look for look in fitted.learning_curve if "validation_accuracy" in look]
    assert [look["step"] for look in watched] == [10, 20, 30]
    assert watched[0]["train_loss"] > watched[-1]["train_loss"]
    unseen = reviews(40, 2).texts
    assert (fitted.held_out.score(unseen).logits != fitted.model.score(unseen).logits).any()


def test_the_same_inputs_give_the_same_weights_bit_for_bit(fitted: Fitted, tmp_path: Path) -> None:
    again = fit(reviews(360, 1), reviews(40, 2), PARAMETERS, Ranks(), Checkpoint(None, ""))
    for name, model in (("first", fitted.model), ("second", again.model)):
        (tmp_path / name).mkdir()
        model.save(tmp_path / name)
    first, second = (tmp_path / name / "ngrams.npz" for name in ("first", "second"))
    assert first.read_bytes() == second.read_bytes()


class ReclaimedError(Exception):
    """The host has failed."""


@pytest.mark.parametrize("survived", [1, 3, 4, 6])
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
    data = reviews(360, 1), reviews(40, 2)
    monkeypatch.setattr(Checkpoint, "save", save_and_fail)
    with pytest.raises(ReclaimedError):
        fit(*data, PARAMETERS, Ranks(), checkpoint)
    monkeypatch.setattr(Checkpoint, "save", save)
    resumed = fit(*data, PARAMETERS, Ranks(), checkpoint)
    assert resumed.learning_curve == fitted.learning_curve
    np.testing.assert_array_equal(
        resumed.held_out.score(data[1].texts).logits, fitted.held_out.score(data[1].texts).logits
    )
    np.testing.assert_array_equal(
        resumed.model.score(data[0].texts).logits, fitted.model.score(data[0].texts).logits
    )


def test_reviews_without_common_n_grams_are_refused() -> None:
    lonely = Dataset(["one", "two"], [0, 1])
    with pytest.raises(TrainingInputError, match="min_reviews=2"):
        fit(lonely, Dataset([], []), PARAMETERS, Ranks(), Checkpoint(None, ""))
