"""Test reviews: from DATA, or those that a deployment's training held out."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from scripts import ROOT
from scripts.evaluate import EvaluationError
from scripts.synthesis import context
from sentiment.checks import unseen
from sentiment.datasets import Dataset, Report, read_channel, table_of
from sentiment.errors import DatasetError
from sentiment.halves import read_halves
from sentiment.schema import Schema
from stacks.datasets import find_dataset
from stacks.settings.environment import EnvironmentSettings
from stacks.settings.load import read_settings

OFFICIAL = "the official test half of the Large Movie Review Dataset"
# SHA-256 of the sorted [text, label] pairs in the official test half, Maas et al. (2011).
OFFICIAL_SHA256 = "220ce8d6afaa21efd00ee7cf5166c61abb11fcfb333465b7296d006f27382f18"


@dataclass(frozen=True)
class Reviews:
    """Labelled reviews to measure with."""

    name: str
    dataset: Dataset


def read_reviews(
    source: Path, schema: Schema | None = None, *, report: Report = lambda _: None
) -> Reviews:
    """Read a file or folder; only the test half if there is one.

    Reviews that are also in the training half, repeated ones and those with two labels are left
    out.

    Args:
        source: a file or a folder of reviews, such as the official archive or directory. Of a
            folder with a table named `test`, only that table is read.
        schema: columns and labels of its tables.
        report: receives a line with the numbers of reviews that are left out.

    Raises:
        EvaluationError: when there are no reviews, or one cannot be used.
    """
    if not source.exists():
        raise EvaluationError(f"DATA={source}: no such file or folder")
    try:
        training, testing = read_named_halves(source, schema)
        if testing is None:
            training, testing = training.take([]), training
        name = OFFICIAL if is_official_test(testing) else str(source)
        testing = unseen(testing, training, report)
    except (DatasetError, OSError) as error:
        raise EvaluationError(f"DATA={source}: {error}") from error
    if not testing.texts:
        raise EvaluationError(f"DATA={source}: no test reviews that are not in the training half")
    return Reviews(name, testing)


def read_named_halves(source: Path, schema: Schema | None) -> tuple[Dataset, Dataset | None]:
    """Read the training and the test reviews of a folder; None if it has no test half.

    The halves are the tables named `train` and `test`, whatever else is in the folder, or those of
    its archive or directory. A table named `test` alone has no training reviews.

    Raises:
        DatasetError: when a row cannot be used, or a test review has another label than the
            training reviews.
    """
    train, test = (table_of(half, source) for half in ("train", "test"))
    if test is None:
        halves = read_channel(source, schema)
        return halves["train"], halves.get("test")
    if train is None:
        testing = read_channel(test, schema)["train"]
        return testing.take([]), testing
    training = read_channel(train, schema)["train"]
    return training, read_channel(test, schema, names=training.names)["train"]


def is_official_test(dataset: Dataset) -> bool:
    """Return whether the dataset is the 25,000 official test reviews, in any order."""
    rows = sorted(zip(dataset.texts, dataset.labels, strict=True))
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest() == OFFICIAL_SHA256


def held_out(environment: str, overrides: Mapping[str, Any]) -> Reviews:
    """Return the reviews that a deployment with these settings holds out for its test.

    Raises:
        DatasetError: when a row cannot be used.
        EvaluationError: when the settings name data in S3.
        SettingsError: when a setting is not allowed, or its data do not exist.
    """
    settings = read_settings(context(environment, overrides))
    source = settings.dataset.testing or settings.dataset.training
    with TemporaryDirectory() as folder:
        training = _copied(settings.dataset.training, settings, Path(folder, "training"))
        separate = bool(settings.dataset.testing)
        tested = _copied(source, settings, Path(folder, "testing")) if separate else training
        if tested is None:
            raise EvaluationError(f"the test reviews are at {source}: download them and set DATA=")
        if training is None:  # the test reviews can't be compared with those in S3
            halves = read_channel(tested, settings.dataset.table_schema)
            return Reviews(f"the test reviews of {source}", halves.get("test", halves["train"]))
        _, testing = read_halves(
            training,
            tested if separate else None,
            settings.dataset.table_schema,
            test_fraction=settings.training.test_fraction,
            seed=settings.training.seed,
        )
    return Reviews(f"the test reviews of {source}", testing)


def _copied(source: str, settings: EnvironmentSettings, folder: Path) -> Path | None:
    """Copy the files of a dataset into a new folder, and return it; None for a dataset in S3."""
    found = find_dataset("dataset", source, root=ROOT, schema=settings.dataset.table_schema)
    if found.uri is not None:
        return None
    folder.mkdir()
    found.write(folder)
    return folder
