"""Rows of one file, or of the text files of a folder, with a description for the log."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from sentiment.errors import DatasetError
from sentiment.labels import spelling


@dataclass
class Rows:
    """Texts and labels as a file spells them.

    Attributes:
        name: file name, for messages.
        packaged: whether it is the table of a package, of which only the films' reviews are read.
        places: spelling of a label to the place where it first occurs.
        details: format, dialect and columns, for the log.
        skipped: reason to number of rows that were not read.
    """

    name: str
    packaged: bool = False
    texts: list[str] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    places: dict[str, str] = field(default_factory=dict)
    details: list[str] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)

    def add(self, text: Any, label: Any, number: int, unit: str = "line") -> None:
        """Add a row.

        Raises:
            DatasetError: naming the line, when the text is empty or not a string, or the label is
                neither a string nor a number.
        """
        if not isinstance(text, str) or not text.strip():
            raise DatasetError(
                f"{self.name}, {unit} {number}: the review is empty or not a string; remove the row"
            )
        if isinstance(label, (list, dict)):
            raise DatasetError(
                f"{self.name}, {unit} {number}: the label must be a string or a number, not a list "
                "or an object; a text has one label"
            )
        spelled = spelling(label)
        if spelled not in self.places:
            self.places[spelled] = f"{self.name}, {unit} {number}"
        self.texts.append(text)
        self.labels.append(spelled)

    def describe(self, half: str) -> str:
        """Return the line for the log."""
        counts = ", ".join(
            f"{count:,} {label!r}" for label, count in sorted(Counter(self.labels).items())
        )
        left_out = [
            f"skipped {count:,} {reason}" for reason, count in self.skipped.items() if count
        ]
        rows = f"{self.name}: {len(self.texts):,} {half} rows ({counts})"
        return "; ".join([rows, ", ".join(self.details), *left_out])
