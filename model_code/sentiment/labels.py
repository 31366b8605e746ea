"""Spellings of the two labels, and their mapping when a dataset has others."""

import json
import re
import shlex
from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Any

from sentiment.errors import DatasetError
from sentiment.schema import NEGATIVE, POSITIVE, SENTIMENTS

CLASSES = {name: label for label, name in enumerate(SENTIMENTS)}
NAMES = {
    "neg": 0, "negative": 0, "false": 0, "no": 0, "pos": 1, "positive": 1, "true": 1, "yes": 1,
}  # fmt: skip
# Negative and positive; a dataset uses one of these pairs.
NUMBERS = (("0", "1"), ("-1", "1"), ("1", "2"), ("0", "4"))
ALLOWED = "0/1, -1/1, 1/2, 0/4, neg/pos, negative/positive, false/true, no/yes"
WHOLE = re.compile(r"([+-]?\d+)\.0+")
NUMBER = re.compile(r"[+-]?\d{1,4}(\.\d{1,4})?")
# Words whose last one decides, such as `extremely negative`, in several languages
WORDS = {
    re.compile(
        r"(.*\W)?(neg\w*|négati\w*|bad|worst|poor|terrible|awful|hate|dislike|sad)"
    ): NEGATIVE,
    re.compile(r"(.*\W)?(pos\w*|good|best|great|excellent|love|like|happy)"): POSITIVE,
    re.compile(r"(.*\W)?(neu|neutr\w*|mixed|irrelevant|unknown|unsure|none|nan|n/a)"): None,
}
SCALES = (5, 10)  # ratings that begin at 1
NEAR = 1 / 8  # share of a scale around its middle that is neutral
MAX_SHOWN, MOST_SHOWN = 40, 5  # characters of a label, and labels, in an error message
MOST_MAPPED = 12  # labels in a proposed mapping


def spelling(label: Any) -> str:
    """Return a label in small letters, without needless blanks, and whole numbers as such."""
    return _plain("" if label is None else str(label))


@lru_cache(1024)
def _plain(label: str) -> str:
    text = " ".join(label.lower().split())
    whole = WHOLE.fullmatch(text)
    return whole[1] if whole else text


def interpret(
    places: Mapping[str, str], mapping: Mapping[str, str | None]
) -> dict[str, int | None]:
    """Return 1 for each positive label, 0 for each negative one, and None for one to leave out.

    Args:
        places: spelling of each label of a dataset to the place where it first occurs.
        mapping: the labels that a setting maps. With it, only names are understood besides.

    Raises:
        DatasetError: naming the place of the first label that does not fit the ones before it, and
            the mapping that is probably meant.
    """
    chosen = {spelling(label): name for label, name in mapping.items()}
    known: dict[str, int | None] = {
        label: None if name is None else CLASSES[name] for label, name in chosen.items()
    }
    others: list[str] = []
    for label, place in places.items():
        if label in known:
            continue
        others.append(label)
        read = _read(others, only_names=bool(mapping))
        if read is None:
            before = ", ".join(repr(one[:MAX_SHOWN]) for one in others[:-1][:MOST_SHOWN]) or "none"
            reason = (
                " is not in dataset.labels"
                if mapping
                else f"; allowed are two labels, such as {ALLOWED}; "
                f"the labels before it are {before}"
            )
            proposed = _shown({**_proposal(places), **chosen}, places)
            raise DatasetError(f"{place}: label {label[:MAX_SHOWN]!r}{reason}; {proposed}")
    return {**(_read(others, only_names=bool(mapping)) or {}), **known}


def _read(labels: list[str], *, only_names: bool) -> dict[str, int] | None:
    """Return label to 0 or 1, or None if the labels do not fit together."""
    numbers = {label for label in labels if label not in NAMES}
    for negative, positive in NUMBERS:
        if numbers <= (set() if only_names else {negative, positive}):
            return {label: NAMES.get(label, int(label == positive)) for label in labels}
    return None


def meaning(label: str) -> tuple[bool, str | None]:
    """Return whether a label's word is known, and which class it means, if any."""
    if label in NAMES:
        return True, POSITIVE if NAMES[label] else NEGATIVE
    if not label:
        return True, None
    return next(
        ((True, name) for word, name in WORDS.items() if word.fullmatch(label)), (False, None)
    )


def _proposal(labels: Collection[str]) -> dict[str, str | None]:
    """Return the mapping that is probably meant."""
    numbers = {label: float(label) for label in labels if NUMBER.fullmatch(label)}
    words = {label: meaning(label) for label in labels if label not in numbers}
    mapping: dict[str, str | None] = {label: name for label, (_, name) in words.items()}
    if len(numbers) > 1:
        low, high = min(numbers.values()), max(numbers.values())
        if low > 1 and high in SCALES:
            low = 1
        middle, near = (low + high) / 2, (high - low) * NEAR
        for label, value in numbers.items():
            distance = value - middle
            mapping[label] = (
                None if abs(distance) <= near else POSITIVE if distance > 0 else NEGATIVE
            )
    unknown = [label for label in labels if label in words and not words[label][0]]
    if len(labels) == 2 and len(unknown) == 2:  # noqa: PLR2004 - the two classes
        mapping = dict(zip(sorted(labels), (NEGATIVE, POSITIVE), strict=True))
    in_order = sorted(mapping, key=lambda label: (numbers.get(label, 0), label))
    return {label: mapping[label] for label in in_order}


def _shown(mapping: Mapping[str, str | None], labels: Collection[str]) -> str:
    """Return what to set, ready to paste, if the mapping is short and has both classes."""
    both = set(CLASSES) <= set(mapping.values())
    if not both or len(labels) > MOST_MAPPED or any(len(label) > MAX_SHOWN for label in mapping):
        return "map the labels with dataset.labels"
    setting = shlex.quote(f"dataset.labels={json.dumps(mapping, ensure_ascii=False)}")
    return f"perhaps you mean -c {setting}"
