"""Tables to score: their rows with all columns, read as often as needed and written in kind."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import IO, Any, NamedTuple

from scripts.score import ScoreError
from scripts.score.writers import (
    PARQUET_ROWS,
    CsvWriter,
    JsonWriter,
    ParquetWriter,
    Row,
    Writer,
    parquet_of,
)
from sentiment.columns import LABEL, ColumnsError, find_columns
from sentiment.compression import DAMAGED, open_stream
from sentiment.compression import SUFFIXES as COMPRESSED
from sentiment.csv_table import MAX_FIELD, rows_below
from sentiment.errors import DatasetError
from sentiment.schema import Schema
from sentiment.tables import json_lines
from sentiment.text_lines import text_lines

DELIMITERS = {".csv": ",;\t|", ".tsv": "\t"}
JSON_LINES = (".jsonl", ".ndjson")
PARQUET = ".parquet"
FORMATS = (*DELIMITERS, *JSON_LINES, PARQUET)


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
        except csv.Error as error:  # of the header; those of rows are named by their line
            raise ScoreError(f"{self.name}, line 1: {error}") from error
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
        with self._lines() as lines:
            reader = csv.reader(lines, delimiter=delimiter, strict=True)
            for _, fields in rows_below(reader, next(reader), self.name):
                label = None if columns.label is None else fields[columns.label]
                yield Row(fields, fields[columns.text], label)

    def _json_rows(self) -> Iterator[Row]:
        with self._lines() as lines:
            columns: Columns | None = None
            for number, values in json_lines(enumerate(lines, start=1), self.name):
                place = f"{self.name}, line {number}"
                if not isinstance(values, dict):
                    raise ScoreError(f"{place}: must be a JSON object")
                if columns is None:
                    try:
                        columns = Columns.of(list(values), self.schema, "key")
                    except ColumnsError as error:
                        raise ScoreError(f"{place}: {error}") from error
                yield _of_object(values, columns)

    def _parquet_rows(self) -> Iterator[Row]:
        with parquet_of(self.name).ParquetFile(self.file) as parquet:
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
