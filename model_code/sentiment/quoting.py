"""Quotation marks of a table: whether they enclose fields, and what is wrong with them."""

import csv
import re
from collections.abc import Iterable, Iterator

TAB = "\t"
# Lines of tables that do quote: a quoted field has doubled marks, or all fields are quoted.
DOUBLED = re.compile(r'(?:^|\t)"[^"\t]*(?:""[^"\t]*)+"(?:\t|$)')
ALL_QUOTED = re.compile(r'"[^\t]*"(?:\t"[^\t]*")*')


def is_literal(lines: Iterable[str]) -> bool:
    """Return whether quotation marks are plain characters of a table with tabs.

    They are if fields in quotation marks cannot be read, or would go over several lines, while
    each line has the same number of fields, two or more.
    """
    tabs: set[int] = set()
    quotes = False

    def counted() -> Iterator[str]:
        nonlocal quotes
        for line in lines:
            if content := line.rstrip("\r\n"):
                tabs.add(content.count(TAB))
                quotes = quotes or bool(DOUBLED.search(content) or ALL_QUOTED.fullmatch(content))
            yield line

    counting = counted()
    fails = _fails(counting)
    for _ in counting:
        pass
    return fails and not quotes and len(tabs) == 1 and 0 not in tabs


def _fails(lines: Iterator[str]) -> bool:
    """Return whether a row with quoted fields cannot be read or goes over several lines."""
    reader = csv.reader(lines, delimiter=TAB, strict=True)
    width = None
    try:
        for number, fields in enumerate(reader, start=1):
            width = width or len(fields)
            if reader.line_num != number or (fields and len(fields) != width):
                return True
    except csv.Error:
        return True
    return False


def shown(delimiter: str) -> str:
    """Return a delimiter for a message, in which a tab cannot be seen."""
    return "a tab" if delimiter == TAB else repr(delimiter)


def reason(error: csv.Error) -> str:
    """Return why a row cannot be read, and what to do."""
    if "new-line" in str(error):
        return "mixed line endings within a row; save the file with one kind of line ending"
    message = str(error).replace(f"'{TAB}'", shown(TAB))
    return f"{message}; double each quotation mark within a quoted field"
