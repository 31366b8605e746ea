"""The test reviews: the official ones, or those that the deployed model was tested on."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.data import is_official_test
from scripts import ROOT
from scripts.evaluate.errors import EvaluationError
from scripts.synthesis import context
from sentiment.datasets import Dataset, read_channel
from sentiment.errors import DatasetError
from sentiment.split import shuffle, stratified_split
from stacks.datasets import find_dataset
from stacks.settings.load import read_settings

OFFICIAL = "the official test half of the Large Movie Review Dataset"


@dataclass(frozen=True)
class Tests:
    """Reviews to measure with.

    Attributes:
        name: what they are.
        dataset: the reviews.
    """

    name: str
    dataset: Dataset


def read_tests(source: Path) -> Tests:
    """Return the reviews of a file, or of a folder: its test half where it has one.

    Args:
        source: the official archive or directory, a folder that holds it or `test.jsonl` (plain,
            .gz or .xz), or any other file or folder of reviews.

    Raises:
        EvaluationError: when there are no reviews there, or one cannot be used.
    """
    if not source.exists():
        raise EvaluationError(f"DATA={source}: no such file or folder")
    halves = [source] if source.is_file() else sorted(source.glob("test.jsonl*"))
    try:
        if not halves:
            dataset = _tests(read_channel(source))
        else:
            with TemporaryDirectory() as folder:
                Path(folder, halves[0].name).symlink_to(halves[0].resolve())
                dataset = _tests(read_channel(Path(folder)))
    except (DatasetError, OSError) as error:
        raise EvaluationError(f"DATA={source}: {error}") from error
    official = is_official_test(list(zip(dataset.texts, dataset.labels, strict=True)))
    return Tests(OFFICIAL if official else str(source), dataset)


def held_out(environment: str, overrides: Mapping[str, Any]) -> Tests:
    """Return what a deployment with these settings tests on, and never trains on.

    Raises:
        DatasetError: when a row cannot be used.
        EvaluationError: when the settings name data in S3.
        SettingsError: for a setting that is not allowed, or data that do not exist.
    """
    settings = read_settings(context(environment, overrides))
    named = settings.dataset.testing or settings.dataset.training
    found = find_dataset("dataset", named, root=ROOT)
    if found.uri is not None:
        raise EvaluationError(f"the test reviews are at {found.uri}: name a folder with DATA=")
    with TemporaryDirectory() as folder:
        found.write(Path(folder))
        halves = read_channel(Path(folder))
    if settings.dataset.testing or "test" in halves:
        return Tests(f"the test reviews of {named}", _tests(halves))
    seed = settings.training.seed
    reviews = shuffle(halves["train"], seed)
    chosen = stratified_split(reviews, settings.training.test_fraction, seed)[1]
    return Tests(f"the held-out part of {named} reviews", chosen)


def _tests(halves: Mapping[str, Dataset]) -> Dataset:
    return halves.get("test", halves["train"])
