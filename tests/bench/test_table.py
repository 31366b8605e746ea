"""The printed table."""

import io
from typing import Any

import pytest
from rich.console import Console

from bench import compare, table
from bench.figures import Figure
from bench.reviews import Data
from bench.subjects import NOTEBOOK, OURS


def document() -> dict[str, Any]:
    results = {
        OURS: {"cleaning": Figure(12345.6), "accuracy": Figure(0.9234)},
        NOTEBOOK: {"cleaning": Figure(15.04, "on 200 of 25,000 reviews")},
        "tfidf": {"accuracy": Figure(0.9068)},
    }
    return compare.as_document(results, Data("packaged reviews", 20000, 5000, official=False), 9)


def test_a_row_has_its_values_and_ratio_on_one_line() -> None:
    printed = io.StringIO()
    table.show(document(), Console(file=printed))
    lines = printed.getvalue().splitlines()
    assert "Data: packaged reviews; 20,000 reviews to train on, 5,000 to test on" in lines
    (cleaning,) = [line for line in lines if "cleaning" in line and "│" in line]
    cells = [cell.strip() for cell in cleaning.strip("│").split("│")]
    assert cells == [
        "Notebook's cleaning, reviews/s",
        "12,346",
        "≈ 15.0",
        "821x",
        "-",
        "-",
    ]
    (accuracy,) = [line for line in lines if "Test accuracy" in line]
    cells = [cell.strip() for cell in accuracy.strip("│").split("│")]
    assert cells == ["Test accuracy", "0.9234", "-", "-", "0.9068", "-"]
    assert lines[-1] == (
        "≈ the notebook's algorithm, notebook's cleaning: on 200 of 25,000 reviews"
    )
    assert any("cores" in line and "Python" in line and "torch" in line for line in lines)


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
