"""Reading of CSV and TSV: the dialect, the columns and the rows."""

import csv
import re
from _csv import Reader
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import chain, islice, product

from sentiment.columns import ColumnsError, data_in_header, find_columns, is_label
from sentiment.errors import DatasetError
from sentiment.labels import spelling
from sentiment.merged_rows import MergedRows
from sentiment.quoting import TAB, is_literal, reason, shown
from sentiment.rows import Rows
from sentiment.schema import Schema

SOURCE, PACKAGED_SOURCE = "source", "imdb"
MAX_FIELD = 10_000_000
SNIFFED = 20  # first lines from which the delimiter of a table without a header is found
# A spreadsheet's own line about the delimiter
DELIMITER_LINE = re.compile(r"\"?sep=(.)\"?[\r\n]*")
DIALECTS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}


def read_csv(lines: Iterator[str], rows: Rows, schema: Schema, delimiters: str) -> None:
    """Add the rows of a table; of the packaged one, only the movie reviews.

    Args:
        lines: lines with their ends.
        rows: receives the rows.
        schema: columns that the settings name.
        delimiters: possible delimiters; the first is used unless the first lines need another.

    Raises:
        DatasetError: naming the file, the line and the reason.
    """
    csv.field_size_limit(MAX_FIELD)
    first, above, delimiters = first_lines(lines, delimiters)
    delimiter = find_delimiter(first, delimiters, schema)
    spaced = _spaced(first, delimiter)
    lines, literal = _with_quoting(chain(first, lines), delimiter)
    reader = csv.reader(
        lines,
        delimiter=delimiter,
        quoting=csv.QUOTE_NONE if literal else csv.QUOTE_MINIMAL,
        strict=True,
        skipinitialspace=spaced,
    )
    try:
        header = next(filter(any, reader), [])
        text, label, columns = _columns(header, schema)
        chosen = _filter(header, packaged=rows.packaged)
    except csv.Error as error:
        raise DatasetError(f"{rows.name}, line {above + 1}: {reason(error)}") from error
    except ColumnsError as error:
        raise DatasetError(f"{rows.name}, line {above + 1}: {error}") from error
    dialect = DIALECTS.get(delimiter, f"separated by {delimiter!r}")
    rows.details += [f"{dialect}, no quoting" if literal else dialect, columns]
    merged = MergedRows(name=rows.name, delimiter=delimiter, label=label, spaced=spaced)
    if schema.numbers and not counts_columns(header):
        merged.add(header, above + 1, above + reader.line_num)
        rows.add(header[text], header[label], above + reader.line_num)
    for line_num, fields in rows_below(reader, header, merged, above=above):
        if fields == header and not schema.numbers:
            raise DatasetError(f"{rows.name}, line {line_num}: repeats the header; remove the line")
        if not any(fields):
            rows.skipped["empty rows"] += 1
        elif chosen(fields):
            rows.add(fields[text], fields[label], line_num)
        else:
            rows.skipped["rows of other sources"] += 1


def _with_quoting(lines: Iterator[str], delimiter: str) -> tuple[Iterator[str], bool]:
    """Return the lines, and whether their quotation marks are plain characters."""
    if delimiter != TAB:
        return lines, False
    kept = list(lines)
    return iter(kept), is_literal(kept)


def _spaced(first: list[str], delimiter: str) -> bool:
    """Return whether a space follows the delimiters in the header."""
    _, *others = first[0].split(delimiter) if first else [""]
    return bool(others) and all(name.startswith(" ") for name in others)


def first_lines(lines: Iterator[str], delimiters: str) -> tuple[list[str], int, str]:
    """Return the first lines of a table, the number of lines above them, and its delimiters.

    Args:
        lines: lines of the file.
        delimiters: possible delimiters, unless a spreadsheet's first line names the one.
    """
    first = list(islice(lines, SNIFFED))
    if first and (line := DELIMITER_LINE.fullmatch(first[0])):
        return first[1:], 1, line[1]
    return first, 0, delimiters


def rows_below(
    reader: Reader, header: list[str], merged: MergedRows, *, above: int = 0
) -> Iterator[tuple[int, list[str]]]:
    """Yield the last line and the fields of each row below the header, without blank lines.

    Args:
        reader: reader of the table, after its header.
        header: the fields of the header.
        merged: receives the rows and finds merged ones.
        above: number of lines above the header.

    Raises:
        DatasetError: naming the first line of a row that cannot be read, has other fields or
            contains further rows.
    """
    name = merged.name
    begin = above + reader.line_num + 1
    try:
        for fields in reader:
            line = above + reader.line_num
            if fields and len(fields) != len(header):
                raise DatasetError(
                    _miscounted(name, begin, fields, header, reader.dialect.delimiter)
                )
            if fields:
                merged.add(fields, begin, line)
                yield line, fields
            begin = line + 1
    except csv.Error as error:
        raise DatasetError(f"{name}, line {begin}: {reason(error)}") from error
    merged.refuse()


def _columns(header: list[str], schema: Schema) -> tuple[int, int, str]:
    """Return the places of text and label, and their description."""
    if schema.numbers:
        text, label = within(schema.numbers, header)
        return text, label, f"columns {text + 1} and {label + 1}"
    try:
        text, label = find_columns(header, schema)
    except ColumnsError:
        guess = data_in_header(header)
        if guess is None or schema.text_column or schema.label_column:
            raise
        raise ColumnsError(
            "the first line looks like data, not like a header; add a header, or number the "
            f"columns, perhaps with -c dataset.text_column={guess[0] + 1} "
            f"-c dataset.label_column={guess[1] + 1}"
        ) from None
    return text, label, f"columns {header[text].strip()!r} and {header[label].strip()!r}"


def within(numbers: tuple[int, int], header: list[str]) -> tuple[int, int]:
    """Return the places of text and label, if the table has enough columns.

    Raises:
        ColumnsError: naming the column that is missing.
    """
    if max(numbers) >= len(header):
        raise ColumnsError(f"there is no column {max(numbers) + 1}, only {len(header)} columns")
    return numbers


def counts_columns(header: list[str]) -> bool:
    """Return whether a header only numbers the columns, as pandas writes one.

    The column of its index comes first and has no name.
    """
    named = header[1:] if header[:1] == [""] else header
    return bool(named) and named == [str(number) for number in range(len(named))]


def _miscounted(name: str, line: int, fields: list[str], header: list[str], delimiter: str) -> str:
    return (
        f"{name}, line {line}: {len(fields)} fields, but the header has {len(header)}; "
        f"put a text with {shown(delimiter)} or a quotation mark in double quotes"
    )


def find_delimiter(first: list[str], delimiters: str, schema: Schema) -> str:
    """Return the first delimiter with which the first lines fit best.

    That is: a header names the columns, or a table without one has labels, or all rows are of equal
    length; and rather with quotation marks around whole fields than without.
    """
    for fits in (_names_columns, _has_labels, _same_length):
        for strict, delimiter in product((True, False), delimiters):
            if fits(_first_rows(first, delimiter, strict=strict), schema):
                return delimiter
    return delimiters[0]


def _first_rows(first: list[str], delimiter: str, *, strict: bool) -> list[list[str]]:
    """Return the whole rows in the first lines; none if strict reading fails in one of them."""
    reader = csv.reader(first, delimiter=delimiter, strict=strict)
    rows: list[list[str]] = []
    more = len(first) == SNIFFED  # the last row may be longer
    try:
        rows += filter(None, reader)
    except csv.Error:
        return [] if strict and not (more and reader.line_num == len(first)) else rows
    return rows[:-1] if more else rows


def _names_columns(rows: list[list[str]], schema: Schema) -> bool:
    with suppress(ColumnsError):
        return bool(rows and find_columns(rows[0], schema))
    return False


def _has_labels(rows: list[list[str]], schema: Schema) -> bool:
    if schema.numbers is None:
        return False
    known = {spelling(label) for label in schema.labels}
    needed, label = max(schema.numbers), schema.numbers[1]
    return bool(rows) and all(
        len(row) > needed
        and TAB not in row[label]  # of a table with tabs; spelling() strips it
        and (is_label(row[label]) or spelling(row[label]) in known)
        for row in rows
    )


def _same_length(rows: list[list[str]], _: Schema) -> bool:
    return len({len(row) for row in rows}) == 1 and len(rows[0]) > 1


def _filter(header: list[str], *, packaged: bool) -> Callable[[list[str]], bool]:
    """Return whether to read a row: in the packaged table, only those of one source."""
    if not packaged:
        return lambda _: True
    if SOURCE not in header:
        raise ColumnsError(f"no column {SOURCE}")
    place = header.index(SOURCE)
    return lambda fields: fields[place] == PACKAGED_SOURCE
