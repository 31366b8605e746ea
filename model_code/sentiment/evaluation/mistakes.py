"""The mistakes that a model is most sure of, as text that can be shown safely."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sentiment.evaluation.metrics import THRESHOLD

SHOWN_MISTAKES = 20
SHOWN_CHARACTERS = 420
ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"
LINE_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
JOINERS = "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}"  # in many scripts and in emoji


@dataclass(frozen=True)
class Mistake:
    """A review that was judged wrong, as the report shows it.

    Attributes:
        text: its beginning.
        label: what it is, `positive` or `negative`.
        judged: what it was taken for.
        probability: P(positive) that it was given.
    """

    text: str
    label: str
    judged: str
    probability: float


def most_confident_mistakes(
    texts: Sequence[str], labels: NDArray[np.int64], probabilities: NDArray[np.float64]
) -> list[Mistake]:
    """Return at most 20 reviews that were judged wrong, the most confident verdicts first.

    Args:
        texts: raw reviews.
        labels: what they are, 1 or 0, shape (reviews,).
        probabilities: P(positive) that they are given, shape (reviews,).
    """
    judged, truth = probabilities >= THRESHOLD, labels == 1
    wrong = np.flatnonzero(judged != truth)
    worst = wrong[np.argsort(-np.abs(probabilities[wrong] - THRESHOLD), kind="stable")]
    names = ("negative", "positive")
    return [
        Mistake(
            text=excerpt(texts[row]),
            label=names[int(truth[row])],
            judged=names[int(judged[row])],
            probability=float(probabilities[row]),
        )
        for row in worst[:SHOWN_MISTAKES]
    ]


def excerpt(text: str) -> str:
    """Return the beginning of a review, with nothing in it that could disturb what is around it.

    Tags for line breaks become line breaks, blanks of all kinds become spaces. Characters that
    cannot be seen but act (controls, changes of the writing direction, lone surrogates) become
    U+FFFD.
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
