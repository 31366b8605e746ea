"""Hyperparameters: any value is accepted for training or refused by name."""

import math
from argparse import ArgumentParser
from dataclasses import asdict, fields
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from sentiment.errors import HyperparameterError
from sentiment.hyperparameters import Hyperparameters, add_arguments

DEFAULTS = {field.name: field.default for field in fields(Hyperparameters)}
VALUES: dict[type, st.SearchStrategy[Any]] = {
    type(None): st.floats(0, 1),
    int: st.integers(-1, 10) | st.integers(),
    float: st.floats(0, 1) | st.floats(),
    str: st.sampled_from(["ngrams", "lstm", "all", "stems"]) | st.text(),
}
CHANGES = st.fixed_dictionaries(
    {}, optional={name: VALUES[type(default)] for name, default in DEFAULTS.items()}
)


@given(CHANGES)
@example({"smoothing": math.inf})
@example({"seed": 2**64})
@example({"architecture": "0" * 1000})
def test_values_are_accepted_or_refused(changes: dict[str, Any]) -> None:
    try:
        accepted = asdict(Hyperparameters(**changes))
    except HyperparameterError as error:
        assert str(error).partition("=")[0] in changes
        assert len(str(error)) < 200
    else:
        assert accepted == {**DEFAULTS, **changes}
        numbers = [value for value in accepted.values() if isinstance(value, int | float)]
        assert all(math.isfinite(number) and number >= 0 for number in numbers)


@given(CHANGES)
def test_the_command_line_reads_the_same_values(changes: dict[str, Any]) -> None:
    """Arguments have the form that SageMaker's toolkit uses."""
    spelled = {
        name: value for name, value in changes.items()
        if not (isinstance(value, str) and (not value.isascii() or not value.isalnum()))
    }  # fmt: skip
    parser = ArgumentParser()
    add_arguments(parser)
    arguments = [part for name, value in spelled.items() for part in (f"--{name}={value}",)]
    read = vars(parser.parse_args(arguments))
    assert repr(read) == repr({**DEFAULTS, **spelled})
