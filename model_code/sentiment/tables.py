"""Reading of texts and labels from JSON, JSON lines and fastText's lines, and a list of readers."""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import chain
from typing import Any

from sentiment.columns import ColumnsError, find_columns
from sentiment.csv_table import read_csv
from sentiment.errors import DatasetError
from sentiment.rows import Rows
from sentiment.schema import Schema

MAX_ARRAY = 1_000_000_000  # characters of a JSON array, which is read as a whole
# The first line of an array of objects; other arrays are rows without names.
ARRAY = re.compile(r"\s*\[\s*(\{|$)")
FASTTEXT = re.compile(r"__label__(\S+)\s+(?!__label__)(.*\S)\s*", re.DOTALL)


def read_json(lines: Iterator[str], rows: Rows, schema: Schema) -> None:
    """Add the objects of JSON lines, or of one array.

    Raises:
        DatasetError: naming the file, the line or the object, and the reason.
    """
    name = rows.name
    unit, objects = json_objects(lines, name)
    keys: tuple[str, str] | None = None
    for place, row in objects:
        try:
            if keys is None or not row.keys() >= set(keys):
                _refuse_columns_of_values(row)
                names = list(row)
                text, label = find_columns(names, schema, "key")
                keys = names[text], names[label]
        except ColumnsError as error:
            raise DatasetError(f"{name}, {unit} {place}: {error}") from error
        rows.add(row[keys[0]], row[keys[1]], place, unit)
    rows.details.append("JSON lines" if unit == "line" else "a JSON array")
    if keys:
        rows.details.append(f"keys {keys[0]!r} and {keys[1]!r}")


def _refuse_columns_of_values(row: dict[str, Any]) -> None:
    """Refuse a table as one object of columns, as pandas writes it by default.

    Raises:
        ColumnsError: with the format to save instead.
    """
    if row and all(isinstance(value, (list, dict)) for value in row.values()):
        raise ColumnsError(
            "an object of columns or rows; save one object a line, in pandas with "
            "to_json(orient='records', lines=True)"
        )


def json_objects(
    lines: Iterator[str], name: str
) -> tuple[str, Iterator[tuple[int, dict[str, Any]]]]:
    """Return the unit, `line` or `object` of an array, and the number and keys of each object.

    Raises:
        DatasetError: naming the line or the element that is not a JSON object.
    """
    number, first = next(((n, line) for n, line in enumerate(lines, 1) if line.strip()), (1, ""))
    if ARRAY.match(first):
        values = enumerate(_array(chain([first], lines), name), start=1)
        return "object", _objects(values, name, "object")
    numbered = enumerate(chain([first], lines), number)
    return "line", _objects(_json_lines(numbered, name), name, "line")


def _objects(
    values: Iterable[tuple[int, Any]], name: str, unit: str
) -> Iterator[tuple[int, dict[str, Any]]]:
    for place, value in values:
        if not isinstance(value, dict):
            raise DatasetError(f"{name}, {unit} {place}: must be a JSON object")
        yield place, value


def _json_lines(lines: Iterable[tuple[int, str]], name: str) -> Iterator[tuple[int, Any]]:
    for number, line in lines:
        if line.strip():
            yield number, _parsed(line, f"{name}, line {number}")


def _array(lines: Iterator[str], name: str) -> Iterator[Any]:
    parts, size = [], 0
    for line in lines:
        parts.append(line)
        size += len(line)
        if size > MAX_ARRAY:
            raise DatasetError(
                f"{name}: an array of more than {MAX_ARRAY:,} characters; save it as .jsonl"
            )
    yield from _parsed("".join(parts), name)


def _parsed(text: str, place: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DatasetError(
            f"{place}: not JSON ({error}); save one object per line, or one array of objects"
        ) from error


def read_fasttext(lines: Iterator[str], rows: Rows) -> None:
    """Add the lines of fastText's format, such as `__label__positive A fine film`.

    Raises:
        DatasetError: naming the file, the line and the reason.
    """
    rows.details.append("fastText")
    for number, line in enumerate(lines, start=1):
        if line.strip():
            match = FASTTEXT.fullmatch(line)
            if match is None:
                raise DatasetError(
                    f"{rows.name}, line {number}: must be one __label__, a space and a text"
                )
            rows.add(match[2], match[1], number)


READERS: dict[str, Callable[[Iterator[str], Rows, Schema], None]] = {
    ".csv": partial(read_csv, delimiters=",;\t|"),
    ".tsv": partial(read_csv, delimiters="\t"),
    ".jsonl": read_json,
    ".ndjson": read_json,
    ".json": read_json,
}
