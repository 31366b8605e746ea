"""Sources of reviews for the benchmarks."""

import lzma
from pathlib import Path

import pytest

from bench import reviews
from bench.data import prepare
from sentiment.datasets import Dataset
from sentiment.errors import DatasetError
from sentiment.schema import Schema

TRAINING = Dataset(["good", "bad", "fine"], [1, 0, 1])
TESTING = Dataset(["superb", "dull"], [1, 0])


def read(folder: Path, half: str) -> list[tuple[str, int]]:
    return sorted(reviews.read(folder / half / "reviews.jsonl"))


def rows(dataset: Dataset) -> list[tuple[str, int]]:
    return sorted(zip(dataset.texts, dataset.labels, strict=True))


def test_halves_are_read_from_json_lines(tmp_path: Path) -> None:
    reviews.write(tmp_path / "data" / "train.jsonl", TRAINING)
    reviews.write(tmp_path / "plain.jsonl", TESTING)
    packed = lzma.compress((tmp_path / "plain.jsonl").read_bytes())
    (tmp_path / "data" / "test.jsonl.xz").write_bytes(packed)
    data = prepare(tmp_path / "data", tmp_path / "out")
    assert (data.training, data.testing, data.official) == (3, 2, False)
    assert read(tmp_path / "out", "train") == rows(TRAINING)
    assert read(tmp_path / "out", "test") == rows(TESTING)


def test_halves_have_the_settings_columns_and_labels(tmp_path: Path) -> None:
    for half in ("train", "test"):
        (tmp_path / f"{half}.csv").write_text(f"{half} good,5\n{half} so,3\n{half} bad,1\n")
    schema = Schema("1", "2", {"1": "negative", "3": None, "5": "positive"})
    data = prepare(tmp_path, tmp_path / "out", schema=schema)
    assert (data.training, data.testing) == (2, 2)
    assert read(tmp_path / "out", "train") == [("train bad", 0), ("train good", 1)]


def test_the_test_half_has_the_labels_of_the_training_half(tmp_path: Path) -> None:
    (tmp_path / "train.csv").write_text("text,label\na,sports\nb,culture\nc,politics\n")
    (tmp_path / "test.csv").write_text("text,label\nd,sports\ne,culture\n")
    assert prepare(tmp_path, tmp_path / "sample", 5).labels == 3
    data = prepare(tmp_path, tmp_path / "out")
    assert data.labels == 3
    assert read(tmp_path / "out", "test") == [("d", 2), ("e", 0)]


def test_halves_are_read_from_the_official_directory(tmp_path: Path) -> None:
    for half, dataset in (("train", TRAINING), ("test", TESTING)):
        for number, (text, label) in enumerate(rows(dataset)):
            file = tmp_path / "aclImdb" / half / ("pos" if label else "neg") / f"{number}_9.txt"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
    prepare(tmp_path, tmp_path / "out")
    assert read(tmp_path / "out", "train") == rows(TRAINING)
    assert read(tmp_path / "out", "test") == rows(TESTING)


@pytest.mark.parametrize(("present", "missing"), [("train", "test"), ("test", "training")])
def test_a_missing_half_is_refused(tmp_path: Path, present: str, missing: str) -> None:
    reviews.write(tmp_path / f"{present}.jsonl", TRAINING)
    with pytest.raises(
        DatasetError, match=f"no {missing} half; it must hold tables named train and test"
    ):
        prepare(tmp_path, tmp_path / "out")


def test_the_held_out_fifth_shares_no_text_with_the_rest(tmp_path: Path) -> None:
    data = prepare(None, tmp_path)
    training, testing = read(tmp_path, "train"), read(tmp_path, "test")
    assert (data.training, data.testing) == (len(training), len(testing))
    assert len(testing) / (len(training) + len(testing)) == pytest.approx(0.2, abs=0.001)
    assert {text for text, _ in testing}.isdisjoint(text for text, _ in training)


def test_the_sample_is_deterministic(tmp_path: Path) -> None:
    first, second = (prepare(None, tmp_path / name, 50) for name in ("a", "b"))
    assert first == second
    assert (first.training, first.testing) == (40, 10)
    assert read(tmp_path / "a", "train") == read(tmp_path / "b", "train")
