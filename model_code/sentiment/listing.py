"""Files of a channel: those in its folder and in its archives, without files that are not read."""

import re
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from sentiment.archives import members_of
from sentiment.compression import SUFFIXES as COMPRESSED
from sentiment.errors import DatasetError
from sentiment.files import ARCHIVES, INSTEAD, TABLES, File, files_of

# A word of a name by which published datasets call reviews without labels
UNLABELLED = re.compile(r"(?<![^\W\d_])(unsup(ervised)?|unlabell?ed)(?![^\W\d_])")


@dataclass
class Listing:
    """The files to read, and the names of those that are not read.

    Attributes:
        files: in the order in which archives are read fastest.
        leftovers: files of desktops, editors and notebooks.
        unlabelled: files whose names say that they have no labels, and files without labels that
            belong to the official dataset.
    """

    files: list[File]
    leftovers: list[str]
    unlabelled: list[str] = field(default_factory=list)


def list_files(source: Path, opened: ExitStack) -> Listing:
    """Return the files of a channel, or the one file.

    Args:
        source: a folder or a file.
        opened: closes the archives after their members are read.

    Raises:
        DatasetError: when a path does not exist, an archive cannot be read, or files contradict
            each other.
    """
    if not source.exists():
        raise DatasetError(f"{source}: no such file or folder")
    listing = Listing(*files_of(source))
    add_members(listing, opened)
    _leave_out_unlabelled(listing)
    _refuse_copies(listing.files)
    return listing


def add_members(listing: Listing, opened: ExitStack) -> None:
    """Put the members of archives in the place of the archives."""
    found: list[File] = []
    for file in listing.files:
        if file.format not in ARCHIVES:
            found.append(file)
            continue
        members, leftovers = members_of(file, opened)
        for member in members:
            if member.format in ARCHIVES:
                raise DatasetError(f"{member.name}: an archive in an archive; unpack the outer one")
        if not members:
            raise DatasetError(f"{file.name}: no files in it")
        found += members
        listing.leftovers += leftovers
    listing.files = found


def _leave_out_unlabelled(listing: Listing) -> None:
    """Leave out files without labels, and other files of the official dataset.

    Raises:
        DatasetError: when another file is next to the official dataset.
    """
    official = [file for file in listing.files if file.is_official]
    roots = {(file.archive, file.path.parents[2]) for file in official}
    places = {archive for archive, _ in roots}
    kept: list[File] = []
    for file in listing.files:
        if file.is_official or file.archive not in places:
            kept.append(file)
            continue
        inside = any((file.archive, folder) in roots for folder in file.path.parents)
        if inside and file.format not in {*TABLES, *INSTEAD}:
            listing.unlabelled.append(file.name)
        else:
            root = next(root for archive, root in sorted(roots) if archive == file.archive)
            raise DatasetError(
                f"{file.name}: next to the official directory {root}, which is a whole dataset; "
                "remove one of them"
            )
    named = [file for file in kept if UNLABELLED.search(file.name.lower())]
    if len(named) < len(kept):
        listing.unlabelled += [file.name for file in named]
        kept = [file for file in kept if file not in named]
    listing.files = kept


def _refuse_copies(files: list[File]) -> None:
    """Refuse the same table in two compressions."""
    seen: dict[tuple[str, str], File] = {}
    for file in files:
        path = file.path
        compressed = path.suffix.lower() in COMPRESSED
        plain = file.archive, str(path.with_suffix("") if compressed else path)
        if plain in seen:
            raise DatasetError(
                f"{file.name}: the same table as {seen[plain].name}; remove one of them"
            )
        seen[plain] = file
