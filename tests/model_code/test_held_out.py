"""Held-out reviews and hashes that a training leaves for the comparison with other models."""

import hashlib
import json
from pathlib import Path

from sentiment.datasets import Dataset
from sentiment.held_out import MOST_REVIEWS, write_held_out

NAMES = ("bad", "fair", "good")


def rows(folder: Path) -> list[dict[str, object]]:
    """Return the lines of the held-out reviews."""
    return [json.loads(line) for line in (folder / "held_out.jsonl").read_text().splitlines()]


def test_the_test_reviews_are_in_an_order_that_depends_on_the_seed(tmp_path: Path) -> None:
    tested = Dataset(
        [f"Prüfung {number}" for number in range(50)], [n % 3 for n in range(50)], NAMES
    )
    written = []
    for folder, seed in (("a", 1), ("b", 1), ("c", 2)):
        write_held_out(tmp_path / folder, Dataset(["x"], [0]), tested, seed)
        written.append(rows(tmp_path / folder))
    first, again, other = written
    assert first == again != other
    assert first[0] == {"labels": list(NAMES)}
    expected = {
        (text, NAMES[label]) for text, label in zip(tested.texts, tested.labels, strict=True)
    }
    assert {(row["text"], row["label"]) for row in first[1:]} == expected
    assert [row["text"] for row in first[1:]] != tested.texts


def test_texts_that_no_request_can_hold_are_left_out(tmp_path: Path) -> None:
    tested = Dataset(["a" * 100_001, "\ud800", "good"], [0, 1, 2], NAMES)
    write_held_out(tmp_path, Dataset(["\udfff", "bad"], [0, 0]), tested, 1)
    assert rows(tmp_path)[1:] == [{"text": "good", "label": "good"}]


def test_the_files_stay_small(tmp_path: Path) -> None:
    write_held_out(tmp_path, Dataset([], []), Dataset(["a"] * 20_000, [0] * 20_000), 1)
    assert len(rows(tmp_path)) == MOST_REVIEWS + 1
    long = Dataset(["a" * 100_000] * 500, [0] * 500)
    write_held_out(tmp_path, Dataset([], []), long, 1)
    assert len(rows(tmp_path)) == 160 + 1


def test_the_hashes_of_the_training_reviews_are_sorted(tmp_path: Path) -> None:
    trained = Dataset(["b", "a", "a"], [0, 1, 1])
    write_held_out(tmp_path, trained, Dataset(["c"], [0]), 1)
    hashes = sorted(hashlib.sha256(text).digest()[:8] for text in (b"a", b"b"))
    assert (tmp_path / "trained_on.bin").read_bytes() == b"".join(hashes)
