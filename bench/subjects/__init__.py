"""The compared models. Each module cleans reviews, trains a model and serves it.

The peers run in their own environment, without torch and the packages of the other subjects.
"""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from bench.figures import Figures

OURS = "ours"
NOTEBOOK = "notebook"
TFIDF = "tfidf"
PEERS = (TFIDF, "fasttext")
TITLES = {
    OURS: "ours",
    NOTEBOOK: "the notebook's algorithm",
    TFIDF: "TF-IDF + logistic regression",
    "fasttext": "fastText bigrams",
}

PAIR = 2  # the only number of labels that the notebook's algorithm supports

TEXT = "text/plain"
JSON = "application/json"

Answer = Callable[[bytes, str], str]  # request body and content type to response body
Classify = Callable[[Sequence[str]], Sequence[tuple[int, float]]]  # texts to (label, P(label))


@dataclass(frozen=True)
class Plan:
    """Extent of a subject's measurements; None means everything.

    Attributes:
        cleaned: number of reviews cleaned.
        batches: number of training steps timed, used only for the notebook's algorithm.
        single: number of reviews served one at a time.
        repeats: number of times that each is sent; the fastest answer counts.
        lists: number of requests with a list of reviews.
        list_length: number of reviews in such a list.
        processor_time: whether to count processor time, which hardly depends on other work on the
            machine, instead of elapsed time.
    """

    cleaned: int | None = None
    batches: int | None = None
    single: int | None = None
    repeats: int = 1
    lists: int = 8
    list_length: int = 512
    processor_time: bool = False

    @property
    def clock(self) -> Callable[[], float]:
        """The clock, in seconds."""
        return time.process_time if self.processor_time else time.perf_counter

    def time(self, work: Callable[[], str]) -> tuple[float, str]:
        """Return the duration of the work in milliseconds, and its result."""
        started = self.clock()
        result = work()
        return (self.clock() - started) * 1e3, result


class Subject(Protocol):
    """A compared model."""

    TAKES_LISTS: bool  # True if a request may contain a list of reviews
    EXPLAINS: bool  # True if a request may ask for an explanation

    def clean(self, review: str, /) -> Sequence[str]:
        """Return the tokens of a raw review."""

    def train(self, training: Path, testing: Path, model_dir: Path, plan: Plan, /) -> Figures:
        """Train on one file of reviews, test on the other and save the model."""

    def load(self, model_dir: Path, /) -> Answer:
        """Return the served model, which uses one thread."""


def find(name: str) -> Subject:
    """Import a subject."""
    return cast("Subject", import_module(f"bench.subjects.{name}"))


def serve(classify: Classify) -> Answer:
    """Return a peer as a served model with the API's request and response formats."""

    def answer(body: bytes, content_type: str) -> str:
        if content_type != JSON:
            return str(classify([body.decode()])[0][0])
        predictions = [
            {"label": str(label), "probability": probability}
            for label, probability in classify(json.loads(body)["reviews"])
        ]
        return json.dumps({"predictions": predictions})

    return answer
