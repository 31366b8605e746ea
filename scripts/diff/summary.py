"""The summary of a change as lines of Markdown, which read well in a terminal, too."""

from collections.abc import Iterator, Mapping

from scripts.cost.estimate import Item, estimate
from scripts.cost.prices import Prices
from scripts.diff.changes import ADDED, CHANGED, REMOVED, REPLACED, changes
from scripts.diff.grants import grants, refusals
from scripts.diff.snapshots import Template

ORDER = (REPLACED, REMOVED, ADDED, CHANGED)
PREDICTIONS = (0, 1_000, 1_000_000)
CENT = 0.005


def summarize(
    environment: str, before: Mapping[str, Template], after: Mapping[str, Template]
) -> Iterator[str]:
    """Yield what changes in an environment.

    Args:
        environment: its name.
        before: the accepted templates, by stack.
        after: the present ones.
    """
    if before == after:
        yield f"## {environment}: nothing changes"
        return
    yield f"## {environment}"
    yield from _resources(before, after)
    yield from _permissions(before, after)
    yield from _cost(before, after)


def _resources(before: Mapping[str, Template], after: Mapping[str, Template]) -> Iterator[str]:
    found = [
        (stack, change)
        for stack in after
        for change in changes(before.get(stack, {}), after[stack])
    ]
    for kind in ORDER:
        listed = [(stack, change) for stack, change in found if change.kind == kind]
        if listed:
            yield f"\n**{kind}: {len(listed)}**"
        for stack, change in listed:
            properties = f": {', '.join(change.properties)}" if change.properties else ""
            yield f"- {stack} `{change.resource}` ({change.type}){properties}"


def _permissions(before: Mapping[str, Template], after: Mapping[str, Template]) -> Iterator[str]:
    for title, old, new in (
        ("permissions widened", before, after),
        ("permissions narrowed", after, before),
    ):
        more = [
            f"- {stack} {line}"
            for stack in new
            for line in sorted(grants(new[stack]) - grants(old.get(stack, {"Resources": {}})))
        ]
        # What is no longer refused is allowed.
        more += [
            f"- {stack} no longer refused: {line}"
            for stack in old
            for line in sorted(refusals(old[stack]) - refusals(new.get(stack, {"Resources": {}})))
        ]
        if more:
            yield f"\n**{title}: {len(more)}**"
            yield from more


def _cost(before: Mapping[str, Template], after: Mapping[str, Template]) -> Iterator[str]:
    prices = Prices.read()
    old, new = (list(estimate(one, prices)) for one in (before, after))
    unknown = _unknown(new)
    yield "\n**cost a month**"
    for count in PREDICTIONS:
        was, is_ = _total(old, count), _total(new, count)
        if _unknown(old) != unknown:
            moved = f"from {_dollars(was, _unknown(old))}; the difference is not known"
        elif abs(is_ - was) < CENT:
            moved = "the same"
        else:
            moved = f"{is_ - was:+,.2f}, from {_dollars(was, unknown)}"
        yield f"- {count:,} predictions: {_dollars(is_, unknown)} ({moved})"
    for name in sorted(unknown):
        yield f"- not known: the price of {name}"


def _unknown(bill: list[Item]) -> set[str]:
    """Return what is on a bill without a price."""
    return {item.name for item in bill if item.at(0) is None}


def _total(bill: list[Item], predictions: int) -> float:
    """Return what is known of a bill."""
    return sum(item.at(predictions) or 0 for item in bill)


def _dollars(known: float, unknown: set[str]) -> str:
    return f"${known:,.2f}" + (" + ?" if unknown else "")
