"""One measured value."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Figure:
    """A value in its row's unit.

    Attributes:
        value: the number.
        note: where it was not measured in full, how it came about; else empty.
    """

    value: float
    note: str = ""


Figures = dict[str, Figure]  # row key to figure


def as_json(figures: Mapping[str, Figure]) -> dict[str, Any]:
    """Return the figures as JSON has them."""
    return {key: asdict(figure) for key, figure in figures.items()}


def from_json(content: Mapping[str, Any] | None) -> Figures:
    """Return the figures that `as_json` made this of; none for None."""
    return {key: Figure(**figure) for key, figure in (content or {}).items()}


def sampled(taken: int, total: int) -> str:
    """Return the note of a figure measured on a part of the reviews; empty when it was on all."""
    return "" if taken >= total else f"on {taken:,} of {total:,} reviews"
