"""The monthly cost before and after a change, as lines of Markdown."""

from collections.abc import Iterator, Mapping
from math import isnan
from typing import Any

from scripts.cost.estimate import Item, estimate, known
from scripts.cost.prices import Prices
from scripts.cost.usage import PREDICTIONS

CENT = 0.005


def compare(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    """Yield the cost of the templates after a change, and the difference from the cost before."""
    prices = Prices.read()
    old, new = (estimate(templates, prices) for templates in (before, after))
    unknown = _unknown(new)
    yield "\n**cost a month**"
    for count in PREDICTIONS:
        previous, current = known(old, count), known(new, count)
        if _unknown(old) != unknown:
            change = f"from {_dollars(previous, _unknown(old))}; the difference is not known"
        elif abs(current - previous) < CENT:
            change = "the same"
        else:
            change = f"{current - previous:+,.2f}, from {_dollars(previous, unknown)}"
        yield f"- {count:,} predictions: {_dollars(current, unknown)} ({change})"
    for name in sorted(unknown):
        yield f"- not known: the price of {name}"


def _unknown(bill: list[Item]) -> set[str]:
    """Return the items on a bill without a known price."""
    return {item.name for item in bill if isnan(item.at(0))}


def _dollars(amount: float, unknown: set[str]) -> str:
    return f"${amount:,.2f}" + (" + ?" if unknown else "")
