"""Columns of a table to score: the text, and the label where there is one."""

from typing import NamedTuple

from sentiment.columns import LABEL, ColumnsError, find_columns
from sentiment.csv_table import within
from sentiment.schema import Schema

# Stands for the label where the table has none; no message shows it.
NO_LABEL = f"no {LABEL}"


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
            return cls(names, *find_columns(names, schema, kind))
        except ColumnsError:
            # With a label in addition, only the text can be missing or ambiguous.
            only_text = Schema(schema.text_column, NO_LABEL)
        try:
            return cls(names, find_columns([NO_LABEL, *names], only_text, kind)[0] - 1, None)
        except ColumnsError as error:
            shown = f"{NO_LABEL}, " if names else NO_LABEL
            raise ColumnsError(
                str(error).replace(f"found {shown}", "found " if names else "found nothing", 1)
            ) from error
