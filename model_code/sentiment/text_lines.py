"""Text of a file in UTF-8 or UTF-16, with limits."""

import codecs
import io
import re
from collections.abc import Iterator
from itertools import chain
from typing import IO, cast

from sentiment.errors import DatasetError

MAX_LINE_BYTES = 40_000_000  # the longest field in UTF-8
UTF_32 = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
RETURN = re.compile(r"(?<=\r)")  # the line ending of old Macs
SAVE = "save the file as UTF-8 (in a spreadsheet, as CSV UTF-8)"


def text_lines(raw: IO[bytes], name: str) -> tuple[Iterator[str], list[str]]:
    """Return the lines of a file with their ends, and its encoding unless it is UTF-8.

    UTF-16 is recognized by its byte order mark.

    Args:
        raw: the uncompressed content.
        name: file name, for messages.

    Raises:
        DatasetError: while reading, naming a line that is too long or in another encoding.
    """
    # A few kilobytes of gzip can expand to a line of gigabytes.
    pieces = iter(lambda: raw.readline(MAX_LINE_BYTES + 1), b"")
    first = next(pieces, b"")
    if first.startswith(UTF_32):
        raise DatasetError(f"{name}: UTF-32; {SAVE}")
    if first.startswith(UTF_16):
        raw.seek(0)
        return _utf_16(raw, name), ["UTF-16"]
    return _utf_8(chain([first], pieces), name, only_returns=not first.endswith(b"\n")), []


def _utf_8(pieces: Iterator[bytes], name: str, *, only_returns: bool) -> Iterator[str]:
    for number, piece in enumerate(pieces, start=1):
        if len(piece) > MAX_LINE_BYTES:
            raise DatasetError(
                f"{name}, line {number}: more than {MAX_LINE_BYTES:,} bytes in one line"
            )
        try:
            line = piece.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            before = piece[: error.start].count(b"\r") if only_returns else 0
            raise DatasetError(f"{name}, line {number + before}: {_not_utf_8(error)}") from error
        yield from RETURN.split(line) if only_returns else (line,)


def _utf_16(raw: IO[bytes], name: str) -> Iterator[str]:
    decoded = io.TextIOWrapper(cast("io.BufferedReader", raw), "utf-16", newline="")
    lines = iter(lambda: decoded.readline(MAX_LINE_BYTES), "")
    number = 0
    try:
        for number, line in enumerate(lines, start=1):
            if len(line) == MAX_LINE_BYTES:
                raise DatasetError(
                    f"{name}, line {number}: more than {MAX_LINE_BYTES:,} characters in one line"
                )
            yield line
    except UnicodeError as error:
        raise DatasetError(f"{name}, line {number + 1}: not UTF-16 ({error}); {SAVE}") from error


def whole_text(content: bytes, name: str) -> str:
    """Return the text of a file.

    Raises:
        DatasetError: naming a line in another encoding.
    """
    try:
        return content.decode("utf-16" if content.startswith(UTF_16) else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise DatasetError(f"{name}, line {line}: {_not_utf_8(error)}") from error


def _not_utf_8(error: UnicodeDecodeError) -> str:
    if not error.encoding.startswith("utf-8"):
        return f"not UTF-16 ({error.reason}); {SAVE}"
    found = error.object[error.start : error.end]
    try:
        seen = f"the byte {found.hex(' ')} is {found.decode('cp1252')!r} in Windows-1252"
    except UnicodeDecodeError:
        seen = error.reason
    return f"not UTF-8 ({seen}); {SAVE}"
