"""Any number of labels: one model of each against all others."""

import random
from dataclasses import replace

import numpy as np
import pytest

from sentiment.artifact import Artifact
from sentiment.checkpoint import Checkpoint
from sentiment.classifier import Fitted
from sentiment.datasets import Dataset
from sentiment.distributed import Ranks
from sentiment.evaluation.calibration import Calibration
from sentiment.hyperparameters import Hyperparameters
from sentiment.ngrams.classifier import NgramReviews
from sentiment.ngrams.training import fit
from tests.model_code.ngrams.conftest import PARAMETERS, reviews

TOPICS = {"cooking": ["salt", "oven"], "music": ["guitar", "song"], "sport": ["goal", "race"]}


def notes(count: int, seed: int) -> Dataset:
    """Return texts of three topics, each with a telling word among others."""
    chance = random.Random(seed)  # noqa: S311 - not a secret
    names = tuple(TOPICS)
    labels = [number % len(names) for number in range(count)]
    texts = [
        " ".join(
            [
                *chance.choices(["the", "a", "my", "old", "new"], k=6),
                chance.choice(TOPICS[names[label]]),
            ]
        )
        for label in labels
    ]
    return Dataset(texts, labels, names)


def trained(parameters: Hyperparameters = PARAMETERS) -> Fitted:
    return fit(notes(360, 1), parameters, Ranks(), Checkpoint(None, ""))


@pytest.fixture(scope="module")
def model() -> Artifact:
    """Return a model of three labels, not calibrated."""
    return Artifact(trained().model, [Calibration.identity()] * 3, tuple(TOPICS), {})


def test_each_label_is_learned(model: Artifact) -> None:
    unseen = notes(90, 3)
    found = model.judge(unseen.texts)
    assert found.probabilities.shape == (90, 3)
    np.testing.assert_allclose(found.probabilities.sum(axis=1), 1)
    assert (found.probabilities.argmax(axis=1) == unseen.labels).mean() > 0.95


def test_an_explanation_is_of_the_given_label_against_the_others(model: Artifact) -> None:
    for label, text in enumerate(["my old oven", "a new song", "the old race"]):
        found = model.judge([text], explain=True)
        assert found.probabilities.argmax() == label
        explanation = found.explanations[0]
        last = text.rindex(" ") + 1
        strongest = explanation.words.strongest(1)
        assert (strongest.starts[0], strongest.weights[0] > 0) == (last, True)
        logit = explanation.bias + explanation.words.weights.sum()
        scores = model.classifier.score([text])
        assert logit == pytest.approx(scores.logits[0, label])


def test_a_text_without_known_words_has_equal_probabilities(model: Artifact) -> None:
    found = model.judge(["xyzzy plugh"], explain=True)
    np.testing.assert_allclose(found.probabilities, 1 / 3)
    assert len(found.explanations[0].words.weights) == 0


def test_two_labels_have_one_model_whatever_their_names_are() -> None:
    data = reviews(80, 1)
    first, other = (
        fit(named, PARAMETERS, Ranks(), Checkpoint(None, "")).model
        for named in (data, replace(data, names=("ham", "spam")))
    )
    found, expected = other.score(data.texts), first.score(data.texts)
    assert found.logits.shape == (80, 1)
    np.testing.assert_array_equal(found.logits, expected.logits)


def test_the_artifact_is_no_larger_with_more_labels() -> None:
    # 16 bytes of a term for two labels, 32 for three
    few = trained(replace(PARAMETERS, max_terms=40)).model
    assert isinstance(few, NgramReviews)
    assert few.terms.shape == (20,)
    assert few.ratios.shape == few.weights.shape == (3, 20)
