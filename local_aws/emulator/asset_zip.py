"""Files of a zip asset, which CDK's deployment function unpacks into a folder on AWS."""

import io
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import PurePosixPath

# Disk of the deployment function
MAX_UNPACKED_BYTES = 2 * 1024**3
MAX_MEMBERS = 100_000
# Errors of zipfile for damaged, encrypted and unknown members
DAMAGED = (
    zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, OverflowError, RuntimeError,
)  # fmt: skip


class AssetError(ValueError):
    """An asset cannot or must not be unpacked."""


def members(content: bytes, uri: str) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of each file.

    Args:
        content: the zip archive.
        uri: its origin, for error messages.

    Raises:
        AssetError: when it is damaged, has names that lead out of a folder, more than 100,000 files
            or more than 2 GiB. Damage may be found after files were yielded.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            found = archive.infolist()
            _check(found, uri)
            for member in found:
                if not member.is_dir():
                    yield member.filename, archive.read(member)
    except AssetError:
        raise
    except DAMAGED as error:
        raise AssetError(f"{uri} cannot be unpacked: {error}") from error


def _check(found: list[zipfile.ZipInfo], uri: str) -> None:
    # zipfile never reads more of a member than its declared size.
    if len(found) > MAX_MEMBERS or sum(one.file_size for one in found) > MAX_UNPACKED_BYTES:
        raise AssetError(
            f"{uri} unpacks to more than {MAX_MEMBERS:,} files or {MAX_UNPACKED_BYTES:,} bytes"
        )
    for member in found:
        path = PurePosixPath(member.filename)
        if path.is_absolute() or ".." in path.parts:
            raise AssetError(f"{uri} cannot be unpacked: {member.filename!r} leads out of it")
