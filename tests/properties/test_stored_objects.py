"""S3 objects and zip assets: files with any name are stored in their folder or refused."""

import io
import stat
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from local_aws.emulator import asset_zip
from local_aws.emulator.asset_zip import AssetError, members
from local_aws.sagemaker.objects import DownloadError, download_prefix, parse
from tests.properties.tar_archives import FILES, NAMES, damaged

KEYS = st.one_of(
    NAMES,
    st.lists(st.sampled_from(["a", "b", "..", ".", "", "a" * 300, "ä", "c\0d", "?x#y"]), min_size=1)
    .map("/".join),
)  # fmt: skip


class Bucket:
    """A bucket with the operations that a download needs."""

    def __init__(self, keys: list[str]) -> None:
        self._keys = keys

    def get_paginator(self, _operation: str) -> "Bucket":
        return self

    def paginate(self, **request: Any) -> Iterator[dict[str, Any]]:
        yield {"Contents": [{"Key": k} for k in self._keys if k.startswith(request["Prefix"])]}

    def download_file(self, _bucket: str, key: str, target: str) -> None:
        Path(target).write_bytes(key.encode("utf-8", "surrogatepass"))


@given(st.lists(KEYS, max_size=5), st.sampled_from(["", "a", "a/", "a/b"]), st.integers(1, 3))
@example(["a", "a/b"], "", 1)
@example(["a/../../out"], "a", 1)
@example(["a/c\0d"], "a", 1)
@example(["a/."], "", 1)
def test_objects_are_downloaded_into_their_folder(keys: list[str], prefix: str, hosts: int) -> None:
    with TemporaryDirectory() as root:
        folder = Path(root, "channel")
        folder.mkdir()
        counts = set()
        try:
            for host in range(hosts):
                uri = f"s3://bucket/{prefix}"
                counts.add(download_prefix(Bucket(keys), uri, folder, share=(host, hosts)))
        except DownloadError as error:
            assert str(error).startswith("s3://bucket/")
        else:
            (count,) = counts
            files = [path for path in folder.rglob("*") if path.is_file()]
            assert len(files) <= count <= len(keys)
            for file in files:
                key = file.read_bytes().decode("utf-8", "surrogatepass")
                assert PurePosixPath(key).name == file.name
        assert set(Path(root).iterdir()) == {folder}


@given(st.from_regex(r"\A[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\Z"), KEYS)
@example("bucket", "a?b#c")
@example("bucket", "[a")
def test_a_uri_is_split_into_bucket_and_key(bucket: str, key: str) -> None:
    assert parse(f"s3://{bucket}/{key}") == (bucket, key.lstrip("/"))


@given(st.text())
@example("s3://[bucket/key")
def test_any_text_can_be_split(uri: str) -> None:
    bucket, key = parse(uri)
    assert "/" not in bucket
    assert not key.startswith("/")


def zipped(files: list[tuple[str, bytes]], mode: int = 0o644) -> bytes:
    buffer = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        warnings.simplefilter("ignore", UserWarning)  # for a duplicate name
        for name, content in files:
            member = zipfile.ZipInfo(name)
            member.external_attr = mode << 16
            archive.writestr(member, content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def unzipped(content: bytes) -> list[tuple[str, bytes]] | None:
    """Return the files of an asset, or None if it is refused."""
    try:
        found = list(members(content, "s3://assets/site.zip"))
    except AssetError as error:
        assert str(error).startswith("s3://assets/site.zip ")
        return None
    for name, _ in found:
        assert not PurePosixPath(name).is_absolute()
        assert ".." not in PurePosixPath(name).parts
    return found


ENCODABLE = NAMES.filter(lambda name: name.isprintable() and "\\" not in name)


@given(st.binary() | st.lists(st.tuples(ENCODABLE, st.binary(max_size=20)), max_size=5).map(zipped))
@example(zipped([("../out", b"x")]))
@example(zipped([("/etc/out", b"x")]))
def test_an_asset_is_unpacked_or_refused(content: bytes) -> None:
    unzipped(content)


@given(st.data(), FILES)
def test_a_damaged_asset_is_refused_or_has_undamaged_files(
    data: st.DataObject, files: dict[str, bytes]
) -> None:
    content = zipped(list(files.items()))
    assert dict(unzipped(content) or []) == files
    found = unzipped(data.draw(damaged(content)))
    # Checksums do not cover the names.
    assert found is None or all(content in files.values() for _, content in found)


@pytest.mark.parametrize(
    ("limit", "most", "files"),
    [
        ("MAX_UNPACKED_BYTES", 1_000_000, [("zeros", bytes(2_000_000))]),
        ("MAX_MEMBERS", 10, [(str(number), b"") for number in range(11)]),
    ],
)
def test_bombs_are_refused(
    limit: str, most: int, files: list[tuple[str, bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asset_zip, limit, most)
    assert unzipped(zipped(files)) is None


def test_a_link_in_an_asset_is_a_file_with_its_target() -> None:
    """As on AWS, the deployment function does not follow links."""
    link = zipped([("link", b"/etc/passwd")], stat.S_IFLNK | 0o777)
    assert unzipped(link) == [("link", b"/etc/passwd")]


@pytest.mark.parametrize("flag", [0x1, 0x20, 0x40])
def test_encrypted_and_patched_members_are_refused(flag: int) -> None:
    content = bytearray(zipped([("a", b"x")]))
    content[6] |= flag
    content[content.index(b"PK\x01\x02") + 8] |= flag
    assert unzipped(bytes(content)) is None
