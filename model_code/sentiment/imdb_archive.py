"""The Large Movie Review Dataset as published: an archive or directory of one file a review.

Maas et al. (2011), "Learning Word Vectors for Sentiment Analysis",
https://ai.stanford.edu/~amaas/data/sentiment/.
"""

import re
import tarfile
from collections.abc import Iterator
from pathlib import Path

from sentiment.compression import DAMAGED, open_stream
from sentiment.errors import DatasetError

MEMBER = re.compile(r"(?:^|/)(train|test)/(pos|neg)/[^/]+\.txt$")
MAX_REVIEW_BYTES = 1_000_000

Row = tuple[str, str, int]  # half, text, label


def directories(folder: Path) -> list[Path]:
    """Return the official directories at or directly under `folder`."""
    candidates = [folder, *sorted(path for path in folder.iterdir() if path.is_dir())]
    return [path for path in candidates if (path / "train" / "pos").is_dir()]


def read_directory(folder: Path) -> Iterator[Row]:
    """Yield the labelled reviews of an official directory, in the order of their names."""
    for file in sorted(folder.rglob("*.txt")):
        if match := MEMBER.search(file.as_posix()):
            yield match[1], _text(file.read_bytes(), file.name), int(match[2] == "pos")


def read_archive(file: Path) -> Iterator[Row]:
    """Yield the labelled reviews of the official archive, in the order of their names.

    Nothing is unpacked to disk.

    Raises:
        DatasetError: for a damaged archive, or a review that is no plain file, is larger than
            1 MB or is not UTF-8.
    """
    rows: list[tuple[str, Row]] = []
    try:
        with open_stream(file) as raw, tarfile.open(fileobj=raw, mode="r|") as archive:
            for member in archive:
                match = MEMBER.search(member.name)
                if match is None:
                    continue
                if not member.isreg() or member.size > MAX_REVIEW_BYTES:
                    raise DatasetError(
                        f"{file.name}, {member.name}: a plain file of at most "
                        f"{MAX_REVIEW_BYTES:,} bytes is needed"
                    )
                content = archive.extractfile(member)
                text = _text(content.read() if content else b"", member.name)
                rows.append((member.name, (match[1], text, int(match[2] == "pos"))))
            while raw.read(1 << 20):
                pass  # tarfile stops before the checksum, which tells a truncated archive
    except (tarfile.TarError, *DAMAGED) as error:
        raise DatasetError(f"{file.name}: damaged or no tar archive ({error})") from error
    yield from (row for _, row in sorted(rows))


def _text(content: bytes, name: str) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise DatasetError(f"{name}: not UTF-8 ({error.reason})") from error
