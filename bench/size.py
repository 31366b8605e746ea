"""Time and memory of training by the number of reviews: `make bench-size`.

The reviews are recombined from the packaged ones, so that they have the length and the words of
real reviews. Each training runs in a fresh process, as a training job without a test channel does:
a fifth of the reviews is held out.
"""

import os
import sys
from argparse import ArgumentParser
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from rich.console import Console
from rich.table import Table

from bench import machine, process, reviews
from scripts import ROOT
from sentiment.datasets import Dataset, read_channel
from stacks.datasets import find_dataset

COUNTS = (25_000, 50_000, 100_000, 200_000)
HELD_OUT = 0.2
ALLOWED_BYTES, ALLOWED_BYTES_PER_REVIEW = 1e9, 30e3  # peak memory


def recombine(originals: Dataset, count: int) -> Dataset:
    """Make reviews out of the halves of others with the same label.

    First come the originals. Then the first half of each is continued with the second half of the
    next, then with that of the one after the next, and so on.

    Args:
        originals: reviews of both labels.
        count: number of reviews made, with alternating labels.
    """
    halves: dict[int, list[tuple[str, str]]] = {0: [], 1: []}
    for text, label in zip(originals.texts, originals.labels, strict=True):
        halves[label].append(_halve(text))
    texts, labels = [], [number % 2 for number in range(count)]
    for number, label in enumerate(labels):
        turn, place = divmod(number // 2, len(halves[label]))
        start, _ = halves[label][place]
        _, end = halves[label][(place + turn) % len(halves[label])]
        texts.append(start + end)
    return Dataset(texts, labels)


def _halve(text: str) -> tuple[str, str]:
    """Cut a text before the first space after its middle."""
    before, space, after = text[len(text) // 2 :].partition(" ")
    return text[: len(text) // 2] + before, space + after


def train(originals: Dataset, count: int, folder: Path) -> tuple[process.Finished, int]:
    """Train on this number of reviews; return the measured process and the number of terms."""
    made = recombine(originals, round(count / (1 - HELD_OUT)))
    reviews.write(folder / "data" / "reviews.jsonl", made)
    model = folder / "model"
    finished = process.run(
        [
            *(sys.executable, str(ROOT / "model_code" / "train.py")),
            *("--training", str(folder / "data"), "--model_dir", str(model)),
            *("--test_fraction", str(HELD_OUT)),
        ],
        threads=os.cpu_count() or 1,
        show=print,
    )
    with np.load(model / "ngrams.npz") as arrays:
        return finished, len(arrays["terms"])


def main(argv: list[str]) -> int:
    """Measure and print a table; fail when a training needs more memory than allowed."""
    parser = ArgumentParser(prog="python -m bench.size", description=__doc__)
    parser.add_argument("counts", nargs="*", type=int, default=COUNTS)
    counts = parser.parse_args(argv).counts
    with TemporaryDirectory() as folder:
        find_dataset("DATA", "packaged", root=ROOT).write(Path(folder))
        originals = read_channel(Path(folder))["train"]
    table = Table("reviews", "seconds", "processor seconds", "peak GB", "allowed GB", "terms")
    exceeded = False
    for count in counts:
        with TemporaryDirectory(prefix="bench-size-") as folder:
            finished, terms = train(originals, count, Path(folder))
        allowed = ALLOWED_BYTES + count * ALLOWED_BYTES_PER_REVIEW
        exceeded |= finished.peak_bytes > allowed
        table.add_row(
            f"{count:,}",
            f"{finished.seconds:.0f}",
            f"{finished.processor_seconds:.0f}",
            f"{finished.peak_bytes / 1e9:.2f}",
            f"{allowed / 1e9:.2f}",
            f"{terms:,}",
        )
    console = Console(highlight=False, soft_wrap=True)
    console.print(machine.sentence(machine.describe()), table, sep="\n")
    return 1 if exceeded else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
