"""Members of zip and tar archives as files, read without unpacking them."""

import re
import stat
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import PurePosixPath
from typing import IO, cast

from sentiment.compression import DAMAGED, Blocks, open_stream
from sentiment.errors import DatasetError
from sentiment.files import ZIP, File, without_leftovers
from sentiment.leftovers import is_leftover

MAX_BLOCK = 1_000_000
# The official archive of reviews has 100,000 files with 0.3 GB.
MAX_MEMBERS = 1_000_000
MAX_UNPACKED_BYTES = 4 * 1024**3
# Blocks of zeros that may follow the end of an archive as padding
MAX_REST_BLOCKS = 16
# Exceptions of reading a member: a wrong checksum, an unknown compression, an invalid header
BROKEN = (
    *DAMAGED, tarfile.TarError, zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError,
    OverflowError, RecursionError,
)  # fmt: skip
# Bits of a zip member's flags
ENCRYPTED = 0x1
UTF_8 = 0x800
OUTSIDE = re.compile(r"[/\\]|[A-Za-z]:|(.*[/\\])?\.\.([/\\]|$)", re.DOTALL)


def members_of(archive: File, opened: ExitStack) -> tuple[list[File], list[str]]:
    """Return the files in an archive, and the names of leftovers.

    Compressed tars are read fastest in the order of this list.

    Args:
        archive: a zip or tar file.
        opened: closes what must stay open for reading the members.

    Raises:
        DatasetError: when the archive is damaged, encrypted, has more than a million members or
            4 GiB, or when a member is not a plain file with a path inside the archive.
    """
    kind = "zip" if archive.format == ZIP else "tar"
    try:
        list_members = _in_zip if kind == "zip" else _in_tar
        return without_leftovers(list_members(archive, opened))
    except DatasetError:
        raise
    except BROKEN as error:
        reason = " ".join(str(error).split())
        raise DatasetError(
            f"{archive.name}: damaged, or not a {kind} archive ({reason})"
        ) from error


def _in_zip(archive: File, opened: ExitStack) -> list[File]:
    content = opened.enter_context(archive.open())
    packed = opened.enter_context(zipfile.ZipFile(content))
    size, found = 0, []
    for count, member in enumerate(packed.infolist(), start=1):
        size += member.file_size
        _limit(archive, count, size)
        if member.is_dir():
            continue
        kind = stat.S_IFMT(member.external_attr >> 16)
        name = _decoded(member).replace("\\", "/")
        file = _member(archive, name, partial(packed.open, member), plain=kind in {0, stat.S_IFREG})
        if member.flag_bits & ENCRYPTED:
            raise DatasetError(f"{file.name}: encrypted; unpack it with its password")
        found.append(file)
    return found


def _decoded(member: zipfile.ZipInfo) -> str:
    """Return a member's name; macOS writes UTF-8 without the flag that says so."""
    if member.flag_bits & UTF_8:
        return member.filename
    with suppress(UnicodeError):
        return member.filename.encode("cp437").decode("utf-8")
    return member.filename


def _in_tar(archive: File, opened: ExitStack) -> list[File]:
    """List the members; the archive is read once to its end, so that checksums are checked.

    tarfile treats a damaged or missing header as the end; only a block of zeros is the end.
    """
    stored = opened.enter_context(archive.open())
    raw = opened.enter_context(open_stream(stored, archive.path.name))
    blocks = Blocks(raw, MAX_BLOCK)
    packed = opened.enter_context(tarfile.open(fileobj=blocks, mode="r:"))  # noqa: SIM115 - closed with `opened`
    found = []
    for member in _headers(packed, archive):
        if member.isdir():
            continue
        read = cast("partial[IO[bytes]]", partial(packed.extractfile, member))
        found.append(_member(archive, member.name, read, plain=member.isreg()))
    if blocks.last != bytes(tarfile.BLOCKSIZE):
        raise tarfile.ReadError("a header is damaged or missing")
    _read_to_checksum(blocks)
    return found


def _headers(packed: tarfile.TarFile, archive: File) -> Iterator[tarfile.TarInfo]:
    size = 0
    for count, member in enumerate(packed, start=1):
        if member.size < 0:  # would make tarfile read the same header forever
            raise tarfile.ReadError("a member has a negative size")
        size += member.size
        _limit(archive, count, size)
        yield member


def _limit(archive: File, count: int, size: int) -> None:
    if count > MAX_MEMBERS or size > MAX_UNPACKED_BYTES:
        raise DatasetError(
            f"{archive.name}: more than {MAX_MEMBERS:,} members or {MAX_UNPACKED_BYTES:,} bytes"
        )


def _member(archive: File, name: str, read: Callable[[], IO[bytes]], *, plain: bool) -> File:
    file = File(PurePosixPath(name), read, archive.name)
    if OUTSIDE.match(name):
        raise DatasetError(f"{file.name}: its path is outside the archive; pack it again")
    if not plain and not is_leftover(file.path):
        raise DatasetError(f"{file.name}: must be a plain file, not a link or a device")
    return file


def _read_to_checksum(blocks: Blocks) -> None:
    """Read the padding after the archive, so that the decompressor checks its checksum."""
    for _ in range(MAX_REST_BLOCKS):
        rest = blocks.read(MAX_BLOCK)
        if not rest:
            return
        if rest.strip(b"\0"):
            break
    raise tarfile.ReadError("there is data after the end of the archive")
