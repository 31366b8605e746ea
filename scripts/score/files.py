"""Files to score, on this machine or in S3."""

import itertools
import re
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
from sentiment.archives import OUTSIDE
from sentiment.compression import SUFFIXES as COMPRESSED
from sentiment.errors import DatasetError
from sentiment.files import TEXT, File, on_disk
from sentiment.leftovers import is_leftover
from sentiment.listing import Listing, add_members, list_files
from sentiment.schema import Schema

S3 = "s3://"
UNUSUAL = re.compile(r"[\\\0]")  # separates folders elsewhere, or cannot be in a file's name


def find_tables(data: str, folder: Path, schema: Schema) -> list[Table]:
    """Return the tables of a file, a folder, an object or a folder in S3.

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
            f"{file.name}: unknown format; use {', '.join(FORMATS)} (plain or "
            f"compressed: {', '.join(COMPRESSED)}), also in a zip or tar archive"
        )
    with file.open() as stored:
        if isinstance(stored, BufferedReader) and not file.archive:
            table = Table(name, Path(stored.name), schema)
        else:
            with copy.open("wb") as written:
                shutil.copyfileobj(stored, written)
            table = Table(name, copy, schema)
    _refuse_single_text(file, table)
    return table


def _refuse_single_text(file: File, table: Table) -> None:
    """Refuse a file that a training reads as one review, with its folder's name as the label.

    Raises:
        ScoreError: saying how to score its text.
    """
    if file.format != TEXT or len(file.path.parts) == 1:
        return
    first = next(table.rows(), None)
    if first is None or not first.is_labelled:
        raise ScoreError(
            f"{file.name}: a text file in a folder is one review labelled with the folder's name, "
            "but scoring reads one review per line; save the reviews as one .jsonl or .csv, or "
            "move files with one review per line out of the folder"
        )


def split_uri(uri: str) -> tuple[str, str]:
    """Return the bucket and the key."""
    bucket, _, key = uri.removeprefix(S3).partition("/")
    return bucket, key


def _download(uri: str, folder: Path) -> Iterator[File]:
    """Download an object, or those below a folder without leftovers.

    Raises:
        ScoreError: when S3 refuses, or a key would leave the folder of the output.
    """
    s3, numbers = boto3.client("s3"), itertools.count()
    bucket, named = split_uri(uri)
    try:
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=named):
            for key in (item["Key"] for item in page.get("Contents", [])):
                if (below := _below(bucket, key, named)) is None:
                    continue
                # The number keeps every name, whatever it contains, inside the folder.
                file = folder / f"{next(numbers)}{PurePosixPath(key).suffix}"
                s3.download_file(bucket, key, str(file))
                yield on_disk(file, below)
    except (ClientError, BotoCoreError) as error:
        raise ScoreError(f"DATA={uri}: {reason(error)}") from error


def _below(bucket: str, key: str, named: str) -> str | None:
    """Return an object's path below a folder, or None for one that is not to be read.

    Args:
        bucket: name of the bucket, for messages.
        key: key of the object.
        named: key of the folder, or of the one object.

    Raises:
        ScoreError: when it is not a plain path, such as `../x.csv`.
    """
    folder = f"{named.rstrip('/')}/" if named else ""
    if key == named and not key.endswith("/"):
        return PurePosixPath(key).name
    if not key.startswith(folder) or key.endswith("/"):
        return None
    below = key.removeprefix(folder)
    if OUTSIDE.match(below) or UNUSUAL.search(below) or str(PurePosixPath(below)) != below:
        raise ScoreError(
            f"DATA=s3://{bucket}/{folder}: the key {key!a} is not a plain path; "
            "copy the object to another key"
        )
    return None if is_leftover(PurePosixPath(below)) else below


def reason(error: Any) -> str:
    """Return S3's reason in a line."""
    code = str(getattr(error, "response", {}).get("Error", {}).get("Code", ""))
    if code in {"403", "AccessDenied"}:
        return "access denied; your credentials need s3:ListBucket, s3:GetObject and s3:PutObject"
    if code in {"404", "NoSuchBucket"}:
        return "no such bucket"
    return str(error)
