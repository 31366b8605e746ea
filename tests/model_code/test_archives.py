"""Zip and tar archives: members are read as files are, or refused by their names."""

import bz2
import gzip
import io
import stat
import tarfile
import zipfile
from pathlib import Path

import pytest

from sentiment import archives
from sentiment.datasets import Dataset, read_channel
from tests.model_code.test_tables import read, refusal

ROWS = Dataset(["fine, really", "dull"], [1, 0])
MORE = Dataset(["good", "bad"], [1, 0])
TABLE = b'text,label\n"fine, really",1\ndull,0\n'
LINES = b'{"text": "good", "label": 1}\n{"text": "bad", "label": 0}\n'
BOTH = Dataset([*ROWS.texts, *MORE.texts], [*ROWS.labels, *MORE.labels])
FORMS = ["a.zip", "a.tar", "a.tar.gz", "a.tgz", "a.tar.xz", "a.tar.bz2", "A.ZIP", "reviews.csv.zip"]


def pack(name: str, files: dict[str, bytes]) -> bytes:
    """Return an archive in the form that its name says."""
    buffer = io.BytesIO()
    if name.lower().endswith(".zip"):
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
            for member, content in files.items():
                packed.writestr(member, content)
        return buffer.getvalue()
    suffix = name.rpartition(".")[2]
    kind = {"tar": "", "tgz": "gz"}.get(suffix, suffix)
    with tarfile.open(fileobj=buffer, mode=f"w:{kind}") as tar:  # type: ignore[call-overload]
        for member, content in files.items():
            header = tarfile.TarInfo(member)
            header.size = len(content)
            tar.addfile(header, io.BytesIO(content))
    return buffer.getvalue()


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize(
    ("files", "halves"),
    [
        ({"r.csv": TABLE}, {"train": ROWS}),
        ({"r.csv": TABLE.decode().encode("utf-16")}, {"train": ROWS}),
        ({"r.csv.bz2": bz2.compress(TABLE.decode().encode("utf-16"))}, {"train": ROWS}),
        ({"r.txt": b"__label__1 fine, really\n__label__0 dull\n"}, {"train": ROWS}),
        ({"data/r.csv": TABLE, "b.jsonl.gz": gzip.compress(LINES)}, {"train": Dataset([*MORE.texts, *ROWS.texts], [1, 0, 1, 0])}),
        ({"x/train.csv": TABLE, "x/test.jsonl": LINES}, {"train": ROWS, "test": MORE}),
        ({"train/r.csv": TABLE, "test/r.jsonl": LINES}, {"train": ROWS, "test": MORE}),
        ({"pos/1.txt": b"fine, really", "neg/1.txt": b"dull\n"}, {"train": Dataset(["dull", "fine, really"], [0, 1])}),
        (
            {
                "aclImdb/README": b"", "aclImdb/imdb.vocab": b"the", "aclImdb/train/unsup/0_0.txt": b"?",
                "aclImdb/train/pos/0_9.txt": b"fine, really", "aclImdb/train/neg/0_2.txt": b"dull",
                "aclImdb/test/pos/0_9.txt": b"good", "aclImdb/test/neg/0_2.txt": b"bad",
            },
            {"train": Dataset(["dull", "fine, really"], [0, 1]), "test": Dataset(["bad", "good"], [0, 1])},
        ),
        (
            {"r.csv": TABLE, "__MACOSX/._r.csv": b"\0\5", ".ipynb_checkpoints/r-checkpoint.csv": TABLE, "._r.csv": b"\0\5", ".DS_Store": b""},
            {"train": ROWS},
        ),
    ],
)  # fmt: skip
def test_members_are_read_as_files_are(
    tmp_path: Path, name: str, files: dict[str, bytes], halves: dict[str, Dataset]
) -> None:
    assert read(tmp_path, {name: pack(name, files)}) == halves
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("name", ["a.zip", "a.tar.gz"])
@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({"r.csv": TABLE, "notes.docx": b"PK"}, "notes.docx: unknown format; use"),
        ({"r.csv": TABLE, "book.xlsx": b"PK"}, "book.xlsx: unknown format; save the sheet as CSV UTF-8"),
        ({"r.csv": TABLE + b"x\n"}, "r.csv, line 4: 1 fields, but the header has 2"),
        ({"r.csv": TABLE, "readme.txt": b"Hello"}, "readme.txt: a text file needs a folder"),
        ({"b/r.csv": TABLE, "b/r.csv.gz": gzip.compress(TABLE)}, "b/r.csv.gz: the same table as {}:b/r.csv"),
        ({"r.csv": TABLE, "copy.csv": TABLE}, "r.csv: the same rows as {}:copy.csv"),
        ({"inner.zip": pack("inner.zip", {"r.csv": TABLE})}, "inner.zip: an archive in an archive"),
        ({"inner.tgz": b""}, "inner.tgz: an archive in an archive"),
        ({"/etc/r.csv": TABLE}, "/etc/r.csv: its path is outside the archive"),
        ({"../r.csv": TABLE}, "../r.csv: its path is outside the archive"),
        ({"a/../../r.csv": TABLE}, "a/../../r.csv: its path is outside the archive"),
        ({"C:\\r.csv": TABLE}, "its path is outside the archive"),
        ({"pos/1.txt": b"x" * 1_000_001}, "pos/1.txt: a text file may have at most 1,000,000 bytes"),
        ({"a.csv.gz": b"no gzip"}, "a.csv.gz: damaged or truncated content"),
        ({"a/train/pos/1.txt": b"x", "a/more.csv": TABLE}, "a/more.csv: next to the official directory a"),
        ({"r.csv": b"text,label\nsch\xf6n,1\n"}, "r.csv, line 2: not UTF-8"),
    ],
)  # fmt: skip
def test_a_member_is_refused_by_its_name(
    tmp_path: Path, name: str, files: dict[str, bytes], reason: str
) -> None:
    line = refusal(tmp_path, {name: pack(name, files)})
    assert line.startswith(f"{name}:")
    assert reason.format(name) in line


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.zip", b"", "a.zip: damaged, or not a zip archive"),
        ("a.zip", pack("a.zip", {"r.csv": TABLE})[:-30], "a.zip: damaged, or not a zip archive"),
        ("a.zip", pack("a.zip", {}), "a.zip: no files in it"),
        ("a.tar", pack("a.tar", {}), "a.tar: no files in it"),
        ("a.zip", pack("a.zip", {"__MACOSX/._r.csv": b""}), "a.zip: no files in it"),
        ("a.tar.bz2", b"BZh9", "a.tar.bz2: damaged, or not a tar archive"),
    ],
)
def test_an_archive_without_usable_members_is_refused(
    tmp_path: Path, name: str, content: bytes, reason: str
) -> None:
    assert refusal(tmp_path, {name: content}).startswith(reason)


def test_a_damaged_member_is_refused(tmp_path: Path) -> None:
    content = bytearray(pack("a.zip", {"r.csv": TABLE * 3}))
    content[45] ^= 0xFF  # in the compressed data
    assert refusal(tmp_path, {"a.zip": bytes(content)}).startswith("a.zip:r.csv: damaged or")


def test_an_encrypted_member_is_refused(tmp_path: Path) -> None:
    content = bytearray(pack("a.zip", {"r.csv": TABLE}))
    for signature, flags in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        content[content.index(signature) + flags] |= 1
    line = refusal(tmp_path, {"a.zip": bytes(content)})
    assert line == "a.zip:r.csv: encrypted; unpack it with its password"


def test_a_link_is_refused(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as packed:
        link = zipfile.ZipInfo("r.csv")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        packed.writestr(link, "/etc/passwd")
    line = refusal(tmp_path, {"a.zip": buffer.getvalue()})
    assert line == "a.zip:r.csv: must be a plain file, not a link or a device"


def test_bombs_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    zeros = pack("a.zip", {"r.csv": bytes(50_000_000)})
    assert len(zeros) < 60_000
    assert "more than 40,000,000 bytes in one line" in refusal(tmp_path, {"a.zip": zeros})
    many = pack("a.zip", {f"{number}.csv": TABLE for number in range(11)})
    monkeypatch.setattr(archives, "MAX_MEMBERS", 10)
    assert "a.zip: more than 10 members" in refusal(tmp_path, {"a.zip": many})
    monkeypatch.setattr(archives, "MAX_UNPACKED_BYTES", 10_000_000)
    assert "or 10,000,000 bytes" in refusal(tmp_path, {"a.zip": zeros})


def test_a_member_longer_than_it_says_is_refused(tmp_path: Path) -> None:
    content = bytearray(pack("a.zip", {"r.csv": TABLE * 100}))
    for signature, size in ((b"PK\3\4", 22), (b"PK\1\2", 24)):
        place = content.index(signature) + size
        content[place : place + 4] = (10).to_bytes(4, "little")
    assert "a.zip:r.csv" in refusal(tmp_path, {"a.zip": bytes(content)})


def test_archives_and_tables_are_read_together(tmp_path: Path) -> None:
    files = {"part1.csv": TABLE, "part2.zip": pack("part2.zip", {"b.jsonl": LINES})}
    assert read(tmp_path, files) == {"train": BOTH}


def test_archives_are_the_halves(tmp_path: Path) -> None:
    files = {
        "train.csv.zip": pack("a.zip", {"reviews.csv": TABLE}),
        "test.csv.zip": pack("a.zip", {"reviews.jsonl": LINES}),
    }
    assert read(tmp_path, files) == {"train": ROWS, "test": MORE}


def test_parts_of_a_half_are_read_together(tmp_path: Path) -> None:
    files = {
        "train-00000-of-00002.jsonl": LINES,
        "train-00001-of-00002.csv": TABLE,
        "test-00000-of-00001.csv": b"text,label\nbest,1\nworst,0\n",
    }
    found = read(tmp_path, files)
    assert found["train"].texts == [*MORE.texts, *ROWS.texts]
    assert found["test"].texts == ["best", "worst"]


def test_a_text_named_like_a_half_belongs_to_its_folder(tmp_path: Path) -> None:
    files = {f"{label}/{name}.txt": f"{label} {name}".encode() for label in ("pos", "neg") for name in ("train", "test")}  # fmt: skip
    assert list(read(tmp_path, files)) == ["train"]


def test_what_is_skipped_is_reported(tmp_path: Path) -> None:
    files = {
        "aclImdb/README": b"", "aclImdb/train/pos/1.txt": b"fine", "aclImdb/train/neg/1.txt": b"dull",
        "__MACOSX/._x": b"",
    }  # fmt: skip
    (tmp_path / "a.zip").write_bytes(pack("a.zip", files))
    said: list[str] = []
    read_channel(tmp_path, report=said.append)
    assert said == [
        "skipped 1 leftover files, such as 'a.zip:__MACOSX/._x'",
        "skipped 1 unlabelled files, such as 'a.zip:aclImdb/README'",
        "a.zip:aclImdb/train/neg: 1 train rows (1 'neg'); text files",
        "a.zip:aclImdb/train/pos: 1 train rows (1 'pos'); text files",
    ]
