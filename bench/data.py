"""Preparation of the reviews: the official halves, the user's own, or the packaged ones."""

import sys
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import reviews
from bench.process import hand_over
from bench.reviews import Data
from scripts import ROOT
from scripts.evaluate.reviews import is_official_test, read_named_halves
from sentiment.checks import unseen
from sentiment.datasets import Dataset, read_channel
from sentiment.errors import DatasetError
from sentiment.schema import Schema
from sentiment.split import shuffle, stratified_split
from stacks.datasets import find_dataset
from stacks.settings.error import SettingsError

SEED = 1
HELD_OUT = 0.2


def prepare(
    source: Path | None,
    folder: Path,
    sample: int | None = None,
    schema: Schema | None = None,
) -> Data:
    """Write `train/reviews.jsonl` and `test/reviews.jsonl`, shuffled with a fixed seed.

    Args:
        source: folder with the halves, such as `train.csv` and `test.csv`, or the aclImdb archive
            or directory; None for the packaged reviews.
        folder: output folder.
        sample: number of reviews taken, a fifth of them as test reviews; None takes all.
        schema: columns and labels of `source`.

    Raises:
        DatasetError: when there are no such reviews.
        SettingsError: when the packaged reviews are not installed.
    """
    name = "packaged reviews, a fifth held out" if source is None else "the user's own halves"
    halves = _packaged() if source is None else _halves(source, schema)
    training, testing = (shuffle(half, SEED) for half in halves)
    official = is_official_test(testing)
    if official:
        name = "the official halves of the Large Movie Review Dataset"
    if sample is not None:
        count = round(sample * HELD_OUT)
        training, testing = _first(training, sample - count), _first(testing, count)
        name = f"{name}, a sample"
    testing = unseen(testing, training, print)
    reviews.write(folder / "train" / "reviews.jsonl", training)
    reviews.write(folder / "test" / "reviews.jsonl", testing)
    counts = (len(training.texts), len(testing.texts), len(training.names))
    return Data(name, *counts, official=official and sample is None)


def _packaged() -> tuple[Dataset, Dataset]:
    with TemporaryDirectory() as temporary:
        find_dataset("DATA", "packaged", root=ROOT).write(Path(temporary))
        return stratified_split(read_channel(Path(temporary))["train"], HELD_OUT, SEED)


def _halves(source: Path, schema: Schema | None) -> tuple[Dataset, Dataset]:
    training, testing = read_named_halves(source, schema)
    if testing is None or not training.texts:
        missing = "test" if testing is None else "training"
        raise DatasetError(
            f"DATA={source}: no {missing} half; it must hold tables named train and test, such as "
            "train.csv and test.csv, or the aclImdb archive or directory"
        )
    return training, testing


def _first(dataset: Dataset, count: int) -> Dataset:
    return dataset.take(range(min(count, len(dataset.texts))))


def main() -> int:
    """Prepare in a separate process: a parent's memory would count in its children's peak."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--source", type=Path)
    parser.add_argument("--sample", type=int)
    parser.add_argument("--schema", default="")
    arguments = parser.parse_args()
    try:
        schema = Schema.decode(arguments.schema)
        data = prepare(arguments.source, arguments.folder, arguments.sample, schema)
    except (DatasetError, SettingsError) as error:
        print(error, file=sys.stderr)
        return 1
    hand_over(asdict(data))
    return 0


if __name__ == "__main__":
    sys.exit(main())
