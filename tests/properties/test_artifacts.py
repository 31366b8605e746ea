"""Model artifacts: unpacked completely or refused, with no write outside their folder."""

import gzip
import os
import tarfile
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import event, example, given
from hypothesis import strategies as st

from local_aws.sagemaker import objects
from local_aws.sagemaker.objects import ArtifactError, download_artifact
from tests.properties.tar_archives import (
    ARCHIVES,
    FILES,
    Member,
    damaged,
    gzipped,
    packed,
    packed_files,
    plain_members,
    tarred,
    truncated,
    with_headers,
    with_headers_of_headers,
    with_long_header,
)

URI = "s3://bucket/model.tar.gz"


class S3:
    """A bucket with one object."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def download_file(self, _bucket: str, _key: str, target: str) -> None:
        Path(target).write_bytes(self._content)


def unpack(content: bytes) -> dict[str, bytes] | None:
    """Unpack an artifact as an endpoint does; return its files, or None if it is refused."""
    with TemporaryDirectory() as root:
        folder, model = Path(root, "served"), Path(root, "served", "model")
        try:
            download_artifact(S3(content), URI, folder)
        except ArtifactError as error:
            assert URI in str(error)
            assert len(str(error).splitlines()) == 1
            found = None
        else:
            found = {
                path.relative_to(model).as_posix(): path.read_bytes()
                for path in model.rglob("*")
                if path.is_file()
            }
        for path in model.rglob("*"):
            # Not Path.resolve, which raises at a link to itself
            assert Path(os.path.realpath(path)).is_relative_to(os.path.realpath(model))
        assert {path for path in Path(root).rglob("*") if model not in path.parents} <= {
            folder,
            model,
        }
        return found


@given(ARCHIVES)
def test_an_artifact_never_leaves_its_folder(content: bytes) -> None:
    unpack(content)


@given(FILES)
def test_unpacking_restores_the_packed_files(files: dict[str, bytes]) -> None:
    assert unpack(packed_files(files)) == files


@given(st.data(), FILES)
def test_a_damaged_artifact_is_refused_or_unchanged(
    data: st.DataObject, files: dict[str, bytes]
) -> None:
    content = packed_files(files)
    assert unpack(data.draw(damaged(content))) in (None, files)


@given(st.data(), FILES)
def test_a_truncated_archive_in_valid_gzip_is_refused_or_complete(
    data: st.DataObject, files: dict[str, bytes]
) -> None:
    found = unpack(gzipped(data.draw(truncated(tarred(plain_members(files))))))
    event("refused" if found is None else "complete")
    assert found in (None, files)


def test_a_member_that_is_shorter_than_its_header_says_is_refused(tmp_path: Path) -> None:
    """The gzip is valid, so no checksum reveals the damage."""
    folder = tmp_path / "served"
    tar = tarred(plain_members({"a": b"x", "b": bytes(600)}))
    short = gzipped(tar[: 3 * tarfile.BLOCKSIZE + 599])
    with pytest.raises(ArtifactError) as refused:
        download_artifact(S3(short), URI, folder)
    assert str(refused.value) == f"{URI} cannot be unpacked: unexpected end of data."
    assert list(tmp_path.rglob("*")) == [folder]


@pytest.mark.parametrize(
    "content",
    [
        with_headers({"GNU.sparse.map": "a,b"}),
        with_headers({"GNU.sparse.major": "1", "GNU.sparse.minor": "0"}),
    ],
)
def test_odd_headers_are_refused(content: bytes) -> None:
    assert unpack(content) is None


def test_deeply_nested_headers_are_refused_or_read() -> None:
    """The permitted depth depends on Python's recursion limit, which libraries change."""
    assert unpack(with_headers_of_headers(1000)) in (None, {"a": b"x"})


@given(st.lists(st.tuples(st.sampled_from(["a", "a/b", "b"]), st.binary(max_size=4)), max_size=6))
@example([("a", b"1"), ("a", b"2")])
@example([("a", b"1"), ("a/b", b"2")])
def test_the_last_member_with_a_name_counts(members: list[tuple[str, bytes]]) -> None:
    found = unpack(packed([(name, tarfile.REGTYPE, content, "") for name, content in members]))
    assert found is None or found == dict(members)


@pytest.mark.parametrize(
    "members",
    [
        [("../out", tarfile.REGTYPE, b"x", "")],
        [("/etc/out", tarfile.REGTYPE, b"x", "")],
        [("link", tarfile.SYMTYPE, b"", "/etc/passwd")],
        [("link", tarfile.SYMTYPE, b"", "../..")],
        [("hard", tarfile.LNKTYPE, b"", "../../out")],
        [("device", tarfile.CHRTYPE, b"", "")],
        [("hard", tarfile.LNKTYPE, b"", "not there")],
        [("zero", tarfile.SYMTYPE, b"", "\u00e9\0b")],
        [("itself", tarfile.LNKTYPE, b"", "itself")],
        # Each of these links is harmless on its own.
        [("a", tarfile.SYMTYPE, b"", "."), ("b", tarfile.SYMTYPE, b"", "a/..")],
    ],
)
def test_hostile_members_are_refused(members: list[Member]) -> None:
    assert unpack(packed(members)) is None


def test_links_within_the_folder_are_kept() -> None:
    members = [("a/b", tarfile.REGTYPE, b"x", ""), ("c", tarfile.SYMTYPE, b"", "a/b")]
    assert unpack(packed(members)) == {"a/b": b"x", "c": b"x"}


def test_a_bomb_is_refused_before_it_is_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(objects, "MAX_UNPACKED_BYTES", 1_000_000)
    bomb = packed([("zeros", tarfile.REGTYPE, bytes(2_000_000), "")])
    assert len(bomb) < 10_000
    with pytest.raises(ArtifactError, match="more than 1,000,000 bytes"):
        download_artifact(S3(bomb), URI, tmp_path)
    assert list(tmp_path.rglob("zeros")) == []


def test_a_bomb_is_refused_by_its_header(tmp_path: Path) -> None:
    """The first header announces terabytes, which would take hours to read."""
    header = tarfile.TarInfo("zeros")
    header.size = 1 << 42
    with pytest.raises(ArtifactError, match="unpacks to more than 4,294,967,296 bytes"):
        download_artifact(S3(gzip.compress(header.tobuf())), URI, tmp_path)


def test_a_bomb_of_names_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(objects, "MAX_MEMBERS", 10)
    files = {f"{number}.txt": b"" for number in range(11)}
    with pytest.raises(ArtifactError, match="more than 10 members"):
        download_artifact(S3(packed_files(files)), URI, tmp_path)


def test_a_bomb_in_a_header_is_refused(tmp_path: Path) -> None:
    bomb = with_long_header(50_000_000)
    assert len(bomb) < 100_000
    with pytest.raises(ArtifactError, match="a header has more than 1,048,576 bytes"):
        download_artifact(S3(bomb), URI, tmp_path)


def test_a_bomb_after_the_end_is_refused(tmp_path: Path) -> None:
    bomb = packed([("a", tarfile.REGTYPE, b"x", "")]) + gzip.compress(bytes(50_000_000), 1)
    with pytest.raises(ArtifactError, match="data follows the end of the archive"):
        download_artifact(S3(bomb), URI, tmp_path)


def test_a_wrong_checksum_is_refused(tmp_path: Path) -> None:
    content = packed([("a", tarfile.REGTYPE, b"x", "")])
    with pytest.raises(ArtifactError, match="CRC check failed"):
        download_artifact(S3(content[:-8] + b"\0" * 4 + content[-4:]), URI, tmp_path)
