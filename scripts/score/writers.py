"""Rows of tables, and their writing with further columns."""

import csv
import json
from collections.abc import Collection, Mapping, Sequence
from typing import IO, Any, Literal, NamedTuple, Protocol

from scripts.score.objects import extended


class Row(NamedTuple):
    """A row of a table.

    Attributes:
        values: the fields of CSV, the text of a JSON object, or the batch of Parquet with the row.
        review: the value of the text column; may be anything.
        label: the value of the label column; None without one.
        names: names of the row's columns.
    """

    values: Any
    review: Any
    label: Any
    names: Collection[str] = ()

    @property
    def is_labelled(self) -> bool:
        """True if the row has a label."""
        return self.label is not None and self.label != ""


class Writer(Protocol):
    """Writes rows with further columns."""

    def write(self, row: Row, added: Mapping[str, Any]) -> None:
        """Write a row with the values of the further columns."""

    def close(self) -> None:
        """Write the remaining rows."""


class _Lines:
    """Gives the lines of `csv.writer` another end.

    `csv.writer` may leave a line end within a field without quotation marks unless its own line
    ends have the same characters.
    """

    END = "\r\n"

    def __init__(self, output: IO[str], *, line_end: str) -> None:
        self._output, self._line_end = output, line_end

    def write(self, line: str) -> None:
        self._output.write(line.removesuffix(self.END) + self._line_end)


class CsvWriter:
    """Writes CSV with the input's delimiter and line ends."""

    def __init__(
        self,
        output: IO[str],
        *,
        delimiter: str,
        line_end: str,
        quoting: Literal[0, 3],
        names: Sequence[str] | None,
    ) -> None:
        """Write the header if the input has one."""
        lines = _Lines(output, line_end=line_end)
        self._writer = csv.writer(
            lines,
            delimiter=delimiter,
            lineterminator=lines.END,
            quoting=quoting,
            quotechar=None if quoting == csv.QUOTE_NONE else '"',
        )
        if names is not None:
            self._writer.writerow(names)

    def write(self, row: Row, added: Mapping[str, Any]) -> None:
        """Write a row; a list becomes JSON, and a missing value an empty field."""
        fields = [
            json.dumps(value, ensure_ascii=False) if isinstance(value, list) else value
            for value in added.values()
        ]
        self._writer.writerow([*row.values, *fields])

    def close(self) -> None:
        """Do nothing: the file's owner closes it."""


class JsonLinesWriter:
    """Writes JSON lines."""

    def __init__(self, output: IO[str], *, line_end: str) -> None:
        """Write to an opened file."""
        self._output, self._line_end = output, line_end

    def write(self, row: Row, added: Mapping[str, Any]) -> None:
        """Write an object without the further columns that have no value."""
        self._output.write(extended(row.values, added) + self._line_end)

    def close(self) -> None:
        """Do nothing: the file's owner closes it."""


class JsonArrayWriter:
    """Writes a JSON array."""

    def __init__(self, output: IO[str], *, line_end: str) -> None:
        """Write to an opened file."""
        self._output, self._line_end = output, line_end
        self._before = "["

    def write(self, row: Row, added: Mapping[str, Any]) -> None:
        """Write an object without the further columns that have no value."""
        self._output.write(self._before + self._line_end + extended(row.values, added))
        self._before = ","

    def close(self) -> None:
        """End the array."""
        self._output.write(f"{self._line_end}]{self._line_end}")
