"""Splitting, sampling, stored replies, and the report."""

import json
from pathlib import Path
from typing import Any

import pytest

from scripts.evaluate import EvaluationError
from scripts.evaluate.report import summarize, write_report
from scripts.evaluate.reviews import Reviews, read_reviews
from scripts.evaluate.run import LIST_BYTES, Asked, Replies, Reply, run, sample, split
from sentiment.datasets import Dataset
from tests.model_code.evaluation.conftest import SCRIPT
from tests.model_code.evaluation.test_report import LOADING, Page
from tests.scripts.evaluate.answers import shares

TEXTS = [f"Review {index} {SCRIPT}" for index in range(30)]
REVIEWS = Reviews("my reviews", Dataset(TEXTS, [index % 2 for index in range(30)]))


class Model:
    """A model that classifies by the number in a review and fails after some requests."""

    name = "a model"

    def __init__(self, requests: int) -> None:
        self.left = requests

    def model_card(self) -> dict[str, Any]:
        return {}

    def send(self, content: dict[str, Any]) -> dict[str, Any]:
        self.left -= 1
        if self.left < 0:
            raise EvaluationError("enough")
        reviews = content.get("reviews") or [content["review"]]
        verdicts = [
            {"probabilities": shares(0.9 if int(one.split()[1]) % 2 else 0.2)} for one in reviews
        ]
        return {"predictions": verdicts} if "reviews" in content else verdicts[0]


def test_each_list_fits_into_a_request() -> None:
    reviews = ["x"] * 1000 + ["\N{SNOWMAN}" * 100_000] * 30
    cut = list(split(reviews, range(len(reviews))))
    assert [index for part in cut for index in part] == list(range(len(reviews)))
    assert max(map(len, cut)) == 512
    sizes = [len(json.dumps([reviews[index] for index in part])) for part in cut]
    assert 0.8 * LIST_BYTES < max(sizes) <= LIST_BYTES


def test_the_sample_is_deterministic() -> None:
    assert sample(1000, 10) == sample(1000, 10) != list(range(10))
    assert sample(5, 10) == [0, 1, 2, 3, 4]


def test_a_failed_run_continues_after_its_last_reply(tmp_path: Path) -> None:
    file = tmp_path / "replies.jsonl"
    subject = {"target": "a model", "version": "m1"}
    for requests, known in ((6, 6), (25, 31)):  # 25 are missing; none is requested twice
        replies = Replies(file, subject)
        if requests == 6:
            with pytest.raises(EvaluationError, match="enough"):
                run(Model(requests), TEXTS, singles=30, connections=2, replies=replies)
        else:
            run(Model(requests), TEXTS, singles=30, connections=2, replies=replies)
        replies.close()
        assert len(replies.replies) == known
    result = summarize("a model", REVIEWS, replies.replies)
    assert (result.metrics.accuracy, *result.both_ways) == (1.0, 30, 0, 0.0)
    other = Replies(file, {**subject, "version": "m2"})
    other.close()
    assert other.replies == {}


def test_a_file_with_an_incomplete_first_line_starts_over(tmp_path: Path) -> None:
    file = tmp_path / "replies.jsonl"
    file.write_text('{"target": "a"}')
    replies = Replies(file, {"target": "a"})
    replies.add("lists", [0], Reply([shares(0.5)], "m1", 0.01, 0))
    replies.close()
    assert Replies(file, {"target": "a"}).replies == replies.replies != {}


def test_a_file_without_replies_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "replies.jsonl"
    file.write_text('{"target": "a"}\n{"kind": "lists"}\n')
    with pytest.raises(EvaluationError, match=r"replies.jsonl: not a file of replies"):
        Replies(file, {"target": "a"})


def test_two_models_in_one_evaluation_are_refused() -> None:
    replies: dict[Asked, Reply] = {
        ("lists", (0,)): Reply([shares(0.5)], "m1", 1, 0),
        ("lists", (1,)): Reply([shares(0.5)], "m2", 1, 0),
    }
    with pytest.raises(EvaluationError, match="several models answered: m1, m2"):
        summarize("a model", REVIEWS, replies)


def test_the_report_is_self_contained_and_escapes_reviews(tmp_path: Path) -> None:
    verdicts = [shares(0.99 if index < 20 else 0.01) for index in range(29)]
    replies: dict[Asked, Reply] = {
        ("lists", tuple(range(30))): Reply([*verdicts, "empty_review"], "m1", 2.5, 1),
        **{
            ("singles", (index,)): Reply([shares(0.99)], "m1", index / 1000, 0)
            for index in range(1, 4)
        },
    }
    result = summarize("a <model>", REVIEWS, replies, trained=0.5)
    assert (result.refused, result.metrics.rows) == ({"empty_review": 1}, 29)
    lists, singles = result.latencies
    assert (lists.retried, lists.percentiles[50], singles.percentiles[50]) == (1, 2500, 2)
    file = tmp_path / "out" / "report.html"
    write_report(file, result)
    page = Page(file.read_text("utf-8"))
    assert not set(page.values(*LOADING)) - {v for v in page.values(*LOADING) if v.startswith("#")}
    assert "script" not in page.tags
    # 10 of 20 positive verdicts are right, and 5 of 9 negative ones.
    assert page.texts["h1"] == ["51.72\xa0% of 29 test reviews judged correctly"]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("absent", None, "no such file or folder"),
        ("empty.jsonl", "", "no reviews"),
        ("notes.md", "A film.", "notes.md: unknown format"),
        ("one.csv", "text,label\nA film.,3\n", "one.csv: all 1 training reviews are 3"),
        ("broken.tar.gz", "nothing", "broken.tar.gz"),
    ],
)
def test_unusable_reviews_are_reported_in_one_line(
    tmp_path: Path, name: str, content: str | None, reason: str
) -> None:
    if content is not None:
        (tmp_path / name).write_text(content)
    with pytest.raises(EvaluationError, match=f"DATA={tmp_path / name}: .*{reason}") as refused:
        read_reviews(tmp_path / name)
    assert "\n" not in str(refused.value)
