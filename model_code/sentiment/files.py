"""Files of a dataset, on disk or in an archive, by the format that their names give."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePath, PurePosixPath
from typing import IO

from sentiment import parquet
from sentiment.compression import SUFFIXES as COMPRESSED
from sentiment.leftovers import is_leftover
from sentiment.tables import READERS

TEXT = ".txt"
TARS = re.compile(r"\.(tar(\.(gz|xz|bz2))?|tgz|txz|tbz2?)$")
ZIP = ".zip"
ARCHIVES = (".tar", ZIP)
TABLES = frozenset((*READERS, parquet.SUFFIX))
# Formats that people have, and how to turn them into one that is read
INSTEAD = {
    ".xlsx": "save the sheet as CSV UTF-8",
    ".xls": "save the sheet as CSV UTF-8",
    ".ods": "save the sheet as CSV UTF-8",
    ".7z": "unpack it",
    ".rar": "unpack it",
}
# A part of a path that names a half, with the numbers of a table in several files
HALF = re.compile(r"(train|test)(-\d{5}-of-\d{5})?(\.|$)")
# The labelled reviews of the Large Movie Review Dataset, Maas et al. (2011),
# https://ai.stanford.edu/~amaas/data/sentiment/
QUARTERS = {("train", "pos"), ("train", "neg"), ("test", "pos"), ("test", "neg")}
MAX_SHOWN = 200  # last characters of a name in an archive


@dataclass(frozen=True)
class File:
    """A file of a dataset.

    Attributes:
        path: its path in the folder or in the archive.
        open: opens the content as it is stored.
        archive: name of its archive, empty on disk.
    """

    path: PurePosixPath
    open: Callable[[], IO[bytes]]
    archive: str = ""

    @cached_property
    def name(self) -> str:
        """Name for messages; hostile names of an archive are escaped."""
        name = str(self.path)
        if not self.archive:
            return name
        shown = name if name.isprintable() else ascii(name)
        return f"{self.archive}:{shown[-MAX_SHOWN:]}"

    @cached_property
    def format(self) -> str:
        """The suffix that names the format."""
        return format_of(self.path)

    @property
    def in_folder(self) -> str:
        """Name of its folder, for messages."""
        return f"{self.archive}:{self.path.parent}" if self.archive else str(self.path.parent)

    @cached_property
    def is_official(self) -> bool:
        """Whether it is a labelled review of the Large Movie Review Dataset as published."""
        return self.path.parts[-3:-1] in QUARTERS and self.format == TEXT


def format_of(path: PurePath) -> str:
    """Return the suffix that names the format, without that of a compression, in small letters."""
    if TARS.search(path.name.lower()):
        return ".tar"
    suffix = path.suffix.lower()
    return PurePath(path.stem).suffix.lower() if suffix in COMPRESSED else suffix


def half_of(file: File, *, with_name: bool) -> str | None:
    """Return `train` or `test` if a file, a folder on its path or its archive has that name."""
    parts = (*file.archive.split("/"), *file.path.parts)
    names = parts if with_name else parts[:-1]
    found = [match[1] for name in names if (match := HALF.match(name.lower()))]
    return found[-1] if found else None


def files_of(source: Path) -> tuple[list[File], list[str]]:
    """Return the files of a folder, or the one file, and the names of leftovers."""
    if source.is_file():
        return [on_disk(source, source.name)], []
    paths = (path for path in sorted(source.rglob("*")) if path.is_file())
    return without_leftovers(on_disk(path, path.relative_to(source)) for path in paths)


def without_leftovers(files: Iterable[File]) -> tuple[list[File], list[str]]:
    """Return the files that are to be read, and the names of leftovers."""
    kept: list[File] = []
    leftovers: list[str] = []
    for file in files:
        if is_leftover(file.path):
            leftovers.append(file.name)
        else:
            kept.append(file)
    return kept, leftovers


def on_disk(path: Path, name: PurePath | str) -> File:
    """Return a file on disk under a name relative to its dataset."""
    return File(PurePosixPath(name), lambda: path.open("rb"))
