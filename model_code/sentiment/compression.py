"""Compressed files, read as what they hold."""

import gzip
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
