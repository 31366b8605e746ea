"""Files to score, on this machine or in S3."""

import itertools
import shutil
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from io import BufferedReader
from pathlib import Path, PurePosixPath
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from scripts.score import ScoreError
from scripts.score.tables import FORMATS, Table
from sentiment.compression import SUFFIXES as COMPRESSED
from sentiment.errors import DatasetError
from sentiment.files import File, on_disk
from sentiment.listing import Listing, add_members, list_files
from sentiment.schema import Schema

S3 = "s3://"


def find_tables(data: str, folder: Path, schema: Schema) -> list[Table]:
    """Return the tables of a file, a folder or an S3 prefix.

    Args:
        data: path or S3 URI.
        folder: folder for copies of objects.
        schema: columns that the settings name.

    Raises:
        ScoreError: when there is none, or S3 refuses.
    """
    try:
        with ExitStack() as opened:
            if data.startswith(S3):
                files = _members(_download(data, folder), opened)
            else:
                files = list_files(Path(data), opened).files
            if not files:
                raise ScoreError(f"DATA={data}: no files")
            return [
                _table(file, folder / f"{number}.unpacked", schema)
                for number, file in enumerate(files)
            ]
    except DatasetError as error:
        raise ScoreError(f"DATA={error}" if str(error).startswith(data) else error) from error


def _members(files: Iterable[File], opened: ExitStack) -> list[File]:
    """Return the files with the members of archives in the place of the archives."""
    listing = Listing(list(files), [])
    add_members(listing, opened)
    return listing.files


def _table(file: File, copy: Path, schema: Schema) -> Table:
    """Return the table in a file, which is copied unless it is on this disk.

    Raises:
        ScoreError: when its format is unknown.
    """
    name = f"{file.archive}/{file.path}" if file.archive else str(file.path)
    if file.format not in FORMATS:
        raise ScoreError(
            f"{file.name}: unknown format; allowed are {', '.join(FORMATS)} (plain or "
            f"compressed: {', '.join(COMPRESSED)}), also in a zip or tar archive"
        )
    with file.open() as stored:
        if isinstance(stored, BufferedReader) and not file.archive:
            return Table(name, Path(stored.name), schema)
        with copy.open("wb") as written:
            shutil.copyfileobj(stored, written)
    return Table(name, copy, schema)


def split_uri(uri: str) -> tuple[str, str]:
    """Return the bucket and the key."""
    bucket, _, key = uri.removeprefix(S3).partition("/")
    return bucket, key


def _download(uri: str, folder: Path) -> Iterator[File]:
    bucket, prefix = split_uri(uri)
    s3, numbers = boto3.client("s3"), itertools.count()
    try:
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
            for item in page.get("Contents", []):
                key: str = item["Key"]
                if key.endswith("/"):
                    continue
                below = key.removeprefix(prefix).lstrip("/") or PurePosixPath(key).name
                # The number keeps every name, whatever it contains, inside the folder.
                file = folder / f"{next(numbers)}{PurePosixPath(key).suffix}"
                s3.download_file(bucket, key, str(file))
                yield on_disk(file, below)
    except (ClientError, BotoCoreError) as error:
        raise ScoreError(f"DATA={uri}: {reason(error)}") from error


def reason(error: Any) -> str:
    """Return S3's reason in a line."""
    code = str(getattr(error, "response", {}).get("Error", {}).get("Code", ""))
    if code in {"403", "AccessDenied"}:
        return "access denied; your credentials need s3:ListBucket, s3:GetObject and s3:PutObject"
    if code in {"404", "NoSuchBucket"}:
        return "no such bucket"
    return str(error)
