"""Cutting, sampling, keeping and summing up."""

import json
from pathlib import Path
from typing import Any

import pytest

from scripts.evaluate.errors import EvaluationError
from scripts.evaluate.replies_file import Asked, RepliesFile
from scripts.evaluate.reply import Reply
from scripts.evaluate.report import Page, write_report
from scripts.evaluate.result import summarize
from scripts.evaluate.reviews import read_tests
from scripts.evaluate.run import LIST_BYTES, parts, run, sample
from tests.model_code.evaluation.conftest import SCRIPT
from tests.model_code.evaluation.test_report import LOADING
from tests.model_code.evaluation.test_report import Page as Parsed

REVIEWS = [f"Review {index} {SCRIPT}" for index in range(30)]
LABELS = [index % 2 for index in range(30)]


class Model:
    """Judges by the number in a review; fails when it has answered often enough."""

    name = "a model"

    def __init__(self, replies: int) -> None:
        self.left = replies

    def card(self) -> dict[str, Any]:
        return {}

    def ask(self, review: str) -> Reply:
        return self.ask_all([review])

    def ask_all(self, reviews: list[str]) -> Reply:
        self.left -= 1
        if self.left < 0:
            raise EvaluationError("enough")
        return Reply([0.9 if int(one.split()[1]) % 2 else 0.2 for one in reviews], "m1", 0.01, 0)


def test_lists_hold_what_a_request_can_carry() -> None:
    reviews = ["x"] * 1000 + ["\N{SNOWMAN}" * 100_000] * 30
    cut = list(parts(reviews, range(len(reviews))))
    assert [index for part in cut for index in part] == list(range(len(reviews)))
    assert max(map(len, cut)) == 512
    sizes = [len(json.dumps([reviews[index] for index in part])) for part in cut]
    assert 0.8 * LIST_BYTES < max(sizes) <= LIST_BYTES


def test_a_sample_is_the_same_every_time() -> None:
    assert sample(1000, 10) == sample(1000, 10) != list(range(10))
    assert sample(5, 10) == [0, 1, 2, 3, 4]


def test_what_failed_goes_on_where_it_stood(tmp_path: Path) -> None:
    file = tmp_path / "replies.jsonl"
    subject = {"target": "a model", "version": "m1"}
    for replies, known in ((6, 6), (25, 31)):  # 25 are missing: none is asked for again
        kept = RepliesFile(file, subject)
        if replies == 6:
            with pytest.raises(EvaluationError, match="enough"):
                run(Model(replies), REVIEWS, singles=30, connections=2, kept=kept)
        else:
            run(Model(replies), REVIEWS, singles=30, connections=2, kept=kept)
        kept.close()
        assert len(kept.replies) == known
    result = summarize("a model", REVIEWS, LABELS, kept.replies)
    assert (result.metrics.accuracy, result.compared, result.differing) == (1.0, 30, 0)
    other = RepliesFile(file, {**subject, "version": "m2"})
    other.close()
    assert other.replies == {}


def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "replies.jsonl"
    file.write_text('{"target": "a"}\n{"kind": "lists"}\n')
    with pytest.raises(EvaluationError, match=r"replies.jsonl: no replies of an evaluation"):
        RepliesFile(file, {"target": "a"})


def test_two_models_are_no_evaluation() -> None:
    replies: dict[Asked, Reply] = {
        ("lists", (0,)): Reply([0.5], "m1", 1, 0),
        ("lists", (1,)): Reply([0.5], "m2", 1, 0),
    }
    with pytest.raises(EvaluationError, match="several models answered: m1, m2"):
        summarize("a model", REVIEWS, LABELS, replies)


def test_the_report_needs_nothing_else_and_trusts_no_review(tmp_path: Path) -> None:
    verdicts = [0.99 if index < 20 else 0.01 for index in range(29)]
    replies: dict[Asked, Reply] = {
        ("lists", tuple(range(30))): Reply([*verdicts, "empty_review"], "m1", 2.5, 1),
        **{("singles", (index,)): Reply([0.99], "m1", index / 1000, 0) for index in range(1, 4)},
    }
    result = summarize("a <model>", REVIEWS, LABELS, replies)
    assert (result.refused, result.metrics.rows) == ({"empty_review": 1}, 29)
    lists, singles = result.latencies
    assert (lists.retried, lists.percentiles[50], singles.percentiles[50]) == (1, 2500, 2)
    file = tmp_path / "out" / "report.html"
    write_report(file, Page(result, "own reviews", 0.5))
    page = Parsed(file.read_text("utf-8"))
    assert not set(page.values(*LOADING)) - {v for v in page.values(*LOADING) if v.startswith("#")}
    assert "script" not in page.tags
    # 10 of the 20 judged positive are, 5 of the 9 judged negative.
    assert page.texts["h1"] == ["51.72\xa0% of 29 test reviews judged right"]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("absent", None, "no such file or folder"),
        ("empty.jsonl", "", "no reviews"),
        ("notes.txt", "A film.", "notes.txt: unknown format"),
        ("one.csv", "text,label\nA film.,2\n", "one.csv, line 2: label '2'"),
        ("broken.tar.gz", "nothing", "broken.tar.gz"),
    ],
)
def test_reviews_that_cannot_be_used_get_one_line(
    tmp_path: Path, name: str, content: str | None, reason: str
) -> None:
    if content is not None:
        (tmp_path / name).write_text(content)
    with pytest.raises(EvaluationError, match=f"DATA={tmp_path / name}: .*{reason}") as refused:
        read_tests(tmp_path / name)
    assert "\n" not in str(refused.value)
