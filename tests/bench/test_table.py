"""The printed table."""

import io
from collections.abc import Mapping
from typing import Any

import pytest
from rich.console import Console

from bench import compare, table
from bench.figures import Figure, Figures
from bench.reviews import Data
from bench.subjects import NOTEBOOK, OURS, TFIDF

RESULTS = {
    OURS: {"cleaning": Figure(12345.6), "accuracy": Figure(0.9234)},
    NOTEBOOK: {"cleaning": Figure(15.04, "on 200 of 25,000 reviews")},
    TFIDF: {"accuracy": Figure(0.9068)},
}


def document(results: Mapping[str, Figures] = RESULTS, labels: int = 2) -> dict[str, Any]:
    data = Data("packaged reviews", 20000, 5000, labels, official=False)
    return compare.as_document(results, data, 9)


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("│").split("│")]


def test_a_row_has_its_values_and_ratio_on_one_line() -> None:
    printed = io.StringIO()
    table.show(document(), Console(file=printed))
    lines = printed.getvalue().splitlines()
    assert (
        "Data: packaged reviews; 20,000 reviews to train on, 5,000 to test on, with 2 labels"
        in lines
    )
    (cleaning,) = [line for line in lines if "cleaning" in line and "│" in line]
    assert cells(cleaning) == ["Notebook's cleaning, reviews/s", "12,346", "≈ 15.0", "821x", "-"]
    (accuracy,) = [line for line in lines if "Test accuracy" in line]
    assert cells(accuracy) == ["Test accuracy", "0.9234", "-", "-", "0.9068"]
    assert lines[-1] == (
        "≈ the notebook's algorithm, notebook's cleaning: on 200 of 25,000 reviews"
    )
    assert any("cores" in line and "Python" in line and "torch" in line for line in lines)


def test_without_the_notebook_the_ratios_are_to_tf_idf() -> None:
    printed = io.StringIO()
    results = {name: figures for name, figures in RESULTS.items() if name != NOTEBOOK}
    table.show(document(results, labels=3), Console(file=printed))
    (accuracy,) = [line for line in printed.getvalue().splitlines() if "Test accuracy" in line]
    assert cells(accuracy) == ["Test accuracy", "0.9234", "0.9068", "1.02x"]
    assert "ratio: how many times better ours is than TF-IDF + logistic regression" in (
        printed.getvalue()
    )


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (12345.6, "12,346"),
        (123.4, "123"),
        (15.04, "15.0"),
        (1.234, "1.23"),
        (0.0517, "0.0517"),
        (0.0, "0.0000"),
    ],
)
def test_numbers_have_about_three_digits(value: float, shown: str) -> None:
    assert table.number(value) == shown
