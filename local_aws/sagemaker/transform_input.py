"""Objects of a transform job's input, and the payloads that their content is split into."""

import gzip
import json
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import IO, Any, NamedTuple, cast

from botocore.exceptions import ClientError

from local_aws.sagemaker import objects
from local_aws.sagemaker.store import Record

MIB = 1024**2
MAX_PAYLOAD_MB = 100
UNLIMITED = 4 * 1024**3


class InputError(ValueError):
    """Input that cannot be read or split, as the data log reports it."""


class Source(NamedTuple):
    """One object of the input.

    Attributes:
        bucket: its bucket.
        key: its key.
        below: its path below the prefix, which the output keeps.
    """

    bucket: str
    key: str
    below: str


def list_sources(s3: Any, request: Record) -> list[Source]:
    """Return the objects under the prefix, or those that the manifest lists.

    Raises:
        InputError: when the manifest has another form.
        ClientError: when the bucket or the manifest cannot be read.
    """
    source = request["TransformInput"]["DataSource"]["S3DataSource"]
    bucket, key = objects.parse(source["S3Uri"])
    if source["S3DataType"] == "ManifestFile":
        return _listed(s3.get_object(Bucket=bucket, Key=key)["Body"].read(), source["S3Uri"])
    found = []
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=key):
        for item in page.get("Contents", []):
            name = str(item["Key"])
            below = objects.path_below(key, name)
            if not name.endswith("/") and ".." not in PurePosixPath(below).parts:
                found.append(Source(bucket, name, below))
    return found


def _listed(manifest: bytes, uri: str) -> list[Source]:
    try:
        content = json.loads(manifest)
    except (ValueError, RecursionError):
        content = None
    match content:
        case [{"prefix": str(prefix)}, *names] if all(isinstance(name, str) for name in names):
            bucket, start = objects.parse(prefix)
            return [Source(bucket, start + name, name.lstrip("/")) for name in names]
    raise InputError(f'{uri} is not a manifest such as [{{"prefix": "s3://…/"}}, "name", …]')


def open_source(s3: Any, source: Source, *, compressed: bool) -> IO[bytes]:
    """Return the content of an object, decompressed if the job says so.

    Raises:
        InputError: when the object cannot be read.
    """
    try:
        body = s3.get_object(Bucket=source.bucket, Key=source.key)["Body"]
    except ClientError as error:
        raise InputError(f"Unable to read the object: {error.response['Error']['Code']}") from error
    return cast("IO[bytes]", gzip.GzipFile(fileobj=body) if compressed else body)


def payloads(stream: IO[bytes], *, split: bool, many: bool, most: int) -> Iterator[bytes]:
    """Yield the payloads of an object in order.

    Args:
        stream: the object's content.
        split: True splits it at line ends.
        many: True fills a payload with lines; otherwise each line is one.
        most: maximum bytes of a payload.

    Raises:
        InputError: when the object, or a line of it, is larger than a payload.
    """
    if not split:
        yield _limited(stream.read(most + 1), most)
        return
    lines: list[bytes] = []
    size = 0
    for line in _lines(stream, most):
        if lines and (not many or size + len(line) > most):
            yield b"".join(lines)
            lines, size = [], 0
        lines.append(line)
        size += len(line)
    if lines:
        yield b"".join(lines)


def _lines(stream: IO[bytes], most: int) -> Iterator[bytes]:
    """Yield the lines with their ends; never hold more than a line and a block."""
    rest = b""
    while block := stream.read(MIB):
        *whole, rest = (rest + block).split(b"\n")
        for line in whole:
            yield _limited(line + b"\n", most)
        _limited(rest, most)
    if rest:
        yield rest


def _limited(data: bytes, most: int) -> bytes:
    if len(data) > most:
        raise InputError("Too much data for max payload size")
    return data
