"""Rows of a table that an unbalanced quotation mark has merged into one."""

import re

from sentiment.errors import DatasetError
from sentiment.labels import spelling

LINE_BREAK = re.compile(r"\r\n?|\n")
# Lines of a field in a table without labels, all with the delimiters of a row, that are too many
# to be an address or a poem
MANY_LINES = 5


class MergedRows:
    """Finds fields whose lines are rows of the table.

    A quotation mark that is not closed continues its field up to the next mark, over whole rows.
    A line within a field counts as a row if it has the table's number of fields, a label of the
    table, and no space after a delimiter, which prose has after a comma.
    """

    def __init__(self, *, name: str, delimiter: str, label: int | None, spaced: bool) -> None:
        """Begin without a row.

        Args:
            name: file name, for messages.
            delimiter: character between the fields.
            label: place of the label; None without one.
            spaced: whether a space follows the delimiters of the table.
        """
        self.name = name
        self._delimiter, self._label, self._spaced = delimiter, label, spaced
        self._labels: set[str] = set()
        self._suspects: dict[int, list[str | None]] = {}  # line to the label of each line in it

    def add(self, fields: list[str], begin: int, end: int) -> None:
        """Look at a row from its first to its last line."""
        if self._label is not None:
            self._labels.add(spelling(fields[self._label]))
        if begin == end or len(fields) == 1:
            return
        for place, field in enumerate(fields):
            lines = LINE_BREAK.split(field)
            if len(lines) > 1:
                found = self._found(fields, place, lines)
                if any(label is not None for label in found):
                    self._suspects[begin] = found

    def refuse(self) -> None:
        """Refuse the table if a field contains rows, once all labels are known.

        Raises:
            DatasetError: naming the line in which the field begins.
        """
        for line, found in self._suspects.items():
            if self._are_rows(found):
                raise DatasetError(
                    f"{self.name}, line {line}: a field contains whole rows: a quotation mark "
                    "opens it and none closes it in its row; quote the whole text, and double the "
                    "marks in it"
                )

    def _found(self, fields: list[str], place: int, lines: list[str]) -> list[str | None]:
        """Return the label of each line of a field that has the fields of a row, else None.

        A line whose label is outside the field is left out: a good row has one there, too.
        """
        rows = [line.split(self._delimiter) for line in lines]
        rows[0] = [*fields[:place], *rows[0]]
        rows[-1] += fields[place + 1 :]
        kept = [row for row, line in zip(rows, lines, strict=True) if line.strip()]
        if self._label is not None and self._label != place:
            kept = kept[1:] if self._label < place else kept[:-1]
        return [self._label_of(row, len(fields)) for row in kept]

    def _label_of(self, row: list[str], width: int) -> str | None:
        separate = self._spaced or not any(field.startswith(" ") for field in row[1:])
        if len(row) != width or not separate or not all(row):
            return None
        return "" if self._label is None else spelling(row[self._label])

    def _are_rows(self, found: list[str | None]) -> bool:
        if self._label is None:
            return len(found) >= MANY_LINES and None not in found
        return 2 * sum(label in self._labels for label in found) >= len(found)
