"""A training job's name changes with every input of its model."""

import re
from typing import Any

import pytest

from stacks.model.training import job_name

INPUTS: dict[str, Any] = {
    "source": "5e1f",
    "datasets": {"training": "92c2"},
    "image": "pytorch:2.13",
    "hyperparameters": {"epochs": "4", "seed": "1"},
    "instances": ["ml.m5.xlarge", 1],
}


def test_the_same_inputs_give_the_same_name() -> None:
    again = {**INPUTS, "hyperparameters": {"seed": "1", "epochs": "4"}}
    assert job_name("sentiment-dev", **INPUTS) == job_name("sentiment-dev", **again)


def test_sagemaker_accepts_the_longest_name() -> None:
    name = job_name("sentiment-abcdefghijkl", **INPUTS) + "-50"
    assert re.fullmatch(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}", name)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("source", "5e20"),
        ("datasets", {"training": "92c3"}),
        ("datasets", {"training": "92c2", "testing": "92c2"}),
        ("image", "pytorch:2.14"),
        ("hyperparameters", {"epochs": "5", "seed": "1"}),
        ("instances", ["ml.m5.large", 1]),
        ("instances", ["ml.m5.xlarge", 2]),
    ],
)
def test_every_input_changes_the_name(key: str, value: object) -> None:
    changed = {**INPUTS, key: value}
    assert job_name("sentiment-dev", **changed) != job_name("sentiment-dev", **INPUTS)
