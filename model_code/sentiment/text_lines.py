"""Lines of a text file in UTF-8 or UTF-16, with limits."""

import codecs
import io
import re
from collections.abc import Iterator
from itertools import chain
from typing import IO, cast

from sentiment.errors import DatasetError

MAX_LINE_BYTES = 40_000_000  # the longest field in UTF-8
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
RETURN = re.compile(r"(?<=\r)")  # the line end of old Macs


def text_lines(raw: IO[bytes], name: str) -> Iterator[str]:
    """Yield the lines of a file with their ends; UTF-16 is recognized by its byte order mark.

    Args:
        raw: the uncompressed content.
        name: file name, for messages.

    Raises:
        DatasetError: naming the line, when it is too long or in another encoding.
    """
    # A few kilobytes of gzip can expand to a line of gigabytes.
    pieces = iter(lambda: raw.readline(MAX_LINE_BYTES + 1), b"")
    first = next(pieces, b"")
    if first.startswith(UTF_16):
        raw.seek(0)
        yield from _utf_16(raw, name)
        return
    only_returns = not first.endswith(b"\n")
    for number, piece in enumerate(chain([first], pieces), start=1):
        if len(piece) > MAX_LINE_BYTES:
            raise DatasetError(
                f"{name}, line {number}: more than {MAX_LINE_BYTES:,} bytes in one line"
            )
        try:
            line = piece.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            raise DatasetError(
                f"{name}, line {number}: not UTF-8 ({error.reason}); save the file as UTF-8"
            ) from error
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
        raise DatasetError(
            f"{name}, line {number + 1}: not UTF-16 ({error}); save the file as UTF-8"
        ) from error
