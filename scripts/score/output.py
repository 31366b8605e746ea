"""The files of the result, on this machine or in S3."""

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from scripts.score import ScoreError
from scripts.score.files import S3, reason, split_uri
from scripts.score.tables import FORMATS, Table
from sentiment.compression import SUFFIXES as COMPRESSED
from sentiment.files import ARCHIVES, INSTEAD, TEXT, format_of

PARTIAL = ".partial"
JSON_LINES = {".ndjson": ".jsonl"}  # two suffixes of one format


class Output:
    """The result: one file, or a file for each table in a folder, here or in S3.

    Attributes:
        files: table name to the local file of its result.
    """

    def __init__(self, output: str, tables: list[Table], folder: Path, *, single: bool) -> None:
        """Name the files.

        Args:
            output: path or S3 URI.
            tables: the input; a table keeps its path below a folder.
            folder: folder for files that are uploaded.
            single: whether the input is one file, so that the output may be one as well.
        """
        self._s3, self._named = output.startswith(S3), output
        inside = not single or output.endswith("/") or Path(output).is_dir()
        if not inside:
            _refuse_other_format(output, _result_name(tables[0].name))
        elif not output.endswith("/") and not Path(output).is_dir():
            _refuse_name_of_a_file(output)
        base = output.rstrip("/")
        targets = _distinct(
            (table.name, f"{base}/{_result_name(table.name)}" if inside else output)
            for table in tables
        )
        # The target of a symbolic link is written; the link stays.
        self.files = {
            name: folder / str(number) if self._s3 else Path(os.path.realpath(target))
            for number, (name, target) in enumerate(targets.items())
        }
        self._targets = {self.files[name]: target for name, target in targets.items()}

    def check(self, *, overwrite: bool) -> None:
        """Refuse an output that cannot be written, before it costs a job.

        Args:
            overwrite: whether a file or an object may be replaced.

        Raises:
            ScoreError: naming the first that exists, or whose place cannot be written.
        """
        for file, target in self._targets.items():
            exists = _object_exists(target) if self._s3 else file.exists()
            if exists and not overwrite:
                raise ScoreError(f"OUTPUT={target}: exists; set OVERWRITE=1 to replace it")
            if not self._s3:
                folder = next(above for above in file.absolute().parents if above.exists())
                if file.is_dir() or not folder.is_dir() or not os.access(folder, os.W_OK):
                    raise ScoreError(f"OUTPUT={target}: cannot be written; name another place")

    @contextmanager
    def written(self) -> Iterator[Mapping[str, Path]]:
        """Yield table name to a file to write; the files get their names when all are whole."""
        partial = {name: Path(f"{file}{PARTIAL}") for name, file in self.files.items()}
        try:
            for file in partial.values():
                file.parent.mkdir(parents=True, exist_ok=True)
            yield partial
            for name, file in partial.items():
                if self._s3:
                    _upload(file, self._targets[self.files[name]])
                else:
                    os.replace(file, self.files[name])  # noqa: PTH105 - atomic
        except OSError as error:
            raise ScoreError(f"OUTPUT={self._named}: {error.strerror or error}") from error
        finally:
            for file in partial.values():
                file.unlink(missing_ok=True)


def is_single(data: str, tables: list[Table]) -> bool:
    """Return whether DATA names one file, not a folder of files."""
    return len(tables) == 1 and (Path(data).is_file() or data.endswith(f"/{tables[0].name}"))


def refuse_inside(data: str, output: str) -> None:
    """Refuse an output among the input's files, which the next run would score.

    Raises:
        ScoreError: when it is one.
    """
    if data.startswith(S3):
        inside = output.startswith(f"{data.rstrip('/')}/") or f"{output}/" == data
    else:
        folder = Path(data).resolve()
        inside = folder.is_dir() and not output.startswith(S3)
        inside = inside and Path(output).resolve().is_relative_to(folder)
    if inside:
        raise ScoreError(
            f"OUTPUT={output}: is inside DATA={data}, so that the next run would score it; "
            "name another place"
        )


def _refuse_other_format(output: str, result: str) -> None:
    """Refuse an output whose suffix names another format than the one that is written.

    Raises:
        ScoreError: naming the suffix that fits.
    """
    named, written = (PurePosixPath(path).suffix.lower() for path in (output, result))
    if named and JSON_LINES.get(named, named) != JSON_LINES.get(written, written):
        raise ScoreError(f"OUTPUT={output}: the result has the input's format; name it {written}")


def _refuse_name_of_a_file(output: str) -> None:
    """Refuse a folder of results that is named like a file or an archive.

    Raises:
        ScoreError: saying how to name a folder.
    """
    path = PurePosixPath(output)
    known = {*FORMATS, *ARCHIVES, *INSTEAD}
    if format_of(path) in known or path.suffix.lower() in COMPRESSED:
        raise ScoreError(
            f"OUTPUT={output}: the result is a folder with a file for each of the input; "
            f"leave out {path.suffix}"
        )


def _distinct(targets: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return the targets of the tables; refuse two with one result, such as `a.txt` and `a.jsonl`.

    Raises:
        ScoreError: naming both.
    """
    taken: dict[str, str] = {}
    for name, target in targets:
        if target in taken:
            raise ScoreError(
                f"DATA: {taken[target]} and {name} would both be written to {target}; rename one, "
                "or score them one after the other"
            )
        taken[target] = name
    return {name: target for target, name in taken.items()}


def _result_name(name: str) -> str:
    """Return the path of a table's result: not compressed, and lines of text as JSON lines."""
    path = PurePosixPath(name)
    path = path.with_suffix("") if path.suffix in COMPRESSED else path
    return str(path.with_suffix(".jsonl") if path.suffix == TEXT else path)


def _object_exists(uri: str) -> bool:
    """Return whether there is an object.

    Raises:
        ScoreError: when there is not even its bucket, or S3 refuses.
    """
    bucket, key = split_uri(uri)
    s3 = boto3.client("s3")
    try:
        s3.head_bucket(Bucket=bucket)  # without it, an object is missing with the same code
        s3.head_object(Bucket=bucket, Key=key)
    except (ClientError, BotoCoreError) as error:
        if getattr(error, "operation_name", "") == "HeadObject" and "404" in str(error):
            return False
        raise ScoreError(f"OUTPUT={uri}: {reason(error)}") from error
    return True


def _upload(file: Path, uri: str) -> None:
    bucket, key = split_uri(uri)
    try:
        boto3.client("s3").upload_file(str(file), bucket, key)
    except (ClientError, BotoCoreError, RuntimeError) as error:
        raise ScoreError(f"OUTPUT={uri}: {reason(error)}") from error
