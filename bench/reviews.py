"""Labelled reviews as JSON lines, the format that every subject reads."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sentiment.datasets import Dataset

Review = tuple[str, int]  # text and index of its label: 1 for positive, 0 for negative


@dataclass(frozen=True)
class Data:
    """Description of the reviews."""

    name: str
    training: int  # number of reviews
    testing: int
    labels: int
    official: bool  # true for the official 25,000 test reviews


def write(file: Path, reviews: Dataset) -> None:
    """Write one JSON object per line; the file's folder is created if needed."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w", encoding="utf-8") as lines:
        for text, label in zip(reviews.texts, reviews.labels, strict=True):
            lines.write(json.dumps({"text": text, "label": label}) + "\n")


def read(file: Path) -> Iterator[Review]:
    """Yield the reviews one by one, so that they do not dominate peak memory."""
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            yield row["text"], row["label"]


def count(file: Path) -> int:
    """Return the number of reviews in a file."""
    with file.open("rb") as lines:
        return sum(1 for _ in lines)
