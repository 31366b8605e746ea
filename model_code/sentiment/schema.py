"""Columns and labels of a dataset, as its settings name them."""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from sentiment.errors import HyperparameterError

NEGATIVE, POSITIVE = "negative", "positive"
SENTIMENTS = (NEGATIVE, POSITIVE)  # name of each label


@dataclass(frozen=True)
class Schema:
    """The columns and labels of a dataset; by default the usual names are tried.

    Attributes:
        text_column: name of the column with the texts, or its number from 1 in a table without a
            header.
        label_column: the same for the labels.
        labels: spelling of a label to `negative`, `positive`, another name, or None to leave out
            its rows.
    """

    text_column: str | None = None
    label_column: str | None = None
    labels: Mapping[str, str | None] = field(default_factory=dict)

    @property
    def numbers(self) -> tuple[int, int] | None:
        """Places of both columns from 0, when numbers name them."""
        text, label = self.text_column, self.label_column
        if text is None or label is None or not (is_number(text) and is_number(label)):
            return None
        return int(text) - 1, int(label) - 1

    def encode(self) -> str:
        """Return the schema as a hyperparameter, or an empty text for the default.

        SageMaker's training toolkit 5.1.1 passes hyperparameters through a shell, and every version
        reads them as JSON first. Base64 of an object has no character that is special to a shell,
        and is not JSON.
        """
        if self == Schema():
            return ""
        values = {name: value for name, value in asdict(self).items() if value}
        content = json.dumps(values, separators=(",", ":"), ensure_ascii=False)
        return base64.urlsafe_b64encode(content.encode()).decode().rstrip("=")

    @classmethod
    def decode(cls, encoded: str) -> "Schema":
        """Return the schema that `encode` wrote.

        Raises:
            HyperparameterError: when it did not.
        """
        if not encoded:
            return cls()
        try:
            content = base64.b64decode(encoded + "=" * (-len(encoded) % 4), b"-_", validate=True)
            return cls(**json.loads(content))
        except (binascii.Error, ValueError, TypeError) as error:
            raise HyperparameterError(
                f"schema: not as the deployment encodes it ({error})"
            ) from error


def is_number(column: str) -> bool:
    """Return whether a column is named by its number."""
    return column.isascii() and column.isdigit()
