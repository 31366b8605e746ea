"""The most confident mistakes of a model, as text that is safe to display."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sentiment.evaluation.judged import Judged

SHOWN_MISTAKES = 20
SHOWN_CHARACTERS = 420
ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"
LINE_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
JOINERS = "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}"  # used in many scripts and in emoji


@dataclass(frozen=True)
class Mistake:
    """A misclassified review in the report."""

    text: str
    label: str
    judged: str
    probability: float  # of `judged`


def most_confident_mistakes(texts: Sequence[str], judged: Judged) -> list[Mistake]:
    """Return at most 20 misclassified reviews, the most confident predictions first.

    Args:
        texts: raw reviews.
        judged: their labels and predictions.
    """
    wrong = np.flatnonzero(~judged.right)
    worst = wrong[np.argsort(-judged.confidence[wrong], kind="stable")]
    return [
        Mistake(
            text=excerpt(texts[row]),
            label=judged.names[judged.labels[row]],
            judged=judged.names[judged.verdicts[row]],
            probability=float(judged.confidence[row]),
        )
        for row in worst[:SHOWN_MISTAKES]
    ]


def excerpt(text: str) -> str:
    """Return the beginning of a review without characters that could affect the page.

    Line break tags become line breaks and all kinds of blanks become spaces. Invisible characters
    with an effect (controls, changes of direction, lone surrogates) become U+FFFD.
    """
    lines = (line.strip() for line in LINE_BREAK.sub("\n", text).split("\n"))
    text = "\n".join(line for line in lines if line)
    shown = "".join(_visible(sign) for sign in text[:SHOWN_CHARACTERS])
    return shown + ELLIPSIS if len(text) > SHOWN_CHARACTERS else shown


def _visible(sign: str) -> str:
    if sign.isprintable() or sign == "\n" or sign in JOINERS:
        return sign
    if sign == "\t" or unicodedata.category(sign) == "Zs":
        return " "
    return "\N{REPLACEMENT CHARACTER}"
