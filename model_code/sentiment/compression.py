"""Reading of compressed files."""

import bz2
import gzip
import io
import lzma
import zlib
from pathlib import PurePath
from typing import IO, cast

SUFFIXES = (".gz", ".xz", ".bz2")
# Exceptions of reading a damaged or truncated file
DAMAGED = (EOFError, OSError, lzma.LZMAError, zlib.error)


def open_stream(raw: IO[bytes], name: str) -> IO[bytes]:
    """Return the uncompressed content of a plain, gzip, xz or bzip2 file with this name."""
    suffix = PurePath(name).suffix.lower()
    if suffix in {".gz", ".tgz"}:
        return cast("IO[bytes]", gzip.open(raw, "rb"))
    if suffix in {".bz2", ".tbz", ".tbz2"}:
        return cast("IO[bytes]", bz2.open(raw, "rb"))
    return lzma.open(raw, "rb") if suffix in {".xz", ".txz"} else raw


class Blocks(io.BufferedIOBase):
    """A stream with a limit on the size of one read.

    tarfile reads the extended headers of a member, such as a long name, into memory.

    Attributes:
        last: the last block that was read.
    """

    def __init__(self, stream: IO[bytes], largest: int) -> None:
        """Read `stream` in blocks of up to `largest` bytes."""
        self._stream, self._largest = stream, largest
        self.last = b""

    def read(self, size: int | None = -1, /) -> bytes:
        """Read a block.

        Raises:
            OSError: when the size exceeds the limit.
        """
        if size is None or not 0 <= size <= self._largest:
            raise OSError(f"a part has more than {self._largest:,} bytes")
        self.last = self._stream.read(size)
        return self.last

    def seekable(self) -> bool:
        """Return True; members of an archive are read twice to recognize them."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Move to a position."""
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        """Return the position."""
        return self._stream.tell()
