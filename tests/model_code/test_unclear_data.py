"""Files and folders that could be read in two ways: as they are meant, or not at all."""

import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from sentiment.datasets import Dataset, read_channel
from sentiment.errors import DatasetError
from sentiment.halves import read_halves
from sentiment.schema import Schema

WORDS = {"negative": "dull", "positive": "fine", "neutral": "plain"}


def table(
    count: int = 20, labels: tuple[str, ...] = ("negative", "positive"), start: int = 0
) -> str:
    rows = [(labels[n % len(labels)], start + n) for n in range(count)]
    return "text,label\n" + "".join(f"A {WORDS[label]} film {n}.,{label}\n" for label, n in rows)


def write(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


@pytest.mark.parametrize(
    ("train", "test"),
    [
        ("imdb_train.csv", "imdb_test.csv"),
        ("training.csv", "testing.csv"),
        ("data/train-00000-of-00001-a09b74b3.csv", "data/test-00000-of-00001-b12c.csv"),
        ("Training Set/reviews.csv", "Test Set/reviews.csv"),
        ("reviews.train.csv", "reviews.TEST.csv"),
    ],
)
def test_names_with_train_and_test_are_halves(tmp_path: Path, train: str, test: str) -> None:
    write(tmp_path, {train: table(), test: table(10, start=100)})
    halves = read_channel(tmp_path)
    assert [len(halves[half].texts) for half in ("train", "test")] == [20, 10]


def test_latest_is_not_a_test_half(tmp_path: Path) -> None:
    write(tmp_path, {"latest.csv": table(), "train.csv": table(10, start=100)})
    assert read_channel(tmp_path).keys() == {"train"}


def test_reviews_that_are_named_unlabelled_are_left_out(tmp_path: Path) -> None:
    lines: list[str] = []
    files = {
        "train-00000-of-00001.csv": table(),
        "test-00000-of-00001.csv": table(10, start=100),
        "unsupervised-00000-of-00001.csv": "text,label\nWhatever.,-1\n",
    }
    halves = read_channel(write(tmp_path, files), report=lines.append)
    assert halves["train"].names == ("negative", "positive")
    assert lines[0] == "skipped 1 unlabelled files, such as 'unsupervised-00000-of-00001.csv'"


MERGED = "text,label\n" + "Fine.,1\nDull.,0\n" * 10 + '"I said that,0\nand then",0\n'
OBJECTS = json.dumps({"text": ["A fine film."], "label": ["positive"]})


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        (
            {"reviews.csv": table(), "test.csv": table(10, start=100)},
            "test.csv: named as test reviews, but no other file is named as training reviews",
        ),
        (
            {"train.csv": table(), "test.csv": "text,label\n"},
            "test.csv: contains no reviews; add test",
        ),
        (
            {"positive/2020/1.txt": "Fine.", "negative/2021/2.txt": "Dull."},
            "is its label '2020' or 'positive'?",
        ),
        (
            {f"{kind}/{fold}/1.txt": f"{kind} {fold}" for kind in "ab" for fold in ("f1", "f2")},
            "b/f1/1.txt: is its label 'f1' or 'b'?",
        ),
        (
            {f"{half}_{label}/1.txt": "x" for half in ("train", "test") for label in WORDS},
            "name both a half and a label; put folders of labels into the folders train and test",
        ),
        ({"r.csv": MERGED}, "r.csv, line 22: a field contains whole rows"),
        (
            {"r.csv": table() + "text,label\n"},
            "r.csv, line 22: repeats the header; remove the line",
        ),
        ({"r.jsonl": '{"text": "x", "label": NaN}'}, "r.jsonl, line 1: label '' is empty"),
        ({"r.jsonl": '{"text": "x", "label": ["a"]}'}, "the label must be a string or a number"),
        ({"r.jsonl": '{"text": "x", "label": "a\\ud83d"}'}, "has an unprintable character"),
        ({"r.csv": f"text,label\nx,{'a' * 61}\n"}, "has 61 characters; the limit is 60"),
        (
            {"r.csv": "text,label\na,neg\nb,negative\nc,pos\nd,neutral\n"},
            "r.csv, line 3: label 'negative' means the same as the label 'neg'",
        ),
        ({"r.json": OBJECTS}, "an object of columns or rows; save one object a line, in pandas"),
        ({"uci/sentences/a.txt": "Fine.\t1\nDull.\t0\nBad.\t0\n"}, "a.txt: its lines have a text,"),
        ({"r.csv": table().encode("utf-32")}, "r.csv: UTF-32; save the file as UTF-8"),
        ({"r.csv": b'text,label\r"a\nb",1\rc,0\r'}, "r.csv"),
    ],
)
def test_what_is_unclear_is_refused(tmp_path: Path, files: dict[str, str], reason: str) -> None:
    with pytest.raises(DatasetError) as refused:
        read_channel(write(tmp_path, files))
    assert reason in str(refused.value)


@pytest.mark.parametrize("name", ["neutral", "more.csv"])
def test_a_link_to_no_file_is_refused(tmp_path: Path, name: str) -> None:
    elsewhere = write(tmp_path / "elsewhere", {"1.txt": "Plain."})
    data = write(tmp_path / "data", {"negative/1.txt": "Dull.", "positive/1.txt": "Fine."})
    target = elsewhere if name == "neutral" else tmp_path / "nowhere"
    (data / name).symlink_to(target)
    with pytest.raises(DatasetError, match=f"^{name}: a link to a folder or to nothing"):
        read_channel(data)


def test_sources_with_the_same_known_labels_are_read(tmp_path: Path) -> None:
    write(tmp_path, {f"{shop}/{label}/1.txt": shop for shop in "ab" for label in ("neg", "pos")})
    assert len(read_channel(tmp_path)["train"].texts) == 4


@pytest.mark.parametrize(
    ("spelled", "names"),
    [
        (("-1", "+1"), ("negative", "positive")),
        (("0.000000e+00", "1.000000e+00"), ("negative", "positive")),
        (("-0.0", "1.0"), ("negative", "positive")),
        (('"0,0"', '"1,0"'), ("negative", "positive")),
        (("ham\u200b", "spam"), ("ham", "spam")),
        (("ne\u0301gatif", "n\u00e9gatif", "positif"), ("n\u00e9gatif", "positif")),
        (("007", "7"), ("007", "7")),
        (('"2,5"', "2.5", "+2.5", "2.5e+00", "-0.5"), ("-0.5", "2.5")),
        (('"1,5"', '"2,5"', "3", '"4,5"', "10"), ("1.5", "2.5", "3", "4.5", "10")),
        (('"1,0"', '"2,5"', '"v1,5"', "1.2.3"), ("1", "2.5", "1.2.3", "v1,5")),
    ],
)
def test_one_label_in_two_spellings_is_one(
    tmp_path: Path, spelled: tuple[str, ...], names: tuple[str, ...]
) -> None:
    rows = "".join(f"text {n},{label}\n" for n, label in enumerate(spelled))
    assert read_channel(write(tmp_path, {"r.csv": "text,label\n" + rows}))["train"].names == names


def test_blanks_after_the_delimiter_and_empty_rows_are_not_read(tmp_path: Path) -> None:
    content = 'text, label\n"Fine, really.", "positive"\n,\n"Dull.", "negative"\n,\n'
    assert read_channel(write(tmp_path, {"r.csv": content}))["train"] == Dataset(
        ["Fine, really.", "Dull."], [1, 0]
    )


def test_names_of_a_mac_archive_are_utf_8(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for label in ("négatif", "positif"):
            archive.writestr(f"{label}/1.txt", label)
    # The names as UTF-8, but without the flag that says so
    content = packed.getvalue().replace(b"\x14\x00\x00\x08", b"\x14\x00\x00\x00")
    found = read_channel(write(tmp_path, {"r.zip": content}))
    assert found["train"].names == ("négatif", "positif")


SCHEMA = Schema(labels={"neutrl": None})


@pytest.mark.parametrize(
    ("files", "schema", "reason"),
    [
        ({"train.csv": table(), "test.csv": table(10)}, Schema(), "no test reviews with the label"),
        (
            {
                "train.csv": table(30, ("negative", "neutral", "positive")),
                "test.csv": table(10, start=100),
            },
            Schema(),
            "no test reviews with the label 'neutral'",
        ),
        (
            {
                "train.csv": table(),
                "test.csv": table(30, ("negative", "neutral", "positive"), 100),
            },
            Schema(),
            "label 'neutral', first in test.csv, line 3, has 0 different texts",
        ),
        ({"r.csv": table()}, SCHEMA, "no row has the label 'neutrl' of dataset.labels"),
        (
            {"r.csv": table(40).replace("film", "film " + "x" * 100_000)},
            Schema(),
            "are longer than the 100,000 characters that a request may have",
        ),
    ],
)
def test_halves_that_cannot_be_trained_on_are_refused(
    tmp_path: Path, files: dict[str, str], schema: Schema, reason: str
) -> None:
    with pytest.raises(DatasetError) as refused:
        read_halves(write(tmp_path, files), None, schema, test_fraction=0.2, seed=1)
    assert reason in str(refused.value)
