"""Reviews and answers as lines, as Batch Transform splits and assembles them.

A line of `application/jsonlines` is an object with the review, or the review as a string. A line of
`text/csv` is a row with the review as its only field. Each line gets one line as its answer.
"""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, NamedTuple

from sentiment.columns import TEXT, USUAL

JSON_LINES = "application/jsonlines"
CSV = "text/csv"
REVIEW = "review"
BLOCK = 512
CSV_FIELDS = ("sentiment", "probability", "words", "known_words", "error")


class Line(NamedTuple):
    """A line's review, or the value in its place, and whether it asks for an explanation."""

    review: Any
    explain: bool = False


class LineError(ValueError):
    """A line without a review; the message gives the reason."""


def blocks(text: str, media_type: str) -> Iterator[list[Line | LineError]]:
    """Yield the lines of a body in blocks, so that few of them are in memory as objects.

    Args:
        text: the body; only line feeds and carriage returns before them end its lines.
        media_type: application/jsonlines or text/csv.
    """
    read = _from_csv if media_type == CSV else _from_json
    lines = (read(line.rstrip("\r\n")) for line in io.StringIO(text, newline="\n"))
    return iter(lambda: list(islice(lines, BLOCK)), [])


def _from_json(line: str) -> Line | LineError:
    try:
        content = json.loads(line)
    except (ValueError, RecursionError):
        return LineError("the line is not JSON")
    if isinstance(content, str):
        return Line(content)
    if not isinstance(content, dict):
        return LineError('the line must be {"review": "text"} or "text"')
    explain = content.pop("explain", False)
    if not isinstance(explain, bool):
        return LineError('"explain" must be true or false')
    names = [name for name in (REVIEW, TEXT) if name in content] or [
        name for name in content if name.strip().lower() in USUAL[TEXT]
    ]
    if not names:
        return LineError(f"the line has no key {REVIEW!r} or {TEXT!r}")
    return Line(content[names[0]], explain)


def _from_csv(line: str) -> Line | LineError:
    try:
        fields = next(csv.reader([line], strict=True)) or [""]
    except csv.Error:
        return LineError(
            "the line is not CSV; put a review with a quotation mark in double quotes, and send "
            f"one with several lines as {JSON_LINES}"
        )
    if len(fields) != 1:
        return LineError(
            f"the line has {len(fields)} fields; put a review with a comma in double quotes"
        )
    return Line(fields[0])


def written(answer: Mapping[str, Any], media_type: str) -> str:
    """Return an answer as a line without its end."""
    if media_type != CSV:
        return json.dumps(answer)
    table = io.StringIO()
    values = {**answer, "error": answer.get("error", {}).get("code", "")}
    csv.writer(table, lineterminator="").writerow(values.get(name, "") for name in CSV_FIELDS)
    return table.getvalue()
