"""The Large Movie Review Dataset as published: an archive or directory with a file per review.

Maas et al. (2011), "Learning Word Vectors for Sentiment Analysis",
https://ai.stanford.edu/~amaas/data/sentiment/.
"""

import re
import tarfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from sentiment.compression import DAMAGED, Blocks, open_stream
from sentiment.errors import DatasetError
from sentiment.leftovers import is_leftover

MEMBER = re.compile(r"(?:^|/)(train|test)/(pos|neg)/[^/]+\.txt$")
MAX_REVIEW_BYTES = 1_000_000
# The official archive has 100,000 files with 0.3 GB.
MAX_MEMBERS = 1_000_000
MAX_UNPACKED_BYTES = 4 * 1024**3
# Blocks of zeros that may follow the end of an archive as padding
MAX_REST_BLOCKS = 16
MAX_SHOWN = 200  # last characters of a member's name
# Exceptions of tarfile for malformed headers besides its own: invalid numbers, endless nesting
ODD_HEADERS = (ValueError, OverflowError, RecursionError)

Row = tuple[str, str, str]  # half, text, label


def directories(folder: Path) -> list[Path]:
    """Return the official directories at or directly under `folder`."""
    candidates = [folder, *sorted(path for path in folder.iterdir() if path.is_dir())]
    return [
        path
        for path in candidates
        if (path / "train" / "pos").is_dir() and not is_leftover(path.relative_to(folder))
    ]


def read_directory(folder: Path) -> Iterator[Row]:
    """Yield the labelled reviews of an official directory, sorted by name."""
    for file in sorted(folder.rglob("*.txt")):
        match = MEMBER.search(file.as_posix())
        if match and not is_leftover(file.relative_to(folder)):
            if not file.is_file() or file.stat().st_size > MAX_REVIEW_BYTES:
                raise _refusal(file.name)
            yield match[1], _text(file.read_bytes(), file.name), match[2]


def read_archive(file: Path) -> Iterator[Row]:
    """Yield the labelled reviews of the official archive, sorted by name, without unpacking it.

    tarfile treats a damaged or missing header as the end; only a block of zeros is the end.

    Raises:
        DatasetError: when the archive is damaged, has more than a million members or 4 GiB, or when
            a review is not a plain file, is larger than 1 MB, is empty or is not UTF-8.
    """
    rows: list[tuple[str, Row]] = []
    try:
        with open_stream(file) as raw:
            blocks = Blocks(raw, MAX_REVIEW_BYTES)
            with tarfile.open(fileobj=blocks, mode="r:") as archive:
                for member in _members(archive, file):
                    match = MEMBER.search(member.name)
                    if match and not is_leftover(PurePosixPath(member.name)):
                        text = _read(archive, member, file)
                        rows.append((member.name, (match[1], text, match[2])))
            if blocks.last != bytes(tarfile.BLOCKSIZE):
                raise tarfile.ReadError("a header is damaged or missing")
            _read_to_checksum(blocks)
    except DatasetError:
        raise
    except (tarfile.TarError, *DAMAGED, *ODD_HEADERS) as error:
        raise DatasetError(f"{file.name}: damaged, or not a tar archive ({error})") from error
    yield from (row for _, row in sorted(rows))


def _members(archive: tarfile.TarFile, file: Path) -> Iterator[tarfile.TarInfo]:
    size = 0
    for count, member in enumerate(archive, start=1):
        if member.size < 0:  # would make tarfile read the same header forever
            raise tarfile.ReadError("a member has a negative size")
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
    """Read the padding after the archive, so that the decompressor checks its checksum."""
    for _ in range(MAX_REST_BLOCKS):
        rest = blocks.read(MAX_REVIEW_BYTES)
        if not rest:
            return
        if rest.strip(b"\0"):
            break
    raise tarfile.ReadError("there is data after the end of the archive")


def _refusal(name: str) -> DatasetError:
    return DatasetError(f"{name}: must be a plain file of at most {MAX_REVIEW_BYTES:,} bytes")


def _text(content: bytes, name: str) -> str:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise DatasetError(f"{name}: not UTF-8 ({error.reason})") from error
    if not text.strip():
        raise DatasetError(f"{name}: the review is empty")
    return text
