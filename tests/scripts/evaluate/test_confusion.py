"""The confusion matrix in a terminal of 80 columns, and the tables instead of a wide one."""

import io

import numpy as np
import pytest
from rich.console import Console

from scripts.evaluate.confusion import show_confusion
from sentiment.evaluation.judged import Judged
from sentiment.evaluation.metrics import evaluate
from tests.scripts.evaluate.printed import rows

SEVEN = ['"urgent" [b]bug', "billing, refunds", "n/a", "são paulo", "жалоба", "配送", "👍 praise"]


def printed(names: list[str]) -> list[list[str]]:
    """Return the rows of the tables for ten reviews a label, of which some are judged wrongly.

    As many reviews with a label are judged as the next label as the place of the label says.
    """
    size = len(names)
    labels = [label for label in range(size) for _ in range(10)]
    wrong = [number < label for label in range(size) for number in range(10)]
    judged = (np.array(labels) + wrong) % size
    console = Console(file=io.StringIO(), width=80, highlight=False, soft_wrap=True)
    show_confusion(evaluate(Judged.of(names, labels, np.eye(size)[judged])), console)
    assert isinstance(console.file, io.StringIO)
    output = console.file.getvalue()
    assert max(map(len, output.splitlines())) <= 80
    assert "…" not in output
    return rows(output)


def test_a_matrix_that_fits_is_printed_with_every_cell() -> None:
    assert printed(["lob", "kritik", "[frage]"]) == [
        ["", "judged lob", "judged kritik", "judged [frage]"],
        ["is lob", "10", "0", "0"],
        ["is kritik", "0", "9", "1"],
        ["is [frage]", "2", "0", "8"],
    ]


def test_recalls_and_frequent_confusions_replace_a_matrix_that_does_not_fit() -> None:
    found = printed(SEVEN)
    assert found[0] == ["label", "reviews", "right", "recall"]
    assert found[1:8] == [
        [name, "10", str(10 - place), f"{(10 - place) / 10:.4f}"]
        for place, name in enumerate(SEVEN)
    ]
    assert found[8] == ["is", "judged", "reviews"]
    assert found[9:] == [
        [SEVEN[place], SEVEN[(place + 1) % 7], str(place)] for place in range(6, 0, -1)
    ]


@pytest.mark.parametrize("name", ["label {}", "{}" + "x" * 58])
def test_forty_labels_are_listed_with_the_ten_most_frequent_confusions(name: str) -> None:
    found = printed([name.format(number) for number in range(10, 50)])
    assert ["is", "judged", "reviews"] in found
    assert sum(row[-1] == "1.0000" for row in found) == 1
    assert sum(row[-1] == "10" for row in found) == 10
