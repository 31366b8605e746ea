"""Tables to score: their rows with all columns, read as often as needed and written in kind."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path, PurePath
from typing import IO, Any, NamedTuple

from scripts.score import ScoreError
from scripts.score.writers import (
    PARQUET_ROWS,
    CsvWriter,
    JsonArrayWriter,
    JsonLinesWriter,
    ParquetWriter,
    Row,
    Writer,
    parquet_of,
)
from sentiment.columns import LABEL, ColumnsError, find_columns
from sentiment.compression import DAMAGED, open_stream
from sentiment.compression import SUFFIXES as COMPRESSED
from sentiment.csv_table import (
    MAX_FIELD,
    counts_columns,
    find_delimiter,
    first_lines,
    rows_below,
    within,
)
from sentiment.errors import DatasetError
from sentiment.files import TEXT, format_of
from sentiment.schema import Schema
from sentiment.tables import FASTTEXT, json_objects
from sentiment.text_lines import text_lines

DELIMITERS = {".csv": ",;\t|", ".tsv": "\t"}
JSON = (".jsonl", ".ndjson", ".json")
PARQUET = ".parquet"
FORMATS = (*DELIMITERS, *JSON, TEXT, PARQUET)


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
        if schema.numbers:
            return cls(names, *within(schema.numbers, names))
        try:
            text, label = find_columns(names, schema, kind)
        except ColumnsError:
            # With a label in addition, only the text can be missing or ambiguous.
            only_text = Schema(schema.text_column)
            return cls(names, find_columns([*names, LABEL], only_text, kind)[0], None)
        return cls(names, text, label)


class Dialect(NamedTuple):
    """Dialect of a CSV file.

    Attributes:
        columns: its columns.
        delimiter: character between the fields.
        above: number of lines above the first row.
        has_header: whether the first row has the names of the columns.
    """

    columns: Columns
    delimiter: str
    above: int
    has_header: bool


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
        return format_of(PurePath(self.name))

    def names(self) -> list[str]:
        """Return the names of the columns, or the keys of the first object.

        Raises:
            ScoreError: when the file cannot be read.
        """
        first = next(self.rows(), None)
        if first is None or isinstance(first.values, Mapping):
            return list(first.values) if first else []
        found = self._dialect()
        return found.columns.names if found.has_header else []

    def rows(self) -> Iterator[Row]:
        """Yield the rows.

        Raises:
            ScoreError: naming the file, the line and the reason, when the file cannot be read.
        """
        try:
            if self.format in DELIMITERS:
                yield from self._csv_rows()
            elif self.format in JSON:
                yield from self._json_rows()
            elif self.format == TEXT:
                yield from self._text_rows()
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
            found = self._dialect()
            names = [*found.columns.names, *added] if found.has_header else None
            return CsvWriter(output, found.delimiter, names)
        if self.format == PARQUET:
            return ParquetWriter(self.file, file)
        if self.format in JSON:
            with self._lines() as lines:
                if json_objects(lines, self.name)[0] == "object":
                    return JsonArrayWriter(output)
        return JsonLinesWriter(output)

    def _dialect(self) -> Dialect:
        """Return the dialect of a CSV file: the first delimiter with which it has a text column."""
        csv.field_size_limit(MAX_FIELD)
        with self._lines() as lines:
            first, above, delimiters = first_lines(lines, DELIMITERS[self.format])
        problems: list[Exception] = []
        numbered = self.schema.numbers is not None
        for delimiter in find_delimiter(first, delimiters, self.schema) if numbered else delimiters:
            try:
                row = next(filter(None, csv.reader(first, delimiter=delimiter)), [])
                has_header = not numbered or counts_columns(row)
                columns = Columns.of(row, self.schema)
                return Dialect(columns, delimiter, above, has_header)
            except (csv.Error, ColumnsError) as error:
                problems.append(error)
        raise ScoreError(f"{self.name}, line {above + 1}: {problems[0]}")

    def _csv_rows(self) -> Iterator[Row]:
        if self._is_empty():
            return
        found = self._dialect()
        columns = found.columns
        with self._lines() as lines:
            reader = csv.reader(
                islice(lines, found.above, None), delimiter=found.delimiter, strict=True
            )
            first = next(filter(None, reader))
            rows = rows_below(reader, first, self.name, above=found.above)
            for fields in chain([] if found.has_header else [first], (row for _, row in rows)):
                label = None if columns.label is None else fields[columns.label]
                yield Row(fields, fields[columns.text], label)

    def _json_rows(self) -> Iterator[Row]:
        with self._lines() as lines:
            unit, objects = json_objects(lines, self.name)
            columns: Columns | None = None
            for number, values in objects:
                if columns is None:
                    try:
                        columns = Columns.of(list(values), self.schema, "key")
                    except ColumnsError as error:
                        raise ScoreError(f"{self.name}, {unit} {number}: {error}") from error
                yield _of_object(values, columns)

    def _text_rows(self) -> Iterator[Row]:
        """Yield the lines that are not blank; fastText's begin with their label."""
        with self._lines() as lines:
            for line in filter(str.strip, lines):
                labelled = FASTTEXT.fullmatch(line)
                text, label = (labelled[2], labelled[1]) if labelled else (line.strip(), None)
                yield Row({"text": text}, text, label)

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
