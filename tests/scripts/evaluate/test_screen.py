"""Printed figures for known replies."""

import io
import statistics

import pytest
from rich.console import Console

from scripts.evaluate.report import show, summarize
from scripts.evaluate.reviews import Reviews
from scripts.evaluate.run import Asked, Reply
from sentiment.datasets import Dataset
from tests.scripts.evaluate.answers import shares
from tests.scripts.evaluate.printed import rows

# label, P(positive), number of reviews; 0.5 counts as positive
JUDGED = [(1, 0.5, 7), (1, 0.49, 2), (0, 0.9, 5), (0, 0.1, 3)]
LABELS = [label for label, _, count in JUDGED for _ in range(count)]
VERDICTS = [shares(probability) for _, probability, count in JUDGED for _ in range(count)]
REVIEWS = Reviews(
    "my reviews", Dataset([f"Review {index}" for index in range(len(LABELS))], LABELS)
)


def printed(replies: dict[Asked, Reply], trained: float | None = None) -> str:
    console = Console(file=io.StringIO(), width=100, highlight=False)
    show(summarize("a model", REVIEWS, replies, trained=trained), console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def lists(*seconds: float) -> dict[Asked, Reply]:
    """Return one reply with all verdicts, and other replies with one more review each."""
    replies: dict[Asked, Reply] = {
        ("lists", tuple(range(len(LABELS)))): Reply([*VERDICTS], "m1", seconds[0], 1)
    }
    for index, more in enumerate(seconds[1:]):
        replies["lists", (index,)] = Reply([VERDICTS[index]], "m1", more, 0)
    return replies


def test_every_cell_of_the_confusion_matrix_is_shown() -> None:
    assert rows(printed(lists(0.1)))[:3] == [
        ["", "judged negative", "judged positive"],
        ["is negative", "3", "5"],
        ["is positive", "2", "7"],
    ]


def test_accuracy_is_shown_with_the_trainings_accuracy() -> None:
    output = printed(lists(0.1), 0.625)
    assert "a model, model m1, on my reviews\n" in output
    assert "accuracy=0.5882 of 17 reviews (95 % interval 0.3601 to 0.7839)\n" in output
    assert "its training measured 0.6250 on the same reviews\n" in output


def test_latency_percentiles_are_shown_for_each_kind() -> None:
    squares = [number**2 / 1000 for number in range(1, 17)]
    replies = lists(0.4, 0.1, 0.2)
    for index, seconds in enumerate(reversed(squares)):
        replies["singles", (index,)] = Reply([VERDICTS[index]], "m1", seconds, index % 2)
    cuts = statistics.quantiles([1000 * one for one in squares], n=100, method="inclusive")
    assert rows(printed(replies))[3:] == [
        ["", "requests", "retried", "p50", "p90", "p95", "p99", "p100"],
        ["lists", "3", "1", "200.0", "360.0", "380.0", "396.0", "400.0"],
        ["singles", "16", "8", *(f"{cuts[percent - 1]:.1f}" for percent in (50, 90, 95, 99)), "256.0"],
    ]  # fmt: skip


def test_refused_and_differing_reviews_are_counted() -> None:
    replies = lists(0.1)
    replies["lists", (1,)] = Reply(["empty_review"], "m1", 0.1, 0)
    replies["singles", (0,)] = Reply([shares(0.5)], "m1", 0.1, 0)
    replies["singles", (2,)] = Reply([shares(0.6)], "m1", 0.1, 0)
    replies["singles", (3,)] = Reply(["empty_review"], "m1", 0.1, 0)
    replies["singles", (8,)] = Reply([shares(0.51)], "m1", 0.1, 0)
    output = printed(replies)
    assert "4 sent both ways, 2 differ in label\n" in output
    assert "their probabilities differ by up to 0.1000\n" in output
    assert "1 refused: empty_review\n" in output
    assert "of 16 reviews" in output


@pytest.mark.parametrize("rounding", [1e-15, -1e-15, 3e-6])
def test_rounding_is_not_a_difference(rounding: float) -> None:
    replies = lists(0.1)
    for index in range(8, len(LABELS)):
        probability = VERDICTS[index]["positive"] + rounding
        replies["singles", (index,)] = Reply([shares(probability)], "m1", 0.1, 0)
    output = printed(replies)
    assert "9 sent both ways, 0 differ in label\n" in output
    assert "probabilities differ" not in output
