"""The Large Movie Review Dataset as published: an archive or directory of one file a review.

Maas et al. (2011), "Learning Word Vectors for Sentiment Analysis",
https://ai.stanford.edu/~amaas/data/sentiment/.
"""

import re
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Self

from sentiment.compression import DAMAGED, Blocks, open_stream
from sentiment.errors import DatasetError

MEMBER = re.compile(r"(?:^|/)(train|test)/(pos|neg)/[^/]+\.txt$")
MAX_REVIEW_BYTES = 1_000_000
# The official archive has 100,000 files with 0.3 GB.
MAX_MEMBERS = 1_000_000
MAX_UNPACKED_BYTES = 4 * 1024**3
# What may follow the end of an archive: tar fills it up with zeros.
MAX_REST_BLOCKS = 16
MAX_SHOWN = 200  # characters of a member's name; its end says most
# What reading odd headers raises beside tarfile's own errors: numbers that are none, or headers of
# headers of headers.
ODD_HEADERS = (ValueError, OverflowError, RecursionError)

Row = tuple[str, str, int]  # half, text, label


class _Member(tarfile.TarInfo):
    """A member of an archive of which only zeros are the end.

    tarfile takes a header that is damaged, cut off or missing for the end, too.
    """

    __slots__ = ()

    @classmethod
    def fromtarfile(cls, archive: tarfile.TarFile) -> Self:
        """Read the next header, and those that it is about.

        Raises:
            tarfile.EOFHeaderError: at the end.
            tarfile.ReadError: where neither a header nor the end is.
        """
        try:
            return super().fromtarfile(archive)
        except tarfile.EOFHeaderError:  # type: ignore[attr-defined] # typeshed does not know it
            raise
        except tarfile.HeaderError as error:
            raise tarfile.ReadError(str(error)) from error


def directories(folder: Path) -> list[Path]:
    """Return the official directories at or directly under `folder`."""
    candidates = [folder, *sorted(path for path in folder.iterdir() if path.is_dir())]
    return [path for path in candidates if (path / "train" / "pos").is_dir()]


def read_directory(folder: Path) -> Iterator[Row]:
    """Yield the labelled reviews of an official directory, in the order of their names."""
    for file in sorted(folder.rglob("*.txt")):
        if match := MEMBER.search(file.as_posix()):
            if not file.is_file() or file.stat().st_size > MAX_REVIEW_BYTES:
                raise _refusal(file.name)
            yield match[1], _text(file.read_bytes(), file.name), int(match[2] == "pos")


def read_archive(file: Path) -> Iterator[Row]:
    """Yield the labelled reviews of the official archive, in the order of their names.

    Nothing is unpacked to disk.

    Raises:
        DatasetError: for a damaged archive, one with more than a million members or 4 GiB, or a
            review that is no plain file, is larger than 1 MB, is empty or is not UTF-8.
    """
    rows: list[tuple[str, Row]] = []
    try:
        with open_stream(file) as raw:
            blocks = Blocks(raw, MAX_REVIEW_BYTES)
            with tarfile.open(fileobj=blocks, mode="r:", tarinfo=_Member) as archive:
                for member in _members(archive, file):
                    if match := MEMBER.search(member.name):
                        text = _read(archive, member, file)
                        rows.append((member.name, (match[1], text, int(match[2] == "pos"))))
            _read_to_checksum(blocks)
    except DatasetError:
        raise
    except (tarfile.TarError, *DAMAGED, *ODD_HEADERS) as error:
        raise DatasetError(f"{file.name}: damaged or no tar archive ({error})") from error
    yield from (row for _, row in sorted(rows))


def _members(archive: tarfile.TarFile, file: Path) -> Iterator[tarfile.TarInfo]:
    size = 0
    for count, member in enumerate(archive, start=1):
        if member.size < 0:  # would lead back to where its header stands, again and again
            raise tarfile.ReadError("a member has less than no bytes")
        size += member.size
        if count > MAX_MEMBERS or size > MAX_UNPACKED_BYTES:
            raise DatasetError(
                f"{file.name}: more than {MAX_MEMBERS:,} members or {MAX_UNPACKED_BYTES:,} bytes"
            )
        yield member


def _read(archive: tarfile.TarFile, member: tarfile.TarInfo, file: Path) -> str:
    name = f"{file.name}, {member.name[-MAX_SHOWN:]!r}"
    if not member.isreg() or member.size > MAX_REVIEW_BYTES:
        raise _refusal(name)
    content = archive.extractfile(member)
    return _text(content.read() if content else b"", name)


def _read_to_checksum(blocks: Blocks) -> None:
    """Read the zeros behind the end of the archive: only the checksum tells a truncated one."""
    for _ in range(MAX_REST_BLOCKS):
        rest = blocks.read(MAX_REVIEW_BYTES)
        if not rest:
            return
        if rest.strip(b"\0"):
            break
    raise tarfile.ReadError("something follows the archive")


def _refusal(name: str) -> DatasetError:
    return DatasetError(f"{name}: a plain file of at most {MAX_REVIEW_BYTES:,} bytes is needed")


def _text(content: bytes, name: str) -> str:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise DatasetError(f"{name}: not UTF-8 ({error.reason})") from error
    if not text.strip():
        raise DatasetError(f"{name}: the review is empty")
    return text
