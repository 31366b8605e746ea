"""Measured figures, the rows of the table that they belong to, and their ratios."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """A measured value.

    Attributes:
        value: the number, in its row's unit.
        note: explanation of a value not measured in full; else empty.
    """

    value: float
    note: str = ""


Figures = dict[str, Figure]  # row key to figure


@dataclass(frozen=True)
class Row:
    """A row of the table.

    Attributes:
        key: its name in the JSON files.
        title: its name in the table.
        unit: unit of its values; empty for a share.
        higher_is_better: whether higher values are better.
        decimals: number of decimals shown; None for three significant digits.
    """

    key: str
    title: str
    unit: str
    higher_is_better: bool = False
    decimals: int | None = None


ROWS = (
    Row("cleaning", "Notebook's cleaning", "reviews/s", higher_is_better=True),
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


def ratios(ours: Figures, other: Figures) -> dict[str, float]:
    """Return how many times better our model is, for every row with both figures."""
    found = {}
    for row in ROWS:
        if row.key in ours and row.key in other:
            better, worse = ours[row.key].value, other[row.key].value
            if not row.higher_is_better:
                better, worse = worse, better
            if worse:
                found[row.key] = better / worse
    return found


def with_errors(accuracy: float, note: str = "") -> Figures:
    """Return the figures for an accuracy and for the share of wrong verdicts."""
    return {"accuracy": Figure(accuracy, note), "errors": Figure((1 - accuracy) * 100, note)}
