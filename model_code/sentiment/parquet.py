"""Reading of Parquet, where the package pyarrow is installed."""

from importlib import import_module
from typing import IO, Any

from sentiment.columns import ColumnsError, find_columns
from sentiment.errors import DatasetError
from sentiment.rows import Rows
from sentiment.schema import Schema

SUFFIX = ".parquet"
BATCH = 10_000  # rows in memory as Arrow


def read_parquet(raw: IO[bytes], rows: Rows, schema: Schema) -> None:
    """Add the rows of a Parquet file.

    Raises:
        DatasetError: without pyarrow; or naming the file, the row and the reason.
    """
    try:
        parquet: Any = import_module("pyarrow.parquet")
    except ImportError as error:
        raise DatasetError(
            f"{rows.name}: Parquet needs the Python package pyarrow; install it, or save the table "
            "as .jsonl"
        ) from error
    damaged = import_module("pyarrow").ArrowException
    try:
        file = parquet.ParquetFile(raw)
        names = file.schema_arrow.names
        text, label = find_columns(names, schema)
        chosen = [names[text], names[label]]
        number = 0
        for batch in file.iter_batches(BATCH, columns=chosen):
            columns = batch.to_pydict()
            for row in zip(columns[chosen[0]], columns[chosen[1]], strict=True):
                number += 1
                rows.add(*row, number, "row")
    except ColumnsError as error:
        raise DatasetError(f"{rows.name}: {error}") from error
    except DatasetError:
        raise
    except (damaged, OSError, ValueError) as error:
        reason = " ".join(str(error).split())[:200]
        raise DatasetError(f"{rows.name}: damaged, or not Parquet ({reason})") from error
    rows.details += ["Parquet", f"columns {chosen[0]!r} and {chosen[1]!r}"]
