"""Tables that people have: dialects, names of columns and labels, and what is refused."""

import bz2
import gzip
import io
import tarfile
from pathlib import Path

import pytest

from sentiment.datasets import Dataset, read_channel
from sentiment.errors import DatasetError
from sentiment.labels import MOST_LABELS
from sentiment.schema import Schema

ROWS = Dataset(["fine, really", "dull"], [1, 0])
TABLE = b'text,label\n"fine, really",1\ndull,0\n'


def read(
    folder: Path,
    files: dict[str, bytes],
    schema: Schema | None = None,
    *,
    most: int = MOST_LABELS,
) -> dict[str, Dataset]:
    """Return the halves of a channel with these files."""
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return read_channel(folder, schema, most=most)


def refusal(folder: Path, files: dict[str, bytes], schema: Schema | None = None) -> str:
    """Return the one line with which a channel with these files is refused for two labels."""
    with pytest.raises(DatasetError) as refused:
        read(folder, files, schema, most=2)
    line = str(refused.value)
    assert len(line) < 1000
    assert len(line.splitlines()) == 1
    return line


def packed(*names: str) -> bytes:
    """Return an archive in which each file is the table."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name in names:
            member = tarfile.TarInfo(name)
            member.size = len(TABLE)
            archive.addfile(member, io.BytesIO(TABLE))
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("r.csv", b"text;label\nfine, really;1\ndull;0\n"),
        ("r.csv", b"text\tlabel\nfine, really\t1\ndull\t0\n"),
        ("r.csv", b"text|label\nfine, really|1\ndull|0\n"),
        ("r.tsv", b"text\tlabel\nfine, really\t1\ndull\t0\n"),
        ("r.csv", TABLE.replace(b"\n", b"\r")),
        ("r.csv", TABLE.replace(b"\n", b"\r\n")),
        ("r.csv", b"\xef\xbb\xbf" + TABLE),
        ("r.csv", TABLE.decode().encode("utf-16")),
        ("r.csv", b"\xfe\xff" + TABLE.decode().encode("utf-16-be")),
        ("r.csv", TABLE.replace(b"\n", b"\n\n")),
        ("R.CSV", TABLE),
        ("r.csv.bz2", bz2.compress(TABLE)),
        ("r.ndjson", b'{"text": "fine, really", "label": 1}\n{"text": "dull", "label": 0}'),
        ("r.json", b'[{"text": "fine, really", "label": 1}, {"label": 0, "text": "dull"}]'),
        (
            "r.json",
            b'\n[\n {"text": "fine, really", "label": 1},\n {"label": 0, "text": "dull"}\n]',
        ),
        ("r.txt", b"__label__pos fine, really\n\n__label__neg dull\n"),
    ],
)
def test_every_dialect_is_read(tmp_path: Path, name: str, content: bytes) -> None:
    assert read(tmp_path, {name: content}) == {"train": ROWS}


@pytest.mark.parametrize(
    "header",
    [
        "text, label", "Text,LABEL", "review,sentiment", "Review Text,Stars", "comment,polarity",
        "sentence,target", " tweet ,Class", "review-body,rating",
    ],
)  # fmt: skip
def test_usual_names_of_columns_are_known(tmp_path: Path, header: str) -> None:
    assert read(tmp_path, {"r.csv": TABLE.replace(b"text,label", header.encode())}) == {
        "train": ROWS
    }


def test_text_and_label_are_preferred(tmp_path: Path) -> None:
    table = b"review,text,score,label\nx,fine,7,1\ny,dull,3,0\n"
    assert read(tmp_path, {"r.csv": table})["train"] == Dataset(["fine", "dull"], [1, 0])


@pytest.mark.parametrize(
    ("negative", "positive"),
    [
        ("0", "1"), ("-1", "1"), ("1", "2"), ("0", "4"), ("neg", "pos"), ("Negative", "POSITIVE"),
        ("false", "True"), ("no", "yes"), ("0.0", "1.0"), (" 0 ", "positive"), ("-1.0", "1"),
    ],
)  # fmt: skip
def test_pairs_of_labels_are_known(tmp_path: Path, negative: str, positive: str) -> None:
    table = f"text,label\nfine,{positive}\ndull,{negative}\ngood,{positive}\n"
    assert read(tmp_path, {"r.csv": table.encode()})["train"].labels == [1, 0, 1]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        # Without quotes, a text would be cut at its first comma.
        (
            "r.csv",
            b"label,text\n1,Not bad, in fact the best\n0,Dull\n",
            "r.csv, line 2: 3 fields, but the header has 2; put a text with ',' or a quotation mark",
        ),
        ("r.csv", b"text,label,id\nfine,1\n", "r.csv, line 2: 2 fields, but the header has 3"),
        ("r.csv", b"text,label,label\na,1,1\n", "r.csv, line 1: 'label' and 'label' may both be"),
        (
            "r.csv",
            b"review,comment,label\na,b,1\n",
            "r.csv, line 1: 'review' and 'comment' may both be the text; set dataset.text_column",
        ),
        (
            "r.csv",
            b"text,stars\na,1\nb,2\nc,3\n",
            "r.csv, line 4: label '3' is refused; use two labels, such as 0/1, -1/1, 1/2, 0/4, neg/pos",
        ),
        (
            "r.csv",
            b"text,label\nsch\xf6n,1\n",
            "r.csv, line 2: not UTF-8 (the byte f6 is 'ö' in Windows-1252); save the file as UTF-8",
        ),
        ("r.csv", b"text,label\rfine,1\rsch\xf6n,1\r", "r.csv, line 3: not UTF-8"),
        (
            "r.csv",
            b'text,label\n"fine" film,1\n',
            "r.csv, line 2: ',' expected after '\"'; double each",
        ),
        ("r.csv", b'text,label\nfine,1\n"dull,0\nx,1\n', "r.csv, line 3: unexpected end of data"),
        ("r.jsonl", b'{"text": "a", "label": null}\n', "r.jsonl, line 1: label '' is empty"),
        ("r.csv", b"\xff\xfet\0e\0x", "r.csv, line 1: not UTF-16"),
        ("r.json", b'[{"text": "a", "label": 1},', "r.json: not JSON"),
        ("r.json", b'[{"text": "a", "label": 1}, 7]', "r.json, object 2: must be a JSON object"),
        ("r.txt", b"__label__a __label__b fine\n", "r.txt, line 1: must be one __label__"),
        ("r.txt", b"fine", "r.txt: a text file needs a folder named after its label"),
        ("r.xlsx", b"PK", "r.xlsx: unknown format; save the sheet as CSV UTF-8"),
        (
            "r.csv",
            b"PK\3\4x",
            "r.csv: its content is a spreadsheet or a zip archive; save",
        ),
        ("r.csv", gzip.compress(TABLE), "r.csv: its content is compressed; add .gz to its name"),
        ("r.jsonl", b"PAR1", "r.jsonl: its content is Parquet; name it .parquet"),
        (
            "r.csv",
            b"version https://git-lfs.github.com/spec/v1",
            "a Git LFS pointer; run git lfs pull",
        ),
        ("r.csv", b"<!DOCTYPE html>", "r.csv: its content is a web page; download the file itself"),
        ("r.csv", TABLE.decode().encode("utf-16-le"), "r.csv: UTF-16 without a byte order mark"),
        (
            "r.json",
            b'{"reviews": [\n',
            "r.json, line 1: not JSON (Expecting value: line 2 column 1",
        ),
        ("r.txt", b"fine\t1\n", "r.txt: a text file needs a folder named after its label"),
        ("r.rar", b"Rar!", "r.rar: unknown format; unpack it"),
        ("README.md", b"# Reviews", "README.md: unknown format; use .csv, .tsv"),
        ("misc/r.txt", b"fine", "all 1 training reviews are misc; add reviews of another label"),
    ],
)
def test_what_cannot_be_read_is_refused(
    tmp_path: Path, name: str, content: bytes, reason: str
) -> None:
    assert reason in refusal(tmp_path, {name: content})


def test_the_same_table_twice_is_refused(tmp_path: Path) -> None:
    line = refusal(tmp_path, {"r.csv": TABLE, "r.csv.gz": gzip.compress(TABLE)})
    assert line == "r.csv.gz: the same table as r.csv; remove one of them"


@pytest.mark.parametrize("place", ["more.csv", "aclImdb/more.csv"])
def test_a_table_next_to_the_official_directory_is_refused(tmp_path: Path, place: str) -> None:
    official = {f"aclImdb/train/{label}/0_1.txt": b"x" for label in ("pos", "neg")}
    files = {**official, "aclImdb/imdb.vocab": b"the", "aclImdb/README": b"", place: TABLE}
    line = refusal(tmp_path, files)
    assert line.startswith(f"{place}: next to the official directory aclImdb")


def test_the_same_rows_twice_are_refused_under_any_name(tmp_path: Path) -> None:
    copies = {"part1.csv": TABLE, "part2.tar.gz": packed("b.csv")}
    assert refusal(tmp_path, copies).startswith("part2.tar.gz:b.csv: the same rows as part1.csv")


def test_train_and_test_are_the_halves(tmp_path: Path) -> None:
    test = b'{"text": "good", "label": 1}\n{"text": "bad", "label": 0}\n'
    halves = read(tmp_path, {"train.csv": TABLE, "test.jsonl.gz": gzip.compress(test)})
    assert halves == {"train": ROWS, "test": Dataset(["good", "bad"], [1, 0])}


def test_a_table_named_test_alone_is_trained_on(tmp_path: Path) -> None:
    assert read(tmp_path, {"test.csv": TABLE}) == {"train": ROWS}


def test_a_folder_names_the_label_of_its_texts(tmp_path: Path) -> None:
    found = read(tmp_path, {"neg/cv1.txt": b"dull\n", "pos/cv1.txt": b"fine\n"})
    assert found == {"train": Dataset(["dull", "fine"], [0, 1])}


def test_each_file_is_reported(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(TABLE)
    (tmp_path / "b.tsv").write_bytes(b"text\tlabel\ngood\tpos\n")
    (tmp_path / "c.csv.gz").write_bytes(gzip.compress("Text;Label\nsuperb;1\n".encode("utf-16")))
    (tmp_path / "d" / "neg").mkdir(parents=True)
    (tmp_path / "d" / "neg" / "1.txt").write_bytes(b"bad")
    (tmp_path / "d" / "neg" / ".DS_Store").write_bytes(b"")
    said: list[str] = []
    read_channel(tmp_path, report=said.append)
    assert said == [
        "skipped 1 leftover files, such as 'd/neg/.DS_Store'",
        "a.csv: 2 train rows (1 '0', 1 '1'); commas, columns 'text' and 'label'",
        "b.tsv: 1 train rows (1 'pos'); tabs, columns 'text' and 'label'",
        "c.csv.gz: 1 train rows (1 '1'); semicolons, columns 'Text' and 'Label', UTF-16, .gz",
        "d/neg: 1 train rows (1 'neg'); text files",
    ]
