"""Tables to score: their rows with all columns, read as often as needed and written in kind."""

import codecs
import csv
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path, PurePath
from typing import IO, Literal, NamedTuple

from scripts.score import ScoreError
from scripts.score.columns import Columns
from scripts.score.objects import Keys, objects_of
from scripts.score.parquet import PARQUET_ROWS, ParquetWriter, opened_parquet
from scripts.score.writers import (
    CsvWriter,
    JsonArrayWriter,
    JsonLinesWriter,
    Row,
    Writer,
)
from sentiment.columns import ColumnsError
from sentiment.compression import DAMAGED, open_stream
from sentiment.compression import SUFFIXES as COMPRESSED
from sentiment.csv_table import (
    MAX_FIELD,
    counts_columns,
    find_delimiter,
    first_lines,
    rows_below,
)
from sentiment.errors import DatasetError
from sentiment.files import TEXT, format_of
from sentiment.merged_rows import MergedRows
from sentiment.quoting import TAB, is_literal, reason
from sentiment.schema import Schema
from sentiment.tables import FASTTEXT, json_objects
from sentiment.text_lines import text_lines

DELIMITERS = {".csv": ",;\t|", ".tsv": "\t"}
JSON = (".jsonl", ".ndjson", ".json")
PARQUET = ".parquet"
# Byte order marks; a spreadsheet needs that of UTF-8.
MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
FORMATS = (*DELIMITERS, *JSON, TEXT, PARQUET)


class Dialect(NamedTuple):
    """Dialect of a CSV file.

    Attributes:
        columns: its columns.
        delimiter: character between the fields.
        above: number of lines above the first row: a spreadsheet's line about the delimiter.
        has_header: whether the first row has the names of the columns.
        line_end: end of the first row.
        quoting: `csv.QUOTE_NONE` where quotation marks are plain characters.
    """

    columns: Columns
    delimiter: str
    above: int
    has_header: bool
    line_end: str
    quoting: Literal[0, 3]


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
        """The suffix that names the format, in lower case."""
        return format_of(PurePath(self.name))

    @property
    def encoding(self) -> str:
        """Encoding of the output: that of the input with its byte order mark, unless it is text."""
        if self.format in {TEXT, PARQUET}:
            return "utf-8"
        with self._content() as raw:
            start = raw.read(max(map(len, MARKS)))
        return next((name for mark, name in MARKS.items() if start.startswith(mark)), "utf-8")

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
                    f"{self.name}: unknown format; use {', '.join(FORMATS)}, all but {PARQUET} "
                    f"plain or compressed ({', '.join(COMPRESSED)})"
                )
        except DatasetError as error:
            raise ScoreError(error) from error
        except ColumnsError as error:
            raise ScoreError(f"{self.name}: {error}") from error
        except csv.Error as error:  # of the header; those of rows are named by their line
            raise ScoreError(f"{self.name}, line 1: {reason(error)}") from error
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
            if found.above:
                output.write(f"sep={found.delimiter}{found.line_end}")
            names = [*found.columns.names, *added] if found.has_header else None
            return CsvWriter(
                output,
                delimiter=found.delimiter,
                line_end=found.line_end,
                quoting=found.quoting,
                names=names,
            )
        if self.format == PARQUET:
            return ParquetWriter(name=self.name, target=file, added=added)
        if self.format == TEXT:
            return JsonLinesWriter(output, line_end="\n")
        with self._lines() as lines:
            first = next(filter(str.strip, lines), "")
        of_array = json_objects(iter([first]), self.name)[0] == "object"
        return (JsonArrayWriter if of_array else JsonLinesWriter)(output, line_end=line_end(first))

    def _dialect(self) -> Dialect:
        """Return the dialect of a CSV file: the first delimiter with which it has a text column."""
        csv.field_size_limit(MAX_FIELD)
        with self._lines() as lines:
            first, above, delimiters = first_lines(lines, DELIMITERS[self.format])
        problems: list[Exception] = []
        numbered = self.schema.numbers is not None
        for delimiter in find_delimiter(first, delimiters, self.schema) if numbered else delimiters:
            try:
                quoting = self._quoting(delimiter)
                reader = csv.reader(first, delimiter=delimiter, quoting=quoting)
                row = next(filter(None, reader), [])
                has_header = not numbered or counts_columns(row)
                columns = Columns.of(row, self.schema)
                end = line_end(first[reader.line_num - 1]) if first else "\n"
                return Dialect(columns, delimiter, above, has_header, end, quoting)
            except (csv.Error, ColumnsError) as error:
                problems.append(error)
        raise ScoreError(f"{self.name}, line {above + 1}: {problems[0]}")

    def _quoting(self, delimiter: str) -> Literal[0, 3]:
        """Return `csv.QUOTE_NONE` if quotation marks are plain characters."""
        if delimiter == TAB:
            with self._lines() as lines:
                first, _, _ = first_lines(lines, delimiter)
                if is_literal(chain(first, lines)):
                    return csv.QUOTE_NONE
        return csv.QUOTE_MINIMAL

    def _csv_rows(self) -> Iterator[Row]:
        if self._is_empty():
            return
        found = self._dialect()
        columns = found.columns
        with self._lines() as lines:
            reader = csv.reader(
                islice(lines, found.above, None),
                delimiter=found.delimiter,
                quoting=found.quoting,
                strict=True,
            )
            merged = MergedRows(
                name=self.name, delimiter=found.delimiter, label=columns.label, spaced=False
            )
            first = next(filter(None, reader))
            if not found.has_header:
                merged.add(first, found.above + 1, found.above + reader.line_num)
            rows = rows_below(reader, first, merged, above=found.above)
            for fields in chain([] if found.has_header else [first], (row for _, row in rows)):
                label = None if columns.label is None else fields[columns.label]
                names = columns.names if found.has_header else ()
                yield Row(fields, fields[columns.text], label, names)

    def _json_rows(self) -> Iterator[Row]:
        keys = Keys(schema=self.schema)
        with self._lines() as lines:
            unit, objects = objects_of(lines, self.name)
            for number, values, text in objects:
                try:
                    yield Row(text, *keys.of(values), values.keys())
                except ColumnsError as error:
                    raise ScoreError(f"{self.name}, {unit} {number}: {error}") from error

    def _text_rows(self) -> Iterator[Row]:
        """Yield every line as an object; fastText's begin with their label."""
        with self._lines() as lines:
            for line in lines:
                labelled = FASTTEXT.fullmatch(line)
                text = line[labelled.start(2) if labelled else 0 :].rstrip("\r\n")
                values = {"text": text, **({"label": labelled[1]} if labelled else {})}
                yield Row(json.dumps(values), text, values.get("label"), values.keys())

    def _parquet_rows(self) -> Iterator[Row]:
        with opened_parquet(self.name, self.file) as parquet:
            columns = Columns.of(parquet.schema_arrow.names, self.schema)
            for batch in parquet.iter_batches(PARQUET_ROWS):
                texts = batch.column(columns.text).to_pylist()
                labels = [None] * len(texts)
                if columns.label is not None:
                    labels = batch.column(columns.label).to_pylist()
                for text, label in zip(texts, labels, strict=True):
                    yield Row(batch, text, label, columns.names)

    def _is_empty(self) -> bool:
        with self._lines() as lines:
            return all(not line.strip() for line in lines)

    @contextmanager
    def _lines(self) -> Iterator[Iterator[str]]:
        with self._content() as raw:
            yield text_lines(raw, self.name)[0]

    @contextmanager
    def _content(self) -> Iterator[IO[bytes]]:
        with self.file.open("rb") as stored, open_stream(stored, self.name) as raw:
            yield raw


def line_end(line: str) -> str:
    """Return the end of a line; the usual one where it has none."""
    return next((end for end in ("\r\n", "\n", "\r") if line.endswith(end)), "\n")
