"""Compressed files, read as what they hold."""

import gzip
import io
import lzma
import zlib
from pathlib import Path
from typing import IO, cast

SUFFIXES = (".gz", ".xz")
# What reading a damaged or truncated file raises.
DAMAGED = (EOFError, OSError, lzma.LZMAError, zlib.error)


def open_stream(file: Path) -> IO[bytes]:
    """Open a plain, gzip or xz file for reading what it holds uncompressed."""
    if file.suffix in {".gz", ".tgz"}:
        return cast("IO[bytes]", gzip.open(file, "rb"))
    return lzma.open(file, "rb") if file.suffix == ".xz" else file.open("rb")


class Blocks(io.BufferedIOBase):
    """A stream of which nobody reads more at a time than is allowed.

    tarfile reads the extended headers of a member, such as a long name, into memory.
    """

    def __init__(self, stream: IO[bytes], largest: int) -> None:
        """Read `stream` in blocks of up to `largest` bytes."""
        self._stream, self._largest = stream, largest

    def read(self, size: int | None = -1, /) -> bytes:
        """Read a block.

        Raises:
            OSError: when more is asked for.
        """
        if size is None or not 0 <= size <= self._largest:
            raise OSError(f"a part of it has more than {self._largest:,} bytes")
        return self._stream.read(size)

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Go to a place."""
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        """Return the place."""
        return self._stream.tell()
