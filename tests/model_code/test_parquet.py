"""Parquet, with and without pyarrow."""

import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from sentiment.datasets import Dataset, read_channel
from sentiment.schema import Schema
from tests.model_code.test_archives import pack
from tests.model_code.test_tables import read, refusal


def written(folder: Path, columns: dict[str, list[Any]]) -> bytes:
    """Return a Parquet file."""
    parquet.write_table(pa.table(columns), folder / "written")
    content = (folder / "written").read_bytes()
    (folder / "written").unlink()
    return content


def test_parquet_is_read(tmp_path: Path) -> None:
    content = written(tmp_path, {"id": [1, 2], "Text": ["fine", "dull"], "label": [1, 0]})
    name = "train-00000-of-00001.parquet"
    assert read(tmp_path, {name: content}) == {"train": Dataset(["fine", "dull"], [1, 0])}
    said: list[str] = []
    read_channel(tmp_path, report=said.append)
    assert said == [f"{name}: 2 train rows (1 '0', 1 '1'); Parquet, columns 'Text' and 'label'"]


@pytest.mark.parametrize("name", ["a.zip", "a.tar.gz"])
def test_parquet_is_read_from_an_archive(tmp_path: Path, name: str) -> None:
    content = written(tmp_path, {"text": ["fine", "dull"], "label": [1, 0]})
    found = read(tmp_path, {name: pack(name, {"r.parquet": content})})
    assert found == {"train": Dataset(["fine", "dull"], [1, 0])}


def test_columns_of_parquet_are_named(tmp_path: Path) -> None:
    content = written(tmp_path, {"a": ["fine", "dull"], "b": ["5", "1"]})
    schema = Schema("a", "b", {"1": "negative", "5": "positive"})
    assert read(tmp_path, {"r.parquet": content}, schema)["train"].labels == [1, 0]


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"text": ["fine", None], "label": [1, 0]}, "r.parquet, row 2: the review is empty"),
        (
            {"text": [1, 2], "label": [1, 0]},
            "r.parquet, row 1: the review is empty or not a string",
        ),
        ({"text": ["fine", "dull"], "label": [1, None]}, "r.parquet, row 2: label ''"),
        ({"text": ["fine", "dull"]}, "r.parquet: no column label; found text"),
    ],
)
def test_bad_parquet_is_refused(tmp_path: Path, columns: dict[str, list[Any]], reason: str) -> None:
    assert refusal(tmp_path, {"r.parquet": written(tmp_path, columns)}).startswith(reason)


def test_damaged_parquet_is_refused(tmp_path: Path) -> None:
    content = written(tmp_path, {"text": ["fine", "dull"], "label": [1, 0]})
    for damaged in (b"", content[:-9], content[:4] + b"\xff" * 40 + content[44:]):
        line = refusal(tmp_path, {"r.parquet": damaged})
        assert line.startswith("r.parquet: damaged, or not Parquet (")


def test_without_pyarrow_the_refusal_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    line = refusal(tmp_path, {"r.parquet": b"PAR1"})
    assert line == (
        "r.parquet: Parquet needs the Python package pyarrow; install it, or save the table as .jsonl"
    )
