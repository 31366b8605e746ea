"""The files that `DATA` names, on this machine and in S3."""

import gzip
import zipfile
from pathlib import Path

import pytest

from scripts.score import ScoreError
from scripts.score.files import find_tables
from scripts.score.output import Output
from sentiment.schema import Schema
from tests.support.leftovers import LEFTOVERS

CSV = b"text\nfine\n"


class Bucket:
    """S3 with some objects."""

    def __init__(self, *keys: str) -> None:
        """Take the keys."""
        self._keys = keys
        self.downloaded: list[str] = []

    def get_paginator(self, _name: str) -> "Bucket":
        return self

    def paginate(self, **wanted: str) -> list[dict[str, list[dict[str, str]]]]:
        found = [key for key in self._keys if key.startswith(wanted["Prefix"])]
        return [{"Contents": [{"Key": key} for key in found]}]

    def download_file(self, _bucket: str, key: str, file: str) -> None:
        self.downloaded.append(key)
        Path(file).write_bytes(CSV)


def names(monkeypatch: pytest.MonkeyPatch, folder: Path, data: str, *keys: str) -> list[str]:
    """Return the names of the tables in a bucket, all of which have been downloaded."""
    bucket = Bucket(*keys)
    monkeypatch.setattr("boto3.client", lambda _service: bucket)
    tables = find_tables(data, folder, Schema())
    assert len(bucket.downloaded) == len(tables)
    return [table.name for table in tables]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("s3://b", ["in2/part-0.csv", "in2/x/part-1.csv", "in2other/part-0.csv"]),
        ("s3://b/", ["in2/part-0.csv", "in2/x/part-1.csv", "in2other/part-0.csv"]),
        ("s3://b/in2", ["part-0.csv", "x/part-1.csv"]),
        ("s3://b/in2/", ["part-0.csv", "x/part-1.csv"]),
        ("s3://b/in2/part-0.csv", ["part-0.csv"]),
    ],
)
def test_folder_in_s3_ends_at_the_slash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: str, expected: list[str]
) -> None:
    keys = ("in2/", "in2/part-0.csv", "in2/x/part-1.csv", "in2other/part-0.csv")
    assert names(monkeypatch, tmp_path, data, *keys) == expected


@pytest.mark.parametrize("data", ["s3://b/in", "s3://b/other/"])
def test_folder_in_s3_without_files_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: str
) -> None:
    with pytest.raises(ScoreError, match=f"DATA={data}: no files"):
        names(monkeypatch, tmp_path, data, "in2/a.csv", "other/")


def test_leftovers_in_s3_are_not_downloaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = ["in/x.csv", *(f"in/{name}" for name in LEFTOVERS)]
    assert names(monkeypatch, tmp_path, "s3://b/in", *keys) == ["x.csv"]


@pytest.mark.parametrize(
    "below",
    ["../x.csv", "a/../../x.csv", "/etc/x.csv", "/x.csv", r"..\x.csv", r"a\x.csv", r"C:\x.csv", "./x.csv", "a//x.csv", "a/./x.csv", "a\0.csv"],
)  # fmt: skip
@pytest.mark.parametrize("data", ["s3://b/in", "s3://b/in/"])
def test_keys_that_leave_the_output_are_refused_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: str, below: str
) -> None:
    with pytest.raises(ScoreError, match="is not a plain path") as error:
        names(monkeypatch, tmp_path, data, "in/a.csv", f"in/{below}")
    assert ascii(f"in/{below}") in str(error.value)


@pytest.mark.parametrize("packed", [True, False])
def test_folder_for_each_label_is_refused(tmp_path: Path, *, packed: bool) -> None:
    folder = tmp_path / "data"
    for name in ("pos/1.txt", "neg/1.txt"):
        file = folder / name
        file.parent.mkdir(parents=True)
        file.write_text("A film\nof two lines\n")
    if packed:
        with zipfile.ZipFile(tmp_path / "data.zip", "w") as archive:
            archive.write(folder / "neg" / "1.txt", "neg/1.txt")
    with pytest.raises(ScoreError, match=r"neg/1\.txt: a text file in a folder is one review"):
        find_tables(str(tmp_path / ("data.zip" if packed else "data")), tmp_path, Schema())


def test_lines_of_text_are_not_in_a_folder_or_have_labels(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    (folder / "deep").mkdir(parents=True)
    (folder / "a.txt").write_text("fine\ndull\n")
    (folder / "deep" / "b.txt").write_text("__label__1 fine\n")
    tables = find_tables(str(folder), tmp_path, Schema())
    assert [table.name for table in tables] == ["a.txt", "deep/b.txt"]


def test_archives_are_read_like_folders(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as packed:
        packed.writestr("deep/b.csv", "text\nfine\n")
        packed.writestr("__MACOSX/._b.csv", "x")
        packed.writestr("c.json.gz", gzip.compress(b'[{"text": "dull"}]'))
    (tmp_path / "copies").mkdir()
    tables = find_tables(str(tmp_path / "a.zip"), tmp_path / "copies", Schema())
    assert [made.name for made in tables] == ["a.zip/deep/b.csv", "a.zip/c.json.gz"]
    assert [row.review for made in tables for row in made.rows()] == ["fine", "dull"]
    output = Output(str(tmp_path / "out"), tables, tmp_path, single=False)
    written = [file.relative_to(tmp_path / "out") for file in output.files.values()]
    assert [str(file) for file in written] == ["a.zip/deep/b.csv", "a.zip/c.json"]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.zip", b"no zip", "a.zip: damaged, or not a zip archive"),
        ("a.xlsx", b"", "a.xlsx: unknown format; use .csv, .tsv, .jsonl"),
        ("missing", None, "missing: no such file or folder"),
    ],
)
def test_what_is_no_table_is_refused(
    tmp_path: Path, name: str, content: bytes | None, reason: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(ScoreError) as refused:
        find_tables(str(tmp_path / name), tmp_path, Schema())
    assert reason in str(refused.value)
