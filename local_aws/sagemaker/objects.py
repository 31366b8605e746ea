"""Transfer of objects between the embedded S3 and folders."""

import gzip
import tarfile
import zlib
from pathlib import Path, PurePosixPath
from typing import Any, Self

from boto3.exceptions import S3UploadFailedError
from botocore.exceptions import ClientError

MAX_UNPACKED_BYTES = 4 * 1024**3
MAX_MEMBERS = 100_000
# Limit of names and other extended headers, which tarfile reads into memory
MAX_BLOCK_BYTES = 1024**2
# Limit of the zeros with which tar pads the end of an archive
MAX_REST_BLOCKS = 16
# Unpacking raises these besides tarfile's own errors: a KeyError for a link to a missing member, a
# ValueError for a name with a zero byte, an OverflowError for a number out of bounds, and a
# RecursionError for links in a circle.
DAMAGED = (
    zlib.error, OSError, EOFError, KeyError, ValueError, OverflowError, RecursionError,
)  # fmt: skip


class ArtifactError(ValueError):
    """A model artifact is missing or must not be unpacked."""


class UploadError(ValueError):
    """An archive cannot be written to its bucket."""


class DownloadError(ValueError):
    """An object's key cannot be a file name."""


def parse(uri: str) -> tuple[str, str]:
    """Split s3://bucket/key; a key may contain any character, including `?` and `#`."""
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return bucket, key.lstrip("/")


def exists(s3: Any, uri: str) -> bool:
    """Return whether an object exists."""
    bucket, key = parse(uri)
    try:
        s3.head_object(Bucket=bucket, Key=key)
    except ClientError:
        return False
    return True


def any_under(s3: Any, uri: str) -> bool:
    """Return whether a prefix has any object; a missing bucket has none."""
    bucket, prefix = parse(uri)
    try:
        return bool(s3.list_objects_v2(Bucket=bucket, Prefix=prefix, MaxKeys=1)["KeyCount"])
    except ClientError:
        return False


def download_prefix(s3: Any, uri: str, folder: Path, *, share: tuple[int, int] = (0, 1)) -> int:
    """Download objects under a prefix to the paths below it and return their number.

    This is how SageMaker fills a channel of type S3Prefix: `s3://b/data/train` and
    `s3://b/data/train/` both put data/train/x.csv at x.csv, and an object that only begins with the
    prefix keeps its file name.

    Args:
        s3: client of the embedded S3.
        uri: the prefix.
        folder: the target folder.
        share: (i, n) downloads every n-th object from the i-th on, i < n.

    Raises:
        DownloadError: for a key that cannot be a file name, alone or next to another one.
    """
    bucket, prefix = parse(uri)
    count = 0
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        for item in page.get("Contents", []):
            key = str(item["Key"])
            below = PurePosixPath(path_below(prefix, key))
            if key.endswith("/") or ".." in below.parts:
                continue
            if count % share[1] == share[0]:
                _download(s3, bucket, key, folder / below)
            count += 1
    return count


def _download(s3: Any, bucket: str, key: str, target: Path) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        s3.download_file(bucket, key, str(target))
    except (OSError, ValueError) as error:  # a zero byte is a ValueError
        reason = getattr(error, "strerror", None) or error
        raise DownloadError(f"s3://{bucket}/{key} cannot be stored as a file: {reason}.") from error


def path_below(prefix: str, key: str) -> str:
    """Return the path of an object below the prefix of a channel or of a transform job's input."""
    base = f"{prefix.removesuffix('/')}/"
    if not key.startswith(base):
        base = prefix.rpartition("/")[0]
    return key.removeprefix(base).lstrip("/")


def upload_archive(s3: Any, folder: Path, uri: str) -> None:
    """Upload a folder as .tar.gz; the same content gives the same bytes."""
    archive = folder.with_suffix(".tar.gz")
    with (
        archive.open("wb") as raw,
        gzip.GzipFile("", "wb", 6, raw, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w") as tar,
    ):
        for file in sorted(folder.rglob("*")):
            tar.add(file, file.relative_to(folder), recursive=False, filter=_anonymous)
    bucket, key = parse(uri)
    try:
        s3.upload_file(str(archive), bucket, key)
    except S3UploadFailedError as error:
        reason = str(error).rpartition(": ")[2]
        raise UploadError(
            f"The archive cannot be written to {uri} in the bucket {bucket!r}: {reason}"
        ) from None
    archive.unlink()


def _anonymous(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mtime = 0
    return member


def download_artifact(s3: Any, uri: str, folder: Path) -> None:
    """Download and unpack a model.tar.gz.

    Raises:
        ArtifactError: when it is missing or damaged, or has members that leave the folder, links
            upwards, devices, more than 100,000 members or more than 4 GiB.
    """
    bucket, key = parse(uri)
    archive = folder / "model.tar.gz"
    folder.mkdir(parents=True, exist_ok=True)
    try:
        s3.download_file(bucket, key, str(archive))
    except ClientError as error:
        raise ArtifactError(f"Could not find model data at {uri}.") from error
    try:
        with (
            _Blocks(archive) as packed,
            tarfile.open(fileobj=packed, mode="r:", tarinfo=_Member) as tar,
        ):
            _check_members(tar, uri)
            _read_to_checksum(packed)
            # Python 3.11.2 (Debian 12) has no filters; the checked members are safe without one.
            tar.extraction_filter = getattr(tarfile, "data_filter", None)
            tar.extractall(folder / "model")  # noqa: S202
    except ArtifactError:
        raise
    except (*DAMAGED, tarfile.TarError) as error:
        raise ArtifactError(f"{uri} cannot be unpacked: {error}.") from error
    finally:
        archive.unlink(missing_ok=True)


class _Blocks(gzip.GzipFile):
    """A gzip file that refuses larger reads than an archive needs."""

    def read(self, size: int | None = -1) -> bytes:
        if size is None or not 0 <= size <= MAX_BLOCK_BYTES:
            raise tarfile.ReadError(f"a header has more than {MAX_BLOCK_BYTES:,} bytes")
        return super().read(size)


class _Member(tarfile.TarInfo):
    """Member of an archive that only zeros end; tarfile alone stops at a damaged header."""

    __slots__ = ()

    @classmethod
    def fromtarfile(cls, archive: tarfile.TarFile) -> Self:
        """Read the next header.

        Raises:
            tarfile.EOFHeaderError: at the end.
            tarfile.ReadError: when there is neither a header nor the end.
        """
        try:
            return super().fromtarfile(archive)
        except tarfile.EOFHeaderError:  # type: ignore[attr-defined] # typeshed does not know it
            raise
        except tarfile.HeaderError as error:
            raise tarfile.ReadError(str(error)) from error


def _check_members(tar: tarfile.TarFile, uri: str) -> None:
    """Refuse archives that are too large, and members that are devices or leave the folder.

    Every link must lead to a path below its own folder, so no chain of links can leave it.
    """
    size = 0
    for count, member in enumerate(tar, start=1):
        if member.size < 0:  # would make tarfile read the same header forever
            raise ArtifactError(f"{uri} cannot be unpacked: {member.name!r} has a negative size.")
        size += member.size
        if size > MAX_UNPACKED_BYTES:
            raise ArtifactError(f"{uri} unpacks to more than {MAX_UNPACKED_BYTES:,} bytes.")
        if count > MAX_MEMBERS:
            raise ArtifactError(f"{uri} has more than {MAX_MEMBERS:,} members.")
        if member.isdev():
            raise ArtifactError(f"{uri} cannot be unpacked: {member.name!r} is a device.")
        for path in map(PurePosixPath, (member.name, member.linkname)):
            if path.is_absolute() or ".." in path.parts:
                raise ArtifactError(f"{uri} cannot be unpacked: {member.name!r} leads out of it.")


def _read_to_checksum(packed: gzip.GzipFile) -> None:
    """Read the zeros up to the checksum, which reveals a damaged file."""
    for _ in range(MAX_REST_BLOCKS):
        rest = packed.read(MAX_BLOCK_BYTES)
        if not rest:
            return
        if rest.strip(b"\0"):
            break
    raise tarfile.ReadError("data follows the end of the archive")
