"""Labelled reviews as JSON lines, the one format in which every subject gets them."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

Review = tuple[str, int]  # text, 1 for positive and 0 for negative


@dataclass(frozen=True)
class Data:
    """What the table says of the data.

    Attributes:
        name: where the reviews come from.
        training: how many were trained on.
        testing: how many were tested on.
        official: whether the test reviews are the official 25,000.
    """

    name: str
    training: int
    testing: int
    official: bool


def write(file: Path, reviews: Iterable[Review]) -> None:
    """Write one JSON object a line, making the file's folder."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w", encoding="utf-8") as lines:
        for text, label in reviews:
            lines.write(json.dumps({"text": text, "label": label}) + "\n")


def read(file: Path) -> Iterator[Review]:
    """Yield the reviews one by one, so that memory figures show the model and not the data."""
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            yield row["text"], row["label"]


def count(file: Path) -> int:
    """Return how many reviews a file has."""
    with file.open("rb") as lines:
        return sum(1 for _ in lines)
