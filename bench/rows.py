"""The rows of the table: what is measured, in which unit, and what is better."""

from collections.abc import Mapping
from dataclasses import dataclass

from bench.figure import Figures

OURS = "ours"
NOTEBOOK = "notebook"
TITLES = {
    OURS: "ours",
    NOTEBOOK: "the notebook's algorithm",
    "tfidf": "TF-IDF + logistic regression",
    "fasttext": "fastText bigrams",
}
PEERS = ("tfidf", "fasttext")


@dataclass(frozen=True)
class Row:
    """One thing that is compared.

    Attributes:
        key: its name in the JSON files.
        title: its name in the table.
        unit: the unit of its values, empty for a share.
        higher_is_better: whether more of it is better.
        decimals: digits shown after the point; None shows three significant ones.
    """

    key: str
    title: str
    unit: str
    higher_is_better: bool = False
    decimals: int | None = None


ROWS = (
    Row(
        "cleaning",
        "Notebook's cleaning",
        "reviews/s",
        higher_is_better=True,
    ),
    Row("training_seconds", "Raw reviews to artifact", "s"),
    Row("accuracy", "Test accuracy", "", higher_is_better=True, decimals=4),
    Row("errors", "Wrong verdicts", "%", decimals=2),
    Row("training_memory", "Training, peak memory", "MB"),
    Row("p50", "One review, p50", "ms"),
    Row("p99", "One review, p99", "ms"),
    Row("explained_p50", "Its explanation on top, p50", "ms"),
    Row("explained_p99", "Its explanation on top, p99", "ms"),
    Row("list_rate", "Lists of 512", "reviews/s", higher_is_better=True),
    Row("load_seconds", "Loading the model", "s"),
    Row("serving_memory", "Serving, resident memory", "MB"),
    Row("artifact", "Artifact", "MB"),
)

Results = Mapping[str, Figures]  # subject to its figures


def ratio(row: Row, ours: float, other: float) -> float | None:
    """Return how many times better ours is than the other; None when that is undefined."""
    better, worse = (ours, other) if row.higher_is_better else (other, ours)
    return better / worse if worse else None


def ratios(ours: Figures, other: Figures) -> dict[str, float]:
    """Return the ratio of every row that both have."""
    found = {}
    for row in ROWS:
        if row.key in ours and row.key in other:
            value = ratio(row, ours[row.key].value, other[row.key].value)
            if value is not None:
                found[row.key] = value
    return found
