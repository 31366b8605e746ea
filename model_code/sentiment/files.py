"""Files of a dataset, on disk or in an archive, by the format that their names give."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePath, PurePosixPath
from typing import IO

from sentiment import parquet
from sentiment.compression import SUFFIXES as COMPRESSED
from sentiment.errors import DatasetError
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
# A word of a name that names a half, as in `imdb_train.csv` or `test-00000-of-00001.parquet`
HALF = re.compile(r"(?<![^\W\d_])(train|test)(?:ing)?(?![^\W\d_])")
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
        """True for a labelled review of the Large Movie Review Dataset as published."""
        return self.path.parts[-3:-1] in QUARTERS and self.format == TEXT


def format_of(path: PurePath) -> str:
    """Return the suffix that names the format, without that of a compression, in lower case."""
    if TARS.search(path.name.lower()):
        return ".tar"
    suffix = path.suffix.lower()
    return PurePath(path.stem).suffix.lower() if suffix in COMPRESSED else suffix


def half_of(file: File, *, is_table: bool) -> str | None:
    """Return `train` or `test` if the name of a file, a folder on its path or its archive says so.

    The folder of a text file is its label, and a half only if it has no other name than that.
    """
    parts = (*file.archive.split("/"), *file.path.parts)
    names = list(parts if is_table else parts[:-2])
    if not is_table:
        names += filter(is_half, parts[-2:-1])
    words = [set(HALF.findall(name.lower())) for name in names]
    found = [half for one in words if len(one) == 1 for half in one]
    return found[-1] if found else None


def is_half(name: str) -> bool:
    """Return whether a name is that of a half, and nothing else."""
    return HALF.fullmatch(name.lower()) is not None


def files_of(source: Path) -> tuple[list[File], list[str]]:
    """Return the files of a folder, or the one file, and the names of leftovers.

    Raises:
        DatasetError: naming a link that is not one to a file.
    """
    if source.is_file():
        return [on_disk(source, source.name)], []
    found = [(path, path.relative_to(source)) for path in sorted(source.rglob("*"))]
    for path, name in found:
        if path.is_symlink() and not path.is_file() and not is_leftover(name):
            raise DatasetError(f"{name}: a link to a folder or to nothing; copy what it links to")
    return without_leftovers(on_disk(path, name) for path, name in found if path.is_file())


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
