"""Parquet, where the package pyarrow is installed."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from scripts.score import ScoreError
from scripts.score.writers import Row

PARQUET_ROWS = 10_000


def pyarrow(name: str) -> Any:
    """Return the optional package.

    Raises:
        ScoreError: when it is not installed.
    """
    try:
        import_module("pyarrow.parquet")
        return import_module("pyarrow")
    except ImportError as error:
        raise ScoreError(f"{name}: needs `pip install pyarrow`, or save it as .jsonl") from error


@contextmanager
def opened_parquet(name: str, file: Path) -> Iterator[Any]:
    """Open a file.

    Raises:
        ScoreError: when it is damaged.
    """
    arrow = pyarrow(name)
    try:
        with arrow.parquet.ParquetFile(file) as opened:
            yield opened
    except arrow.ArrowException as error:
        raise ScoreError(f"{name}: damaged, or not Parquet ({error})") from error


class ParquetWriter:
    """Writes the input's batches with the further columns."""

    def __init__(self, *, name: str, target: Path, added: Sequence[str]) -> None:
        """Choose the types of the further columns.

        Args:
            name: name of the input, for messages.
            target: the file to write.
            added: names of the further columns.
        """
        self._arrow, self._target = pyarrow(name), target
        self._fields = [self._arrow.field(one, self._type_of(one)) for one in added]
        self._batch: Any = None
        self._added = list[Mapping[str, Any]]()
        self._writer: Any = None

    def _type_of(self, name: str) -> Any:
        if "probability" in name:
            return self._arrow.float64()
        return self._arrow.int64() if "known_words" in name else self._arrow.string()

    def write(self, row: Row, added: Mapping[str, Any]) -> None:
        """Write a row together with the others of its batch; a list becomes JSON."""
        if row.values is not self._batch:
            self._flush()
            self._batch = row.values
        self._added.append(
            {
                name: json.dumps(value) if isinstance(value, list) else value
                for name, value in added.items()
            }
        )

    def _flush(self) -> None:
        if self._batch is None:
            return
        schema, columns = self._batch.schema, list(self._batch.columns)
        for field in self._fields:
            schema = schema.append(field)
            columns.append(
                self._arrow.array([added[field.name] for added in self._added], field.type)
            )
        if self._writer is None:
            self._writer = self._arrow.parquet.ParquetWriter(self._target, schema)
        self._writer.write_batch(self._arrow.record_batch(columns, schema=schema))
        self._added = []

    def close(self) -> None:
        """Write the last rows."""
        self._flush()
        self._writer.close()
