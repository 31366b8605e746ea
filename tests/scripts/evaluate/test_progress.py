"""The progress bar follows the replies."""

import io
import time
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from tqdm import tqdm

from scripts.evaluate.run import Replies, Reply, run
from tests.scripts.evaluate.answers import shares

REVIEWS = ["A film."] * 5


class Terminal(io.StringIO):
    """Standard error that is a terminal."""

    def isatty(self) -> bool:
        return True

    def shows(self, text: str) -> bool:
        """Wait up to a minute for `text`."""
        until = time.monotonic() + 60
        while text not in self.getvalue() and time.monotonic() < until:
            time.sleep(0.005)
        return text in self.getvalue()


class Watching:
    """A model that answers only after the terminal has shown all earlier replies."""

    name = "a model"

    def __init__(self, screen: Terminal, known: int) -> None:
        self.screen = screen
        self.answered = known
        self.seen: list[bool] = []

    def model_card(self) -> dict[str, Any]:
        return {}

    def send(self, content: dict[str, Any]) -> dict[str, Any]:
        if "reviews" in content:
            return {"predictions": [{"probabilities": shares(0.5)}] * len(content["reviews"])}
        self.seen.append(self.screen.shows(f"| {self.answered}/5 ["))
        self.answered += 1
        return {"probabilities": shares(0.5)}


@pytest.mark.parametrize("known", [0, 2])
def test_each_reply_is_counted_when_it_arrives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, known: int
) -> None:
    screen = Terminal()
    monkeypatch.setattr("sys.stderr", screen)
    # By default the bar is drawn at most ten times a second.
    monkeypatch.setattr("scripts.evaluate.run.tqdm", partial(tqdm, mininterval=0))
    replies = Replies(tmp_path / "replies.jsonl", {})
    for index in range(known):
        replies.add("singles", [index], Reply([shares(0.5)], "m1", 0.01, 0))
    target = Watching(screen, known)
    run(target, REVIEWS, singles=5, connections=1, replies=replies)
    replies.close()
    assert target.seen == [True] * (5 - known)
    assert "lists: 100%" in screen.getvalue()
    assert "singles: 100%" in screen.getvalue()
    assert ("| 0/5 [" in screen.getvalue().partition("singles")[2]) is (known == 0)


def test_a_log_gets_no_progress_bar(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = io.StringIO()
    monkeypatch.setattr("sys.stderr", log)
    replies = Replies(tmp_path / "replies.jsonl", {})
    run(Watching(Terminal(), 0), REVIEWS, singles=0, connections=1, replies=replies)
    replies.close()
    assert not log.getvalue()
