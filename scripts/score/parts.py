"""Parts of the input: JSON lines of equal size under names that their content decides."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from scripts.score import ScoreError
from scripts.score.tables import Table
from scripts.score.writers import Row
from sentiment.request import MAX_CHARACTERS

LARGEST = 2 * 1024**2  # two requests of the default size, so that a machine can have both
CHANGED = "changed while it was read; run again when nothing writes to it"


@dataclass
class Survey:
    """Result of the first reading.

    Attributes:
        rows: number of rows.
        size: bytes of all lines.
        labelled: whether a row has a label.
        digest: hash of all lines.
        states: size and time of each file.
        names: names of the columns of each table.
    """

    rows: int = 0
    size: int = 0
    labelled: bool = False
    digest: str = ""
    states: list[tuple[int, int]] = field(default_factory=list)
    names: list[set[str]] = field(default_factory=list)


@dataclass(frozen=True)
class Part:
    """Some lines of the input.

    Attributes:
        name: hash of its content.
        rows: number of its lines.
    """

    name: str
    rows: int

    @property
    def key(self) -> str:
        """Name of its object."""
        return f"{self.name}.jsonl"


def line_of(row: Row, *, explain: bool) -> bytes:
    """Return the line of a row that the model receives.

    A longer text than the model takes is cut, since the model refuses it anyway.
    """
    review = row.review[: MAX_CHARACTERS + 1] if isinstance(row.review, str) else None
    content = {"review": review, **({"explain": True} if explain else {})}
    try:
        return json.dumps(content, ensure_ascii=False).encode() + b"\n"
    except UnicodeEncodeError:  # half of a surrogate pair
        return json.dumps(content).encode() + b"\n"


def survey(tables: Sequence[Table], *, explain: bool) -> Survey:
    """Read everything once.

    Raises:
        ScoreError: when a file cannot be read or has no rows.
    """
    found = Survey(states=_states(tables))
    digest = hashlib.sha256()
    for table in tables:
        before = found.rows
        names = set[str]()
        for row in table.rows():
            names.update(row.names)
            line = line_of(row, explain=explain)
            digest.update(line)
            found.rows += 1
            found.size += len(line)
            found.labelled = found.labelled or row.is_labelled
        if found.rows == before:
            raise ScoreError(f"{table.name}: no rows")
        found.names.append(names)
    found.digest = digest.hexdigest()
    return found


def cut(
    tables: Sequence[Table], found: Survey, *, instances: int, explain: bool
) -> Iterator[tuple[Part, bytes]]:
    """Yield the parts in order: equally many for each instance, of equal size.

    Raises:
        ScoreError: when a file has changed since the survey.
    """
    count = -(-found.size // LARGEST)
    count = -(-count // instances) * instances
    size = -(-found.size // count)
    lines: list[bytes] = []
    filled = 0
    for line in checked_lines(tables, found, explain=explain):
        lines.append(line)
        filled += len(line)
        if filled >= size:
            yield _part(lines)
            lines, filled = [], 0
    if lines:
        yield _part(lines)


def checked_lines(tables: Sequence[Table], found: Survey, *, explain: bool) -> Iterator[bytes]:
    """Yield the lines of all rows.

    Raises:
        ScoreError: at the end, when a file has changed since the survey.
    """
    digest = hashlib.sha256()
    for table in tables:
        for row in table.rows():
            line = line_of(row, explain=explain)
            digest.update(line)
            yield line
    check_unchanged(tables, found)
    if digest.hexdigest() != found.digest:
        raise ScoreError(f"{tables[0].name}: {CHANGED}")


def check_unchanged(tables: Iterable[Table], found: Survey) -> None:
    """Compare sizes and times with those of the survey.

    Raises:
        ScoreError: when a file has changed since.
    """
    for table, before, now in zip(tables, found.states, _states(tables), strict=True):
        if before != now:
            raise ScoreError(f"{table.name}: {CHANGED}")


def _states(tables: Iterable[Table]) -> list[tuple[int, int]]:
    try:
        stats = [table.file.stat() for table in tables]
    except OSError as error:
        raise ScoreError(f"{error.filename}: {error.strerror}") from error
    return [(stat.st_size, stat.st_mtime_ns) for stat in stats]


def _part(lines: Sequence[bytes]) -> tuple[Part, bytes]:
    content = b"".join(lines)
    return Part(hashlib.sha256(content).hexdigest(), len(lines)), content
