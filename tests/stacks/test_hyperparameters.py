"""Hyperparameters in the settings match the training script."""

from dataclasses import asdict, fields

import pytest

from sentiment.hyperparameters import (
    ARCHITECTURES,
    SPECIFIC,
    Hyperparameters,
    hyperparameters_of,
)
from stacks.settings.training import TrainingSettings


def test_the_defaults_are_the_same() -> None:
    known = asdict(Hyperparameters())
    settings = TrainingSettings()
    assert {name: getattr(settings, name) for name in known} == known


def test_every_hyperparameter_belongs_to_an_architecture_or_to_all() -> None:
    assert tuple(SPECIFIC) == ARCHITECTURES
    every = {field.name for field in fields(Hyperparameters)}
    assert set().union(*map(hyperparameters_of, ARCHITECTURES)) == every
    assert set().union(*SPECIFIC.values()) < every


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_a_job_gets_only_its_architectures_hyperparameters(architecture: str) -> None:
    settings = TrainingSettings.model_validate({"architecture": architecture})
    assert settings.hyperparameters().keys() == hyperparameters_of(architecture)
