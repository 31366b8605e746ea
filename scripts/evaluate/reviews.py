"""The test reviews: the official ones, or those that the deployed model was tested on."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from app import ROOT
from scripts.evaluate.answer import EvaluationError
from scripts.synthesis import context
from sentiment.datasets import Dataset, read_channel
from sentiment.split import shuffle, stratified_split
from stacks.context import read_settings
from stacks.dataset import find_dataset


def read_tests(source: Path) -> Dataset:
    """Return the reviews of a file, or of a folder: its test half where it has one.

    Raises:
        DatasetError: when a row cannot be used.
        EvaluationError: when there is no such file or folder.
    """
    if not source.exists():
        raise EvaluationError(f"DATA={source}: no such file or folder")
    halves = [source] if source.is_file() else sorted(source.glob("test.jsonl*"))
    if not halves:
        return _tests(read_channel(source))
    with TemporaryDirectory() as folder:
        shutil.copy(halves[0], folder)
        return _tests(read_channel(Path(folder)))


def held_out(environment: str, overrides: Mapping[str, Any]) -> Dataset:
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
        raise EvaluationError(f"the reviews are at {found.uri}: name a folder with DATA=")
    with TemporaryDirectory() as folder:
        found.write(Path(folder))
        halves = read_channel(Path(folder))
    if settings.dataset.testing or "test" in halves:
        return _tests(halves)
    seed = settings.training.seed
    reviews = shuffle(halves["train"], seed)
    return stratified_split(reviews, settings.training.test_fraction, seed)[1]


def _tests(halves: Mapping[str, Dataset]) -> Dataset:
    return halves.get("test", halves["train"])
