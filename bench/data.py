"""Preparation of the reviews: the official halves, the user's own, or the packaged ones."""

import random
import shutil
import sys
import tempfile
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path

from bench import reviews
from bench.process import hand_over
from bench.reviews import Data, Review
from scripts import ROOT
from scripts.evaluate.reviews import is_official_test
from sentiment.datasets import read_channel
from sentiment.errors import DatasetError
from stacks.datasets import find_dataset
from stacks.settings.error import SettingsError

SEED = 1
HELD_OUT = 0.2


def prepare(source: Path | None, folder: Path, sample: int | None = None) -> Data:
    """Write `train/reviews.jsonl` and `test/reviews.jsonl`, shuffled with a fixed seed.

    Args:
        source: folder with the halves, `train.jsonl` and `test.jsonl` (plain, .gz or .xz) or the
            aclImdb archive or directory; None for the packaged reviews.
        folder: output folder.
        sample: number of reviews taken, a fifth of them as test reviews; None takes all.

    Raises:
        DatasetError: when there are no such reviews.
        SettingsError: when the packaged reviews are not installed.
    """
    if source is None:
        name = "packaged reviews, a fifth held out"
        training, testing = held_out(_packaged())
    else:
        name = "the user's own halves"
        training, testing = _halves(source)
    for half in (training, testing):
        random.Random(SEED).shuffle(half)  # noqa: S311 - an order, not a secret
    official = is_official_test(testing)
    if official:
        name = "the official halves of the Large Movie Review Dataset"
    if sample is not None:
        training = training[: round(sample * (1 - HELD_OUT))]
        testing = testing[: sample - len(training)]
        name = f"{name}, a sample"
    reviews.write(folder / "train" / "reviews.jsonl", training)
    reviews.write(folder / "test" / "reviews.jsonl", testing)
    return Data(name, len(training), len(testing), official and sample is None)


def held_out(rows: list[Review]) -> tuple[list[Review], list[Review]]:
    """Split off a fifth as test reviews; no text is in both halves."""
    texts = sorted({text for text, _ in rows})
    random.Random(SEED).shuffle(texts)  # noqa: S311 - a split, not a secret
    chosen = set(texts[: round(len(texts) * HELD_OUT)])
    return [row for row in rows if row[0] not in chosen], [row for row in rows if row[0] in chosen]


def _packaged() -> list[Review]:
    with tempfile.TemporaryDirectory() as temporary:
        find_dataset("DATA", "packaged", root=ROOT).write(Path(temporary))
        return _read(Path(temporary))["train"]


def _halves(source: Path) -> tuple[list[Review], list[Review]]:
    if not source.is_dir():
        raise DatasetError(f"DATA={source}: no such folder")
    files = {half: sorted(source.glob(f"{half}.jsonl*")) for half in ("train", "test")}
    if all(files.values()):
        return _file(files["train"][0]), _file(files["test"][0])
    halves = _read(source)
    if "test" not in halves:
        raise DatasetError(
            f"DATA={source}: no test half; it must hold train.jsonl and test.jsonl (plain, .gz or "
            ".xz), or the aclImdb archive or directory"
        )
    return halves["train"], halves["test"]


def _file(file: Path) -> list[Review]:
    with tempfile.TemporaryDirectory() as temporary:
        shutil.copy(file, temporary)
        return _read(Path(temporary))["train"]


def _read(folder: Path) -> dict[str, list[Review]]:
    halves = read_channel(folder)
    return {
        half: list(zip(found.texts, found.labels, strict=True)) for half, found in halves.items()
    }


def main() -> int:
    """Prepare in a separate process: a parent's memory would count in its children's peak."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--source", type=Path)
    parser.add_argument("--sample", type=int)
    arguments = parser.parse_args()
    try:
        data = prepare(arguments.source, arguments.folder, arguments.sample)
    except (DatasetError, SettingsError) as error:
        print(error, file=sys.stderr)
        return 1
    hand_over(asdict(data))
    return 0


if __name__ == "__main__":
    sys.exit(main())
