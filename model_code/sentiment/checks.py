"""Checks of the reviews before the training: enough of each label, and a test of unseen texts."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from sentiment.datasets import Dataset
from sentiment.errors import DatasetError
from sentiment.request import MAX_CHARACTERS

LEAST_TEXTS = 10  # different texts of each label in the training reviews
SURROGATE = re.compile("[\ud800-\udfff]")  # which UTF-8 cannot encode


def require_enough(training: Dataset, source: str) -> None:
    """Check that there is something to learn from.

    Args:
        training: the training reviews.
        source: name of their file or folder, for messages.

    Raises:
        DatasetError: when there are fewer than ten different texts of a label.
    """
    texts = Counter(label for _, label in set(zip(training.texts, training.labels, strict=True)))
    for label, name in enumerate(training.names):
        if texts[label] < LEAST_TEXTS:
            place = f", first in {training.places[name]}," if name in training.places else ""
            raise DatasetError(
                f"{source}: label {name!r}{place} has {texts[label]} different texts; training "
                f"needs at least {LEAST_TEXTS} of each label: add some to the training reviews, or "
                "map the label to another one or to null in dataset.labels"
            )


def unseen(testing: Dataset, training: Dataset, report: Callable[[str], object]) -> Dataset:
    """Return the test reviews without those that would flatter the model or contradict themselves.

    A text that is also in the training reviews, a repeated text and a text with two labels are left
    out.

    Args:
        testing: the test reviews.
        training: the training reviews.
        report: receives a line with the numbers of rows, if any.
    """
    contradictory = _with_two_labels(training)
    if contradictory:
        report(f"training: texts with two labels: {len(contradictory)}")
    known, with_two = set(training.texts), _with_two_labels(testing)
    kept: dict[str, int] = {}
    left_out = Counter[str]()
    for text, label in zip(testing.texts, testing.labels, strict=True):
        if text in known:
            left_out["also in training"] += 1
        elif text in with_two:
            left_out["with two labels"] += 1
        elif text in kept:
            left_out["repeated"] += 1
        else:
            kept[text] = label
    if left_out:
        numbers = ", ".join(f"{count} {reason}" for reason, count in left_out.items())
        report(f"testing: {left_out.total()} of {len(testing.texts)} rows left out: {numbers}")
    return replace(testing, texts=list(kept), labels=list(kept.values()))


def require_test(testing: Dataset, rows: int) -> None:
    """Check that there is a test of each label.

    Args:
        testing: the test reviews that are not left out.
        rows: number of rows before some were left out, for messages.

    Raises:
        DatasetError: when no test reviews of a label are left, or none that a request can hold.
    """
    pairs = zip(testing.texts, testing.labels, strict=True)
    sendable = {label for text, label in pairs if can_be_sent(text)}
    for label, name in enumerate(testing.names):
        if label not in testing.labels:
            raise DatasetError(
                f"no test reviews with the label {name!r} are left ({len(testing.texts)} of "
                f"{rows} rows); "
                "add test reviews of each label that are not in the training reviews"
            )
        if label not in sendable:
            raise DatasetError(
                f"all test reviews with the label {name!r} are longer than the "
                f"{MAX_CHARACTERS:,} characters that a request may have, or contain an unpaired "
                "surrogate; add shorter ones, or cut the texts into parts"
            )


def can_be_sent(text: str) -> bool:
    """Return whether a request can hold the text."""
    return len(text) <= MAX_CHARACTERS and not SURROGATE.search(text)


def _with_two_labels(dataset: Dataset) -> set[str]:
    first: dict[str, int] = {}
    return {
        text
        for text, label in zip(dataset.texts, dataset.labels, strict=True)
        if first.setdefault(text, label) != label
    }
