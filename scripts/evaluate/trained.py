"""Reviews that a model was trained on, which do not measure it."""

import sys
from typing import Any

from scripts.evaluate import EvaluationError
from sentiment.datasets import Dataset
from stacks.names import ARTIFACTS
from trial.held_out import TrainedOn, read_output

NOTHING = TrainedOn(b"")  # no reviews


def trained_on(s3: Any, bucket: str, version: str) -> TrainedOn:
    """Return the reviews that a model was trained on; none if its training left no hashes.

    Args:
        s3: S3 client.
        bucket: the data bucket.
        version: the model's version, which is the name of its training job.
    """
    output = read_output(s3, bucket, ARTIFACTS, version)
    return output.trained_on if output else NOTHING


def without_trained(dataset: Dataset, known: TrainedOn, *, source: str) -> Dataset:
    """Return the reviews that a model was not trained on, and print the number of the others.

    Args:
        dataset: the reviews.
        known: those that the model was trained on.
        source: where the reviews are from, for messages.

    Raises:
        EvaluationError: when the model was trained on all of them.
    """
    kept = dataset.take(row for row, text in enumerate(dataset.texts) if text not in known)
    left_out = len(dataset.texts) - len(kept.texts)
    if not kept.texts:
        raise EvaluationError(f"{source}: the model was trained on it; name other reviews")
    if left_out:
        print(f"{left_out} reviews left out: the model was trained on them", file=sys.stderr)
    return kept
