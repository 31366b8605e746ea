"""Output archive of a training job: held-out reviews, and hashes of the training reviews."""

import hashlib
import io
import json
import re
import tarfile
from bisect import bisect_left
from collections.abc import Iterator
from typing import Any, NamedTuple

from botocore.exceptions import ClientError

ARCHIVE = "output.tar.gz"
HELD_OUT, TRAINED_ON = "held_out.jsonl", "trained_on.bin"
HASH_BYTES = 8
JOB_NAME = re.compile(r"[A-Za-z0-9-]{1,63}")
MISSING = {"404", "NoSuchKey", "NotFound"}
SAMPLED = 1000  # hashes that measure how much of the data two trainings share


class Review(NamedTuple):
    """A held-out review and its true label."""

    text: str
    label: str


class TrainedOn:
    """Sorted hashes of the reviews that a model was trained on."""

    def __init__(self, content: bytes) -> None:
        """Read the concatenated hashes."""
        self._content = content
        self._count = len(content) // HASH_BYTES

    def __contains__(self, text: str) -> bool:
        """Return whether the model was trained on this text."""
        # Unpaired surrogates, which JSON can contain, have no UTF-8.
        content = text.encode("utf-8", "surrogatepass")
        return self._has(hashlib.sha256(content).digest()[:HASH_BYTES])

    def shared_with(self, other: "TrainedOn") -> float:
        """Return the share of these reviews, in a sample, that are also in `other`."""
        step = max(1, self._count // SAMPLED)
        sample = [self._at(index) for index in range(0, self._count, step)]
        return sum(other._has(one) for one in sample) / max(1, len(sample))  # noqa: SLF001 - same class

    def _has(self, digest: bytes) -> bool:
        index = bisect_left(range(self._count), digest, key=self._at)
        return index < self._count and self._at(index) == digest

    def _at(self, index: int) -> bytes:
        return self._content[index * HASH_BYTES : (index + 1) * HASH_BYTES]


class TrainingOutput:
    """Output archive of a training job.

    Attributes:
        labels: names of the labels.
        trained_on: the training reviews.
    """

    def __init__(self, content: bytes) -> None:
        """Open the archive.

        Raises:
            KeyError: when it lacks the files, as those of earlier versions of the training do.
        """
        self._archive = tarfile.open(fileobj=io.BytesIO(content))  # noqa: SIM115 - in memory
        self.labels: list[str] = next(self._lines())["labels"]
        self.trained_on = TrainedOn(self._open(TRAINED_ON).read())

    def reviews(self) -> Iterator[Review]:
        """Yield the held-out reviews in the random order that the training chose."""
        lines = self._lines()
        next(lines)  # the labels
        for line in lines:
            yield Review(line["text"], line["label"])

    def _lines(self) -> Iterator[Any]:
        for line in self._open(HELD_OUT):
            yield json.loads(line)

    def _open(self, name: str) -> Any:
        return self._archive.extractfile(name)


def read_output(s3: Any, bucket: str, folder: str, version: str) -> TrainingOutput | None:
    """Return the output of the training job that made a model, or None if it has no such output.

    Args:
        s3: S3 client.
        bucket: bucket of the artifacts.
        folder: folder of the artifacts in it.
        version: the model's version, which is the name of its training job.
    """
    if not JOB_NAME.fullmatch(version):
        return None
    try:
        found = s3.get_object(Bucket=bucket, Key=f"{folder}/{version}/output/{ARCHIVE}")
    except ClientError as error:
        if error.response["Error"]["Code"] in MISSING:
            return None
        raise
    try:
        return TrainingOutput(found["Body"].read())
    except KeyError:
        return None
