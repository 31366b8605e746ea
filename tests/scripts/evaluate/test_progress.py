"""The bar on a terminal moves with the replies."""

import io
import time
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from tqdm import tqdm

from scripts.evaluate.replies_file import RepliesFile
from scripts.evaluate.reply import Reply
from scripts.evaluate.run import run

REVIEWS = ["A film."] * 5


class Terminal(io.StringIO):
    """Standard error as a person sees it."""

    def isatty(self) -> bool:
        return True

    def shows(self, text: str) -> bool:
        """Wait until `text` stands there."""
        until = time.monotonic() + 10
        while text not in self.getvalue() and time.monotonic() < until:
            time.sleep(0.005)
        return text in self.getvalue()


class Watching:
    """Answers a review only when those before it stand on the terminal."""

    name = "a model"

    def __init__(self, screen: Terminal, known: int) -> None:
        self.screen = screen
        self.answered = known
        self.seen: list[bool] = []

    def card(self) -> dict[str, Any]:
        return {}

    def ask(self, review: str) -> Reply:
        assert review
        self.seen.append(self.screen.shows(f"| {self.answered}/5 ["))
        self.answered += 1
        return Reply([0.5], "m1", 0.01, 0)

    def ask_all(self, reviews: list[str]) -> Reply:
        return Reply([0.5] * len(reviews), "m1", 0.01, 0)


@pytest.mark.parametrize("known", [0, 2])
def test_each_reply_is_counted_when_it_comes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, known: int
) -> None:
    screen = Terminal()
    monkeypatch.setattr("sys.stderr", screen)
    # Else it is drawn ten times a second, at most.
    monkeypatch.setattr("scripts.evaluate.run.tqdm", partial(tqdm, mininterval=0))
    kept = RepliesFile(tmp_path / "replies.jsonl", {})
    for index in range(known):
        kept.add("singles", [index], Reply([0.5], "m1", 0.01, 0))
    target = Watching(screen, known)
    run(target, REVIEWS, singles=5, connections=1, kept=kept)
    kept.close()
    assert target.seen == [True] * (5 - known)
    assert "lists: 100%" in screen.getvalue()
    assert "singles: 100%" in screen.getvalue()
    assert ("| 0/5 [" in screen.getvalue().partition("singles")[2]) is (known == 0)


def test_a_log_gets_no_bar(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = io.StringIO()
    monkeypatch.setattr("sys.stderr", log)
    kept = RepliesFile(tmp_path / "replies.jsonl", {})
    run(Watching(Terminal(), 0), REVIEWS, singles=0, connections=1, kept=kept)
    kept.close()
    assert not log.getvalue()
