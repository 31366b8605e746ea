"""What every compared model offers, and the module that offers it."""

from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

Answer = Callable[[bytes, str], str]  # request body and content type to response body

TEXT = "text/plain"
JSON = "application/json"

MODULES = {
    "ours": "bench.ours",
    "notebook": "bench.notebook",
    "tfidf": "bench.tfidf",
    "fasttext": "bench.fasttext_bigrams",
}


class Subject(Protocol):
    """A module that cleans reviews and serves a model that was trained before."""

    # Whether a request may hold a list of reviews.
    TAKES_LISTS: bool
    # Whether a request may ask for what moved the verdict.
    EXPLAINS: bool

    def clean(self, review: str, /) -> Sequence[str]:
        """Return what the model reads of a raw review."""

    def load(self, model_dir: Path, /) -> Answer:
        """Return the served model, answering on one thread."""


class Trainable(Subject, Protocol):
    """A subject that is trained by a function."""

    def train(self, training: Path, testing: Path, model_dir: Path, /) -> float:
        """Train on one file of reviews, save, and return the accuracy on the other."""


def find(name: str) -> Subject:
    """Import a subject; its packages are needed only then."""
    return cast("Subject", import_module(MODULES[name]))
