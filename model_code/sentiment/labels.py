"""Labels of a dataset: negative and positive in any spelling, or others as they are spelled."""

import json
import math
import re
import shlex
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple
from unicodedata import normalize

from sentiment.errors import DatasetError
from sentiment.schema import NEGATIVE, POSITIVE, SENTIMENTS

MOST_LABELS = 100
NAMES = {
    "neg": 0, "negative": 0, "false": 0, "no": 0, "pos": 1, "positive": 1, "true": 1, "yes": 1,
}  # fmt: skip
# Negative and positive; a dataset uses one of these pairs.
NUMBERS = (("0", "1"), ("-1", "1"), ("1", "2"), ("0", "4"))
ALLOWED = "0/1, -1/1, 1/2, 0/4, neg/pos, negative/positive, false/true, no/yes"
# A whole number as programs write it: `1.0`, `+1`, `-0`, `1,0`, `1.000e+00`
WHOLE = re.compile(r"\+?(-?(?:0|[1-9]\d*))(?:[.,]0+)?(?:e[+-]?0+)?")
# Any other number with a decimal point or comma: `2.5`, `2,5`, `+2.5`, `2.5e+00`
DECIMAL = re.compile(r"\+?(-?(?:0|[1-9]\d*))[.,](\d+)(?:e[+-]?0+)?")
INVISIBLE = "\u200b\u200e\u200f\u2060\ufeff"  # signs of no width, at the ends of pasted labels
LONGEST = 60  # characters of a label
UNPRINTABLE = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
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


class Labels(NamedTuple):
    """Labels of a dataset.

    Attributes:
        names: their names; `SENTIMENTS`, or two or more others in order.
        indexes: spelling to the index in `names`, or to None for a label to leave out.
    """

    names: tuple[str, ...]
    indexes: dict[str, int | None]


def modelled(names: Sequence[str]) -> Sequence[int]:
    """Return the labels of which a classifier has a model: the second of two, or each of more."""
    labels = range(len(names))
    return labels[1:] if len(labels) == len(SENTIMENTS) else labels


def is_sentiment(names: Sequence[str]) -> bool:
    """Return whether the labels are negative and positive, whatever their spelling was."""
    return tuple(names) == SENTIMENTS


def spelling(label: Any) -> str:
    """Return a label in lower case, without surplus spaces, and numbers in one spelling.

    Whole numbers have no decimals, and others a decimal point. A missing value is empty, as pandas
    and JSON write it.
    """
    return _plain("" if label is None else str(label))


@lru_cache(1024)
def _plain(label: str) -> str:
    text = normalize("NFC", " ".join(label.lower().strip(INVISIBLE).split()))
    whole = WHOLE.fullmatch(text)
    if whole:
        return "0" if whole[1] == "-0" else whole[1]
    if decimal := DECIMAL.fullmatch(text):
        return f"{decimal[1]}.{decimal[2]}"
    return "" if text == "nan" else text


def interpret(
    places: Mapping[str, str],
    mapping: Mapping[str, str | None],
    *,
    names: Sequence[str] | None = None,
    most: int = MOST_LABELS,
) -> Labels:
    """Return the labels of a dataset.

    Args:
        places: spelling of each label to the place where it first occurs.
        mapping: labels that a setting maps to other names, or to None to leave out their rows. When
            it has the name negative or positive, no other label is interpreted.
        names: the model's labels, which must include these; None for any.
        most: highest number of labels.

    Raises:
        DatasetError: naming the place of the first label that does not fit, and the mapping that is
            probably meant.
    """
    chosen = {spelling(label): name for label, name in mapping.items()}
    _refuse_other_names(chosen, names)
    complete = bool(set(chosen.values()) & set(SENTIMENTS))  # nothing else but names is understood
    if names is not None and not is_sentiment(names):
        chosen = {**{spelling(name): name for name in names}, **chosen}
    others = [label for label in places if label not in chosen]
    if set(chosen.values()) <= {*SENTIMENTS, None} and (names is None or is_sentiment(names)):
        pair = _read(others, only_names=complete)
        if pair is not None:
            mapped = {
                label: None if name is None else SENTIMENTS.index(name)
                for label, name in chosen.items()
            }
            return Labels(SENTIMENTS, {**pair, **mapped})
    wanted: dict[str, str | None] = {
        label: SENTIMENTS[NAMES[label]] if complete else label
        for label in others
        if label in NAMES or not complete
    }
    wanted |= chosen
    known = names or sorted({name for name in wanted.values() if name is not None}, key=_in_order)
    faulty = [label for label in others if _fault(label)]
    for number, label in enumerate(faulty or others):
        reason = (
            " is not in dataset.labels"
            if label not in wanted
            else _reason(label, others[:number], names, most)
        )
        if reason:
            proposed = (
                _shown({**_proposal(places), **chosen}, places)
                if names is None or is_sentiment(names)
                else "map it to one of them, or to null, with dataset.labels"
            )
            raise DatasetError(f"{places[label]}: label {label[:MAX_SHOWN]!r}{reason}; {proposed}")
    if len(known) > most:
        raise DatasetError(f"dataset.labels has {len(known)} names; the limit is {most}")
    return Labels(
        tuple(known),
        {label: None if name is None else known.index(name) for label, name in wanted.items()},
    )


def _refuse_other_names(mapping: Mapping[str, str | None], names: Sequence[str] | None) -> None:
    """Refuse a mapping to a name that the model does not have."""
    for label, name in mapping.items():
        if names is not None and name is not None and name not in names:
            listed = ", ".join(map(repr, names))
            raise DatasetError(
                f"dataset.labels maps {label!r} to {name!r}, which is not one of the model's "
                f"{listed}; map it to one of these or to null"
            )


def _reason(
    label: str, before: Sequence[str], names: Sequence[str] | None, most: int
) -> str | None:
    """Return the reason for which a label is refused after others, or None."""
    fault = _fault(label)
    if fault:
        return fault
    if names is not None and not is_sentiment(names):
        listed = ", ".join(map(repr, names))
        return f" is not one of the model's {listed}"
    if names is None and len(before) < most:
        same = [one for one in before if one in NAMES and NAMES[one] == NAMES.get(label)]
        return f" means the same as the label {same[0]!r}" if same else None
    if names is None and most > len(SENTIMENTS):
        return f" is one too many; the limit is {most} labels"
    if _read([*before, label], only_names=False) is not None:
        return None
    listed = ", ".join(repr(one[:MAX_SHOWN]) for one in before[:MOST_SHOWN]) or "none"
    return f" is refused; use two labels, such as {ALLOWED}; the labels before it are {listed}"


def _fault(label: str) -> str | None:
    """Return the reason for which no dataset may have a label, or None."""
    if not label:
        return " is empty"
    if len(label) > LONGEST:
        return f" has {len(label):,} characters; the limit is {LONGEST}"
    return " has an unprintable character" if UNPRINTABLE.search(label) else None


def _in_order(name: str) -> tuple[float, str]:
    """Return the sort key of a label: numbers by their size, then names."""
    return (float(name) if NUMBER.fullmatch(name) else math.inf, name)


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
    both = set(SENTIMENTS) <= set(mapping.values())
    if not both or len(labels) > MOST_MAPPED or any(len(label) > MAX_SHOWN for label in mapping):
        return "map the labels with dataset.labels"
    setting = shlex.quote(f"dataset.labels={json.dumps(mapping, ensure_ascii=False)}")
    return f"perhaps you mean -c {setting}"
