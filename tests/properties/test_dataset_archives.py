"""Dataset archives and directories: read completely or refused with file and reason."""

import gzip
import re
import tarfile
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sentiment import archives
from sentiment.datasets import Dataset, read_channel
from sentiment.errors import DatasetError
from sentiment.leftovers import is_leftover
from tests.properties.dataset_files import REVIEWS, Halves, compressed, read, read_folder
from tests.properties.tar_archives import (
    ARCHIVES,
    MEMBERS,
    Member,
    damaged,
    packed_files,
    plain_members,
    tarred,
    truncated,
    with_headers,
    with_headers_of_headers,
    with_long_header,
)

FOLDERS = st.sampled_from(["", "aclImdb/", "./", "a b/ä/"])
QUARTERS = ["train/pos", "train/neg", "test/pos", "test/neg"]


def review_members(quarters: st.SearchStrategy[str]) -> st.SearchStrategy[Member]:
    """Return archive members that are reviews."""
    return st.tuples(
        st.builds("{}{}/{}.txt".format, FOLDERS, quarters, st.integers(0, 20)),
        st.just(tarfile.REGTYPE),
        REVIEWS.map(str.encode),
        st.just(""),
    )


# Both classes in both halves, or in the training half only; more training reviews in between
BOTH = st.tuples(*(review_members(st.just(quarter)) for quarter in QUARTERS))
TRAIN = st.tuples(*(review_members(st.just(quarter)) for quarter in QUARTERS[:2]))
MORE = st.lists(review_members(st.sampled_from(QUARTERS[:2])), max_size=4)
WHOLE = st.tuples(BOTH | BOTH | TRAIN, MORE).map(lambda parts: [*parts[0][1:], *parts[1], parts[0][0]])  # fmt: skip
WITH_OTHERS = st.tuples(WHOLE, MEMBERS, WHOLE).map(lambda parts: [*parts[0], *parts[1], *parts[2]])
ANY_REVIEWS = st.lists(review_members(st.sampled_from(QUARTERS)), max_size=5)
ARCHIVE_NAMES = st.sampled_from(["aclImdb.tar.gz", "a.tgz", "a.tar", "a.tar.xz"])


def expected(members: list[Member]) -> Halves | None:
    """Return the datasets in an archive, in the order of the names, or None for an invalid one."""
    named = [(PurePosixPath(name), kind, content) for name, kind, content, _ in members]
    named = [
        member for member in named if member[1] != tarfile.DIRTYPE and not is_leftover(member[0])
    ]
    quarters = {
        member[0]
        for member in named
        if "/".join(member[0].parts[-3:-1]) in QUARTERS and member[0].suffix == ".txt"
    }
    roots = {path.parents[2] for path in quarters}
    if sum(path in quarters for path, _, _ in named) > len(quarters):
        return None  # the same name twice
    halves: Halves = {}
    for path, kind, content in sorted(named, key=lambda member: member[0].parts):
        outside = path.is_absolute() or ".." in path.parts or re.match(r"[A-Za-z]:|\\", str(path))
        if kind != tarfile.REGTYPE or outside:
            return None
        if path not in quarters:
            if roots.isdisjoint(path.parents):
                return None  # neither a review nor next to one
            continue
        text = content.decode("utf-8-sig", "replace")
        if text.encode() != content.removeprefix(b"\xef\xbb\xbf") or not text.strip():
            return None
        dataset = halves.setdefault(path.parts[-3], Dataset([], []))
        dataset.texts.append(text)
        dataset.labels.append(int(path.parts[-2] == "pos"))
    if list(halves) == ["test"]:
        halves = {"train": halves["test"]}  # a test half alone is data like any other
    return (
        halves if halves and all(set(half.labels) == {0, 1} for half in halves.values()) else None
    )


@given(WHOLE | WITH_OTHERS | ANY_REVIEWS, ARCHIVE_NAMES)
def test_archives_are_read_completely_or_refused(members: list[Member], name: str) -> None:
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
def test_a_truncated_archive_with_valid_compression_is_refused_or_unchanged(
    data: st.DataObject, members: list[Member], name: str
) -> None:
    found = read(name, compressed(name, data.draw(truncated(tarred(members)))))
    assert isinstance(found, str) or found == expected(members)


@given(st.data(), WHOLE, st.sampled_from(["a.tar.gz", "a.tgz", "a.tar.xz"]))
def test_a_damaged_archive_is_refused_or_unchanged(
    data: st.DataObject, members: list[Member], name: str
) -> None:
    found = read(name, data.draw(damaged(compressed(name, tarred(members)))))
    assert isinstance(found, str) or found == expected(members)


@given(WHOLE, st.sampled_from(["", "aclImdb"]), st.none() | st.binary(max_size=4))
def test_directories_are_read_completely_or_refused(
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
        assert re.match(
            r"(aclImdb/)?train/neg/odd\.txt(, line \d: not UTF-|: the review is empty)", found
        )
    assert (None if isinstance(found, str) else found) == good


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (with_long_header(50_000_000), "a part has more than 1,000,000 bytes"),
        (
            packed_files({"a.txt": b""}) + gzip.compress(bytes(50_000_000), 1),
            "there is data after the end of the archive",
        ),
    ],
)
def test_a_bomb_in_a_header_or_after_the_end_is_refused(
    content: bytes, message: str, tmp_path: Path
) -> None:
    (tmp_path / "a.tar.gz").write_bytes(content)
    with pytest.raises(DatasetError, match=message):
        read_channel(tmp_path)


def test_archive_bombs_are_refused_early(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    header = tarfile.TarInfo("aclImdb/unsup.txt")
    header.size = 1 << 42
    (tmp_path / "a.tar.gz").write_bytes(gzip.compress(header.tobuf()))
    with pytest.raises(DatasetError, match="more than 1,000,000 members or 4,294,967,296 bytes"):
        read_channel(tmp_path)
    monkeypatch.setattr(archives, "MAX_MEMBERS", 10)
    files = {f"aclImdb/{number}.txt": b"" for number in range(11)}
    (tmp_path / "a.tar.gz").write_bytes(packed_files(files))
    with pytest.raises(DatasetError, match="more than 10 members"):
        read_channel(tmp_path)


def test_a_review_in_a_directory_has_a_size_limit(tmp_path: Path) -> None:
    (tmp_path / "train" / "pos").mkdir(parents=True)
    (tmp_path / "train" / "pos" / "1.txt").write_bytes(b"a" * 1_000_001)
    with pytest.raises(DatasetError, match=r"1\.txt: a text file may have at most 1,000,000 bytes"):
        read_channel(tmp_path)
