"""Training and test reviews: two halves, two channels, or a split."""

from collections.abc import Callable
from pathlib import Path

from sentiment.checks import require_enough, require_test, unseen
from sentiment.datasets import Dataset, read_channel
from sentiment.labels import MOST_LABELS
from sentiment.schema import Schema
from sentiment.split import stratified_split


def read_halves(  # noqa: PLR0913 - a dataset and its split
    training: Path,
    testing: Path | None,
    schema: Schema,
    *,
    test_fraction: float,
    seed: int,
    most_labels: int = MOST_LABELS,
    report: Callable[[str], object] = lambda _: None,
) -> tuple[Dataset, Dataset]:
    """Return training reviews in the order of their files, and test reviews.

    The test reviews come from the testing channel, else from the test half of the training
    channel, else from a seeded stratified split of the training reviews. Test reviews that are not
    unseen or contradict each other are left out.

    Args:
        training: the training channel.
        testing: the testing channel.
        schema: columns and labels of both channels.
        test_fraction: share of the test reviews in a split.
        seed: seed of a split.
        most_labels: highest number of labels.
        report: receives a line for each file.

    Raises:
        DatasetError: naming the file, the line and the reason, when a row or a file cannot be used;
            or when there are too few reviews.
    """
    halves = read_channel(training, schema, report, most=most_labels, complete=testing is None)
    reviews = halves["train"]
    require_enough(reviews, training.name)
    if testing is not None:
        halves = read_channel(testing, schema, report, names=reviews.names)
        tested = halves.get("test", halves["train"])
    elif "test" in halves:
        tested = halves["test"]
    else:
        reviews, tested = stratified_split(reviews, test_fraction, seed)
    kept = unseen(tested, reviews, report)
    require_test(kept, len(tested.texts))
    return reviews, kept
