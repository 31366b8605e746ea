"""Reviews named by DATA=."""

import json
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from scripts.evaluate import EvaluationError, reviews
from scripts.evaluate.reviews import OFFICIAL, held_out, read_reviews
from sentiment.datasets import Dataset
from sentiment.schema import Schema

HALVES = {
    "train/pos/0_9.txt": "Trained on.",
    "train/neg/0_2.txt": "Also trained on.",
    "test/pos/0_10.txt": "A good film.",
    "test/pos/1_7.txt": "A fine film.",
    "test/neg/0_1.txt": "A bad film.",
}
TESTS = [("A bad film.", 0), ("A fine film.", 1), ("A good film.", 1)]
TEXTS = [text for text, _ in TESTS]


def unpack(folder: Path) -> Path:
    for name, text in HALVES.items():
        file = folder / "aclImdb" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return folder / "aclImdb"


def pack(folder: Path) -> Path:
    file = folder / "aclImdb_v1.tar.gz"
    with tarfile.open(file, "w:gz") as archive:
        archive.add(unpack(folder), "aclImdb")
    return file


@pytest.mark.parametrize(
    "prepare", [unpack, lambda folder: unpack(folder).parent, pack], ids=["it", "around it", "archive"]
)  # fmt: skip
def test_the_test_half_of_the_official_dataset_is_read(
    tmp_path: Path, prepare: Callable[[Path], Path]
) -> None:
    source = prepare(tmp_path)
    found = read_reviews(source)
    assert sorted(zip(found.dataset.texts, found.dataset.labels, strict=True)) == TESTS
    assert found.name == str(source)  # three reviews are not the official test half


def test_official_reviews_are_recognized(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reviews, "is_official_test", lambda found: sorted(found.texts) == TEXTS)
    assert read_reviews(unpack(tmp_path)).name == OFFICIAL


def test_columns_and_labels_are_those_of_the_settings(tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text("avis,note\nsuperbe,5\nmoyen,3\nnul,1\n")
    schema = Schema("avis", "note", {"1": "negative", "3": None, "5": "positive"})
    assert read_reviews(tmp_path / "r.csv", schema).dataset == Dataset(["superbe", "nul"], [1, 0])


def test_only_the_test_file_is_read(tmp_path: Path) -> None:
    lines: list[str] = []
    for half, texts in (("train", ("Seen.", "Dull.")), ("test", ("Seen.", "A film."))):
        rows = (json.dumps({"text": text, "label": n}) + "\n" for n, text in enumerate(texts))
        (tmp_path / f"{half}.jsonl").write_text("".join(rows))
    assert read_reviews(tmp_path, report=lines.append).dataset.texts == ["A film."]
    assert lines == ["testing: 1 of 2 rows left out: 1 also in training"]


def test_the_test_half_has_the_labels_of_the_training_half(tmp_path: Path) -> None:
    (tmp_path / "train.csv").write_text("text,label\na,sports\nb,culture\nc,politics\n")
    (tmp_path / "test.csv").write_text("text,label\nd,sports\ne,culture\n")
    assert read_reviews(tmp_path).dataset.names == ("culture", "politics", "sports")


def test_a_test_half_alone_is_read(tmp_path: Path) -> None:
    (tmp_path / "test.csv").write_text("text,label\na,0\nb,1\n")
    (tmp_path / "notes.csv").write_text("no,reviews,at all\n")
    assert read_reviews(tmp_path).dataset.texts == ["a", "b"]


def test_a_test_half_that_was_trained_on_is_refused(tmp_path: Path) -> None:
    for half in ("train", "test"):
        (tmp_path / f"{half}.csv").write_text("text,label\na,0\nb,1\n")
    with pytest.raises(EvaluationError, match="no test reviews that are not in the training half"):
        read_reviews(tmp_path)


def test_held_out_reviews_have_the_settings_columns_and_labels(tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text("note;avis\n5;superbe\n3;moyen\n1;nul\n")
    found = held_out(
        "dev",
        {
            "dataset.testing": str(tmp_path / "r.csv"),
            "dataset.text_column": "avis",
            "dataset.label_column": "note",
            "dataset.labels": '{"1": "negative", "3": null, "5": "positive"}',
        },
    )
    assert found.dataset == Dataset(["superbe", "nul"], [1, 0])
