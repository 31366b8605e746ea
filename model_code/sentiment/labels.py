"""Spellings of the two labels."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from sentiment.errors import DatasetError

SENTIMENT = ("negative", "positive")
NAMES = {
    "neg": 0, "negative": 0, "false": 0, "no": 0, "pos": 1, "positive": 1, "true": 1, "yes": 1,
}  # fmt: skip
# Negative and positive; a dataset uses one of these pairs.
NUMBERS = (("0", "1"), ("-1", "1"), ("1", "2"), ("0", "4"))
ALLOWED = "0/1, -1/1, 1/2, 0/4, neg/pos, negative/positive, false/true, no/yes"
WHOLE = re.compile(r"([+-]?\d+)\.0+")
MAX_SHOWN, MOST_SHOWN = 40, 5  # characters of a label, and labels, in an error message


def modelled(names: Sequence[str]) -> Sequence[int]:
    """Return the labels of which a classifier has a model: the second of two, or each of more."""
    labels = range(len(names))
    return labels[1:] if len(labels) == len(SENTIMENT) else labels


def is_sentiment(names: Sequence[str]) -> bool:
    """Return whether the labels are negative and positive, whatever their spelling was."""
    return tuple(names) == SENTIMENT


def spelling(label: Any) -> str:
    """Return a label in small letters, without blanks around it, and whole numbers as such."""
    text = str(label).strip().lower()
    whole = WHOLE.fullmatch(text)
    return whole[1] if whole else text


def interpret(labels: Mapping[str, str]) -> dict[str, int]:
    """Return 1 for each positive label and 0 for each negative one.

    Args:
        labels: spelling of each label of a dataset to the place where it first occurs.

    Raises:
        DatasetError: naming the place of the first label that does not fit the ones before it.
    """
    known: dict[str, int] = {}
    seen: list[str] = []
    for label, place in labels.items():
        seen.append(label)
        read = _read(seen)
        if read is None:
            before = ", ".join(repr(one[:MAX_SHOWN]) for one in seen[:-1][:MOST_SHOWN])
            raise DatasetError(
                f"{place}: label {label[:MAX_SHOWN]!r}; allowed are two labels, such as {ALLOWED}; "
                f"the labels before it are {before or 'none'}"
            )
        known = read
    return known


def _read(labels: list[str]) -> dict[str, int] | None:
    """Return label to 0 or 1, or None if the labels do not fit together."""
    numbers = {label for label in labels if label not in NAMES}
    for negative, positive in NUMBERS:
        if numbers <= {negative, positive}:
            return {label: NAMES.get(label, int(label == positive)) for label in labels}
    return None
