"""Tables to score: their rows with all columns, read as often as needed and written in kind."""

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import IO, Any, NamedTuple, Protocol

from scripts.score import ScoreError
from sentiment.columns import LABEL, ColumnsError, find_columns
from sentiment.compression import DAMAGED, open_stream
from sentiment.compression import SUFFIXES as COMPRESSED
from sentiment.csv_table import MAX_FIELD
from sentiment.errors import DatasetError
from sentiment.schema import Schema
from sentiment.text_lines import text_lines

DELIMITERS = {".csv": ",;\t|", ".tsv": "\t"}
JSON_LINES = (".jsonl", ".ndjson")
PARQUET = ".parquet"
FORMATS = (*DELIMITERS, *JSON_LINES, PARQUET)
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


class Columns(NamedTuple):
    """Names of a table's columns, and the places of the text and of the label."""

    names: list[str]
    text: int
    label: int | None

    @classmethod
    def of(cls, names: list[str], schema: Schema, kind: str = "column") -> "Columns":
        """Find the columns; the label is optional.

        Raises:
            ColumnsError: when the text column is missing or ambiguous.
        """
        try:
            text, label = find_columns(names, schema, kind)
        except ColumnsError:
            # With a label in addition, only the text can be missing or ambiguous.
            only_text = Schema(schema.text_column)
            return cls(names, find_columns([*names, LABEL], only_text, kind)[0], None)
        return cls(names, text, label)


@dataclass(frozen=True)
class Table:
    """A file of reviews.

    Attributes:
        name: path for messages and for the output.
        file: the local file.
        schema: columns that the settings name.
    """

    name: str
    file: Path
    schema: Schema = field(default_factory=Schema)

    @property
    def format(self) -> str:
        """The suffix that names the format, in small letters."""
        path = PurePath(self.name)
        return (PurePath(path.stem).suffix if path.suffix in COMPRESSED else path.suffix).lower()

    def names(self) -> list[str]:
        """Return the names of the columns, or the keys of the first object.

        Raises:
            ScoreError: when the file cannot be read.
        """
        first = next(self.rows(), None)
        if first is None or isinstance(first.values, Mapping):
            return list(first.values) if first else []
        return self._header()[0].names

    def rows(self) -> Iterator[Row]:
        """Yield the rows.

        Raises:
            ScoreError: naming the file, the line and the reason, when the file cannot be read.
        """
        try:
            if self.format in DELIMITERS:
                yield from self._csv_rows()
            elif self.format in JSON_LINES:
                yield from self._json_rows()
            elif self.format == PARQUET:
                yield from self._parquet_rows()
            else:
                raise ScoreError(
                    f"{self.name}: unknown format; allowed are {', '.join(FORMATS)}, and all but "
                    f"{PARQUET} compressed as well ({', '.join(COMPRESSED)})"
                )
        except (DatasetError, ColumnsError) as error:
            raise ScoreError(error) from error
        except DAMAGED as error:
            raise ScoreError(f"{self.name}: cannot be read ({error})") from error

    def writer(self, output: IO[str], file: Path, added: Sequence[str]) -> Writer:
        """Return a writer in the table's own format.

        Args:
            output: the opened file.
            file: its path.
            added: names of the further columns.
        """
        if self.format in DELIMITERS:
            columns, delimiter = self._header()
            return CsvWriter(output, delimiter, [*columns.names, *added])
        if self.format == PARQUET:
            return ParquetWriter(self.file, file)
        return JsonWriter(output)

    def _header(self) -> tuple[Columns, str]:
        """Return the columns of a CSV file and its delimiter: the first that finds the text."""
        with self._lines() as lines:
            line = next(lines, "")
        problems: list[Exception] = []
        for delimiter in DELIMITERS[self.format]:
            try:
                names = next(csv.reader([line], delimiter=delimiter), [])
                return Columns.of(names, self.schema), delimiter
            except (csv.Error, ColumnsError) as error:
                problems.append(error)
        raise ScoreError(f"{self.name}, line 1: {problems[0]}")

    def _csv_rows(self) -> Iterator[Row]:
        if self._is_empty():
            return
        csv.field_size_limit(MAX_FIELD)
        columns, delimiter = self._header()
        width = len(columns.names)
        with self._lines() as lines:
            reader = csv.reader(lines, delimiter=delimiter, strict=True)
            try:
                next(reader)
                for fields in reader:
                    if not fields:  # a blank line
                        continue
                    if len(fields) != width:
                        raise ScoreError(
                            f"{self.name}, line {reader.line_num}: {len(fields)} fields, and the "
                            f"header has {width}; put a text with {delimiter!r} or a quotation "
                            "mark in double quotes"
                        )
                    label = None if columns.label is None else fields[columns.label]
                    yield Row(fields, fields[columns.text], label)
            except csv.Error as error:
                raise ScoreError(f"{self.name}, line {reader.line_num}: {error}") from error

    def _json_rows(self) -> Iterator[Row]:
        with self._lines() as lines:
            columns: Columns | None = None
            for number, line in enumerate(lines, start=1):
                if not line.strip():
                    continue
                place = f"{self.name}, line {number}"
                try:
                    values = json.loads(line)
                except (ValueError, RecursionError) as error:
                    raise ScoreError(f"{place}: not JSON ({error})") from error
                if not isinstance(values, dict):
                    raise ScoreError(f"{place}: must be a JSON object")
                if columns is None:
                    try:
                        columns = Columns.of(list(values), self.schema, "key")
                    except ColumnsError as error:
                        raise ScoreError(f"{place}: {error}") from error
                yield _of_object(values, columns)

    def _parquet_rows(self) -> Iterator[Row]:
        with _parquet(self.name).ParquetFile(self.file) as parquet:
            columns = Columns.of(parquet.schema_arrow.names, self.schema)
            for batch in parquet.iter_batches(PARQUET_ROWS):
                for values in batch.to_pylist():
                    yield _of_object(values, columns)

    def _is_empty(self) -> bool:
        with self._lines() as lines:
            return all(not line.strip() for line in lines)

    @contextmanager
    def _lines(self) -> Iterator[Iterator[str]]:
        with self.file.open("rb") as stored, open_stream(stored, self.name) as raw:
            yield text_lines(raw, self.name)[0]


def _of_object(values: dict[str, Any], columns: Columns) -> Row:
    label = None if columns.label is None else values.get(columns.names[columns.label])
    return Row(values, values.get(columns.names[columns.text]), label)


def _parquet(name: str) -> Any:
    try:
        from pyarrow import parquet  # noqa: PLC0415 - large and optional
    except ImportError as error:
        raise ScoreError(f"{name}: needs `pip install pyarrow`, or save it as .jsonl") from error
    return parquet


class CsvWriter:
    """Writes CSV with the input's delimiter."""

    def __init__(self, output: IO[str], delimiter: str, names: Sequence[str]) -> None:
        """Write the header."""
        self._writer = csv.writer(output, delimiter=delimiter, lineterminator="\n")
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


class JsonWriter:
    """Writes JSON lines."""

    def __init__(self, output: IO[str]) -> None:
        """Write to an opened file."""
        self._output = output

    def write(self, row: Row, added: Mapping[str, Any]) -> None:
        """Write an object without the further columns that have no value."""
        assert isinstance(row.values, Mapping)  # noqa: S101 - narrows the type
        values = {name: value for name, value in added.items() if value is not None}
        self._output.write(json.dumps({**row.values, **values}) + "\n")

    def close(self) -> None:
        """Do nothing: the file's owner closes it."""


class ParquetWriter:
    """Writes Parquet with the input's schema and the further columns."""

    def __init__(self, source: Path, target: Path) -> None:
        """Read the schema of the input."""
        self._parquet = _parquet(source.name)
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
