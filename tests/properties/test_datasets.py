"""Datasets: archives and tables of reviews are read whole, or refused by file, line and reason."""

import csv
import gzip
import io
import json
import lzma
import re
import tarfile
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import event, example, given
from hypothesis import strategies as st

from sentiment import datasets, imdb_archive
from sentiment.datasets import Dataset, read_channel, read_feedback
from sentiment.errors import DatasetError
from tests.properties.json_values import JSON
from tests.properties.tar_archives import (
    ARCHIVES,
    MEMBERS,
    Member,
    cut_off,
    damaged,
    gzipped,
    packed_files,
    plain_members,
    tarred,
    with_headers,
    with_headers_of_headers,
    with_long_header,
)

Halves = dict[str, Dataset]
Row = tuple[str, str, str]  # text, label, source

CHANNEL = "channel"
# What is wrong with all files of a channel together; all else is wrong with one file.
OF_CHANNEL = re.compile(
    rf"{CHANNEL}: (no reviews; .+|all \d+ (train|test) reviews are (positive|negative); .+)"
)
OF_TABLE = re.compile(
    r", line [1-9]\d*: .+|: unknown format; .+|: damaged or truncated compression \(.*\)"
)
OF_ARCHIVE = re.compile(r"(, '.+'|, \".+\")?: .+")


def read(name: str, content: bytes) -> Halves | str:
    """Return what a channel with one file holds, or why it is refused."""
    with TemporaryDirectory() as root:
        folder = Path(root, CHANNEL)
        folder.mkdir()
        (folder / name).write_bytes(content)
        found = read_folder(folder)
        assert list(Path(root).rglob("*")) == [folder, folder / name]
    if isinstance(found, str) and not OF_CHANNEL.fullmatch(found):
        assert found.startswith(name)
        told = OF_ARCHIVE if ".tar" in name or name.endswith(".tgz") else OF_TABLE
        assert told.fullmatch(found.removeprefix(name)), found
        assert len(found.removeprefix(name).splitlines()) == 1
        assert found.isprintable() or not name.isprintable()
        assert len(found) < 1000
    return found


def read_folder(folder: Path) -> Halves | str:
    """Return what a channel holds, or why it is refused."""
    try:
        halves = read_channel(folder)
    except DatasetError as error:
        event("refused")
        return str(error)
    event("read whole")
    assert all(set(half.labels) == {0, 1} for half in halves.values())
    assert all(text.strip() for half in halves.values() for text in half.texts)
    return halves


def compressed(name: str, content: bytes) -> bytes:
    """Return what a file of that name with that content holds."""
    if name.endswith((".gz", ".tgz")):
        return gzipped(content)
    return lzma.compress(content, preset=0) if name.endswith(".xz") else content


REVIEWS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40).filter(
    str.strip
)
FOLDERS = st.sampled_from(["", "aclImdb/", "./", "a b/ä/"])
QUARTERS = ["train/pos", "train/neg", "test/pos", "test/neg"]


def review_members(quarters: st.SearchStrategy[str]) -> st.SearchStrategy[Member]:
    """Return members that are reviews."""
    return st.tuples(
        st.builds("{}{}/{}.txt".format, FOLDERS, quarters, st.integers(0, 20)),
        st.just(tarfile.REGTYPE),
        REVIEWS.map(str.encode),
        st.just(""),
    )


# Of both classes in both halves or in the training half alone, in between more of what is there
BOTH = st.tuples(*(review_members(st.just(quarter)) for quarter in QUARTERS))
TRAIN = st.tuples(*(review_members(st.just(quarter)) for quarter in QUARTERS[:2]))
MORE = st.lists(review_members(st.sampled_from(QUARTERS[:2])), max_size=4)
WHOLE = st.tuples(BOTH | BOTH | TRAIN, MORE).map(lambda parts: [*parts[0][1:], *parts[1], parts[0][0]])  # fmt: skip
WITH_OTHERS = st.tuples(WHOLE, MEMBERS, WHOLE).map(lambda parts: [*parts[0], *parts[1], *parts[2]])
ANY_REVIEWS = st.lists(review_members(st.sampled_from(QUARTERS)), max_size=5)
ARCHIVE_NAMES = st.sampled_from(["aclImdb.tar.gz", "a.tgz", "a.tar", "a.tar.xz"])


def expected(members: list[Member]) -> Halves | None:
    """Return what was put into an archive in the order of the names, None where it is no dataset."""
    halves: Halves = {}
    for name, kind, content, _ in sorted(members, key=lambda member: (member[0], member[2])):
        half, label, file = ["", "", *name.split("/")][-3:]
        if half not in {"train", "test"} or label not in {"pos", "neg"} or not file[:-4]:
            continue
        if not file.endswith(".txt"):
            continue
        text = content.decode("utf-8", "replace")
        if kind != tarfile.REGTYPE or text.encode() != content or not text.strip():
            return None
        dataset = halves.setdefault(half, Dataset([], []))
        dataset.texts.append(text)
        dataset.labels.append(int(label == "pos"))
    both = all(set(half.labels) == {0, 1} for half in halves.values())
    return halves if "train" in halves and both else None


@given(WHOLE | WITH_OTHERS | ANY_REVIEWS, ARCHIVE_NAMES)
def test_archives_are_read_whole_or_refused(members: list[Member], name: str) -> None:
    found = read(name, compressed(name, tarred(members)))
    assert (None if isinstance(found, str) else found) == expected(members)


@given(ARCHIVES, ARCHIVE_NAMES)
@example(with_headers({"GNU.sparse.map": "a,b"}), "a.tar.gz")
@example(with_headers({"GNU.sparse.major": "1", "GNU.sparse.minor": "0"}), "a.tar.gz")
@example(with_headers({"path": "train/pos/\n.txt", "GNU.sparse.size": "0"}), "a.tar.gz")
@example(with_headers_of_headers(1000), "a.tar.gz")
def test_hostile_archives_are_read_or_refused(content: bytes, name: str) -> None:
    read(name, content)


@given(st.data(), WHOLE, ARCHIVE_NAMES)
def test_a_cut_off_archive_in_good_compression_is_refused_or_the_same(
    data: st.DataObject, members: list[Member], name: str
) -> None:
    found = read(name, compressed(name, data.draw(cut_off(tarred(members)))))
    assert isinstance(found, str) or found == expected(members)


@given(st.data(), WHOLE, st.sampled_from(["a.tar.gz", "a.tgz", "a.tar.xz"]))
def test_a_damaged_archive_is_refused_or_the_same(
    data: st.DataObject, members: list[Member], name: str
) -> None:
    found = read(name, data.draw(damaged(compressed(name, tarred(members)))))
    assert isinstance(found, str) or found == expected(members)


@given(WHOLE, st.sampled_from(["", "aclImdb"]), st.none() | st.binary(max_size=4))
def test_directories_are_read_whole_or_refused(
    members: list[Member], below: str, odd: bytes | None
) -> None:
    files = {"/".join(name.split("/")[-3:]): content for name, _, content, _ in members}
    if odd is not None:
        files["train/neg/odd.txt"] = odd
    with TemporaryDirectory() as folder:
        for name, content in files.items():
            file = Path(folder, below, name)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        found = read_folder(Path(folder))
    good = expected(plain_members(files))
    if isinstance(found, str):
        assert found.startswith(("odd.txt: the review is empty", "odd.txt: not UTF-8"))
    assert (None if isinstance(found, str) else found) == good


LABELS = {"1": 1, "pos": 1, "Positive": 1, "0": 0, "neg": 0, " NEGATIVE ": 0}
ROWS = st.lists(
    st.tuples(REVIEWS, st.sampled_from(sorted(LABELS)), st.sampled_from(["imdb", "imdb", "amazon"])),
    max_size=8,
)  # fmt: skip
TABLE_NAMES = st.builds(
    "{}{}{}".format,
    st.sampled_from(["a", "combined_movie_reviews", "combined_movie_reviews.1"]),
    st.sampled_from([".csv", ".csv", ".jsonl", ".json"]),
    st.sampled_from(["", ".gz", ".xz"]),
)
COLUMNS = ("text", "label", "source")


def table(name: str, rows: list[Row]) -> bytes:
    """Return a table, not yet compressed."""
    if ".csv" not in name:
        return b"".join(
            json.dumps(dict(zip(COLUMNS, row, strict=True))).encode() + b"\n" for row in rows
        )
    buffer = io.StringIO()
    writer = csv.writer(buffer, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerows([COLUMNS, *rows])
    return buffer.getvalue().encode()


def rows_of(name: str, rows: list[Row]) -> Dataset:
    """Return what a table says; of the packaged one only one source counts."""
    packaged = name.startswith("combined_movie_reviews") and ".csv" in name
    chosen = [row for row in rows if row[2] == "imdb" or not packaged]
    return Dataset([text for text, _, _ in chosen], [LABELS[label] for _, label, _ in chosen])


@given(ROWS, TABLE_NAMES)
def test_tables_are_read_whole(rows: list[Row], name: str) -> None:
    found, good = read(name, compressed(name, table(name, rows))), rows_of(name, rows)
    if len(set(good.labels)) == 2:
        assert found == {"train": good}
    elif good.labels:
        assert isinstance(found, str)
        assert f"{CHANNEL}: all {len(good.labels)} train reviews are " in found
    else:
        assert isinstance(found, str)
        assert f"{CHANNEL}: no reviews; " in found


@given(st.data(), ROWS, TABLE_NAMES.filter(lambda name: name.endswith((".gz", ".xz"))))
def test_a_damaged_table_is_refused_or_the_same(
    data: st.DataObject, rows: list[Row], name: str
) -> None:
    found = read(name, data.draw(damaged(compressed(name, table(name, rows)))))
    assert isinstance(found, str) or found == {"train": rows_of(name, rows)}


BAD_ROWS = {
    "csv": [
        (b'"x","maybe","imdb"\n', "label 'maybe'; allowed are"),
        (b'"x\n\ny","","imdb"\n', "label ''; allowed are"),
        (b'"\n","1","imdb"\n', "the review is empty"),
        (b'"x"y,"1","imdb"\n', "',' expected after '\"'"),
        (b'"\xff","1","imdb"\n', "not UTF-8"),
    ],
    "json": [
        (b'{"text": "x", "label": "maybe", "source": "imdb"}\n', "label 'maybe'; allowed are"),
        (b'{"text": " ", "label": 1}\n', "the review is empty"),
        (b'{"text": "x"}\n', "no key 'label'"),
        (b'["x", 1]\n', "must be a JSON object"),
        (b'{"text": "x"\n', "not JSON"),
        (b'"\xff"\n', "not UTF-8"),
    ],
}


@given(st.data(), ROWS, ROWS, TABLE_NAMES)
def test_a_bad_row_is_refused_by_file_and_line(
    data: st.DataObject, before: list[Row], after: list[Row], name: str
) -> None:
    row, reason = data.draw(st.sampled_from(BAD_ROWS["csv" if ".csv" in name else "json"]))
    above = table(name, before)
    below = table(name, after).removeprefix(table(name, []))
    found = read(name, compressed(name, above + row + below))
    assert isinstance(found, str)
    line = (above + row).count(b"\n")
    assert found.startswith(f"{name}, line {line}: {reason}")


LINES = st.lists(
    st.one_of(
        st.binary(max_size=30),
        st.sampled_from(
            [b"text,label", b"text,label,source", b'"a,1', b"a,1", b"b,neg", b"a,1,imdb", b"b,0,imdb",
             b'{"text": "a", "label": 1}', b'{"text": 1}']
        ),
        st.fixed_dictionaries({"text": REVIEWS | JSON, "label": st.sampled_from([0, "pos"]) | JSON})
        .map(lambda row: json.dumps(row).encode()),
    ),
    max_size=8,
).map(b"\n".join)  # fmt: skip
TABLES = st.sampled_from([
    "a.csv", "a.csv.gz", "a.csv.xz", "a.jsonl", "a.jsonl.gz", "a.jsonl.xz",
    "combined_movie_reviews.csv", "a.txt", ".csv", ".gz", "a.tar",
])  # fmt: skip


@given(LINES, TABLES, st.booleans())
@example(b'"a\nb",' + b"c" * 100_000, "a.csv", False)  # noqa: FBT003
def test_tables_are_read_or_refused(content: bytes, name: str, good_compression: bool) -> None:  # noqa: FBT001
    read(name, compressed(name, content) if good_compression else content)


@given(st.lists(st.tuples(REVIEWS, st.sampled_from([0, 1, "pos", " NEGATIVE "])), min_size=1))
def test_json_lines_are_what_they_say(rows: list[tuple[str, str | int]]) -> None:
    content = "".join(json.dumps({"text": text, "label": label}) + "\n" for text, label in rows)
    with TemporaryDirectory() as folder:
        Path(folder, "a.jsonl").write_text(content)
        found = read_feedback(Path(folder))
    assert found.texts == [text for text, _ in rows]
    assert found.labels == [int(label in {1, "pos"}) for _, label in rows]


FILE_NAMES = st.text(min_size=1, max_size=300).filter(
    lambda name: "/" not in name and "\0" not in name
)


@given(FILE_NAMES | FILE_NAMES.map("{}.jsonl".format))
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
            "there is data after the end of the archive",
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
    with pytest.raises(
        DatasetError, match=r"1\.txt: must be a plain file of at most 1,000,000 bytes"
    ):
        read_channel(tmp_path)
