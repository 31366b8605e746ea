"""The most confident mistakes of a model, as text that is safe to display."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sentiment.evaluation.metrics import THRESHOLD
from sentiment.schema import SENTIMENTS

SHOWN_MISTAKES = 20
SHOWN_CHARACTERS = 420
ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"
LINE_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
JOINERS = "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}"  # used in many scripts and in emoji


@dataclass(frozen=True)
class Mistake:
    """A misclassified review in the report."""

    text: str
    label: str  # `positive` or `negative`, as `judged`
    judged: str
    probability: float  # P(positive)


def most_confident_mistakes(
    texts: Sequence[str], labels: NDArray[np.int64], probabilities: NDArray[np.float64]
) -> list[Mistake]:
    """Return at most 20 misclassified reviews, the most confident predictions first.

    Args:
        texts: raw reviews.
        labels: their labels, 1 or 0, shape (reviews,).
        probabilities: predicted P(positive), shape (reviews,).
    """
    judged, truth = probabilities >= THRESHOLD, labels == 1
    wrong = np.flatnonzero(judged != truth)
    worst = wrong[np.argsort(-np.abs(probabilities[wrong] - THRESHOLD), kind="stable")]
    return [
        Mistake(
            text=excerpt(texts[row]),
            label=SENTIMENTS[int(truth[row])],
            judged=SENTIMENTS[int(judged[row])],
            probability=float(probabilities[row]),
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
