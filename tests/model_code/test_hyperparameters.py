"""Validation of hyperparameters."""

from dataclasses import fields

import pytest

from sentiment.errors import HyperparameterError
from sentiment.hyperparameters import ARCHITECTURES, Hyperparameters


@pytest.mark.parametrize(
    ("name", "value"),
    [("epochs", 0), ("learning_rate", 0.0), ("learning_rate", 2.0), ("test_fraction", 1.0),
     ("vocab_size", 2), ("batch_size", -1), ("seed", -1), ("hidden_dim", 0), ("max_order", 6),
     ("min_reviews", 0), ("max_terms", 0), ("l2_penalty", 0.0), ("dropout", 1.0), ("validation_fraction", 0.0),
     ("architecture", "transformer")],
)  # fmt: skip
def test_impossible_hyperparameters_are_refused(name: str, value: float | str) -> None:
    with pytest.raises(HyperparameterError, match=f"{name}={value}"):
        Hyperparameters(**{name: value})  # type: ignore[arg-type]


def test_the_metadata_has_the_hyperparameters_of_its_architecture() -> None:
    names = {name: Hyperparameters(architecture=name).as_dict().keys() for name in ARCHITECTURES}
    assert {"max_order", "seed"} <= names["ngrams"]
    assert {"epochs", "seed"} <= names["lstm"]
    assert names["ngrams"] & names["lstm"] == {"architecture", "seed", "test_fraction"}
    everything = {field.name for field in fields(Hyperparameters)}
    assert names["ngrams"] | names["lstm"] == everything
