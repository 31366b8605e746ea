"""Rows of tables, and their writing with further columns."""

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any, NamedTuple, Protocol

from scripts.score import ScoreError

PARQUET_ROWS = 10_000


class Row(NamedTuple):
    """A row of a table.

    Attributes:
        values: its columns in order.
        review: the value of the text column; may be anything.
        label: the value of the label column; None without one.
    """

    values: Mapping[str, Any] | Sequence[str]
    review: Any
    label: Any


class Writer(Protocol):
    """Writes rows with further columns."""

    def write(self, row: Row, added: Mapping[str, Any]) -> None:
        """Write a row with the values of the further columns."""

    def close(self) -> None:
        """Write what is left."""


def parquet_of(name: str) -> Any:
    """Return the optional package that reads and writes Parquet.

    Raises:
        ScoreError: when it is not installed.
    """
    try:
        from pyarrow import parquet  # noqa: PLC0415 - large and optional
    except ImportError as error:
        raise ScoreError(f"{name}: needs `pip install pyarrow`, or save it as .jsonl") from error
    return parquet


class CsvWriter:
    """Writes CSV with the input's delimiter."""

    def __init__(self, output: IO[str], delimiter: str, names: Sequence[str] | None) -> None:
        """Write the header if the input has one."""
        self._writer = csv.writer(output, delimiter=delimiter, lineterminator="\n")
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

    def __init__(self, output: IO[str]) -> None:
        """Write to an opened file."""
        self._output = output

    def write(self, row: Row, added: Mapping[str, Any]) -> None:
        """Write an object without the further columns that have no value."""
        self._output.write(_object(row, added) + "\n")

    def close(self) -> None:
        """Do nothing: the file's owner closes it."""


class JsonArrayWriter:
    """Writes a JSON array, an object a line."""

    def __init__(self, output: IO[str]) -> None:
        """Write to an opened file."""
        self._output, self._before = output, "[\n"

    def write(self, row: Row, added: Mapping[str, Any]) -> None:
        """Write an object without the further columns that have no value."""
        self._output.write(self._before + _object(row, added))
        self._before = ",\n"

    def close(self) -> None:
        """End the array."""
        self._output.write("\n]\n")


def _object(row: Row, added: Mapping[str, Any]) -> str:
    assert isinstance(row.values, Mapping)  # noqa: S101 - narrows the type
    values = {name: value for name, value in added.items() if value is not None}
    return json.dumps({**row.values, **values})


class ParquetWriter:
    """Writes Parquet with the input's schema and the further columns."""

    def __init__(self, source: Path, target: Path) -> None:
        """Read the schema of the input."""
        self._parquet = parquet_of(source.name)
        self._schema = self._parquet.read_schema(source)
        self._target, self._rows = target, list[dict[str, Any]]()
        self._writer: Any = None

    def write(self, row: Row, added: Mapping[str, Any]) -> None:
        """Write a row, together with others."""
        assert isinstance(row.values, Mapping)  # noqa: S101 - narrows the type
        texts = {
            name: json.dumps(value) if isinstance(value, list) else value
            for name, value in added.items()
        }
        self._rows.append({**row.values, **texts})
        if self._writer is None:
            self._open(list(added))
        if len(self._rows) >= PARQUET_ROWS:
            self._flush()

    def _open(self, added: Sequence[str]) -> None:
        import pyarrow as pa  # noqa: PLC0415 - large and optional

        for name in added:
            kind = pa.string()
            if "probability" in name:
                kind = pa.float64()
            elif "known_words" in name:
                kind = pa.int64()
            self._schema = self._schema.append(pa.field(name, kind))
        self._writer = self._parquet.ParquetWriter(self._target, self._schema)

    def _flush(self) -> None:
        import pyarrow as pa  # noqa: PLC0415 - large and optional

        self._writer.write_table(pa.Table.from_pylist(self._rows, self._schema))
        self._rows = []

    def close(self) -> None:
        """Write the last rows."""
        self._flush()
        self._writer.close()
