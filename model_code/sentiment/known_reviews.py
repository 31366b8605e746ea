"""Known reviews: short test reviews with which a deployment tries the model that it serves."""

from collections.abc import Sequence

import numpy as np

from sentiment.artifact import Artifact
from sentiment.checks import can_be_sent
from sentiment.errors import TrainingInputError
from sentiment.evaluation.judged import Judged

PER_LABEL = 2
# Characters and known words of a typical known review; other reviews are chosen if none is typical.
SHORTEST, LONGEST, KNOWN_WORDS = 40, 400, 5
# Least distance between the probabilities of the best and the second best label, so that no
# rounding changes the verdict
CLEAR = 0.1
POOL = 64  # reviews of a label whose words are counted


def choose_known_reviews(
    trained: Artifact, texts: Sequence[str], judged: Judged
) -> list[dict[str, str]]:
    """Return text and label of the short reviews that the model judges best, the last label first.

    Args:
        trained: the model.
        texts: the test reviews.
        judged: their labels and probabilities.

    Raises:
        TrainingInputError: when the model judges reviews of fewer than two labels correctly.
    """
    margins = np.diff(np.sort(judged.probabilities, axis=1)[:, -2:])[:, 0]
    known, missing = [], []
    for label in reversed(range(len(judged.names))):
        rows = np.flatnonzero(judged.right & (judged.labels == label) & (margins >= CLEAR)).tolist()
        right = {texts[row]: margins[row] for row in rows if can_be_sent(texts[row])}
        found = sorted(
            right, key=lambda text: (_excess(text), len(text) < SHORTEST, -right[text], text)
        )
        chosen = _with_known_words(trained, found[:POOL])[:PER_LABEL]
        known += [{"text": text, "label": judged.names[label]} for text in chosen]
        missing += [] if chosen else [label]
    if len(judged.names) - len(missing) < 2:  # noqa: PLR2004 - a constant answer would pass
        count = int((judged.labels == missing[0]).sum())
        raise TrainingInputError(
            f"the model recognizes none of the {count} {judged.names[missing[0]]} test reviews, so "
            "its verdicts are worthless; train it on more reviews, and check that their labels are "
            "right"
        )
    return known


def _excess(text: str) -> int:
    """Return the number of characters by which a text is too long."""
    return max(0, len(text) - LONGEST)


def _with_known_words(trained: Artifact, texts: Sequence[str]) -> list[str]:
    """Return texts with a known word, by excess length; enough known words come first."""
    if not texts:
        return []
    words = dict(zip(texts, trained.judge(texts).known_words.tolist(), strict=True))
    known = [text for text in texts if words[text]]
    return sorted(known, key=lambda text: (_excess(text), words[text] < KNOWN_WORDS))
