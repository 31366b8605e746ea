"""Estimate the monthly cost of each environment from its templates and a dated price table."""

import argparse
import sys
from collections.abc import Sequence
from math import isnan

from rich.console import Console
from rich.table import Table

from scripts.cost.estimate import Item, estimate, known
from scripts.cost.prices import Prices
from scripts.cost.usage import ASSUMPTIONS, PREDICTIONS
from scripts.synthesis import (
    UNBUNDLED,
    SynthesisError,
    context,
    environments,
    overrides_in,
    synthesize,
)

CENT = 0.01


def main(given: Sequence[str] | None = None) -> int:
    """Estimate every environment, or the named one.

    Args:
        given: the arguments; by default those of the command line.
    """
    parser = argparse.ArgumentParser(prog="make cost", description=__doc__)
    parser.add_argument("--environment", choices=environments(), action="append")
    parser.add_argument("-c", "--context", action="append", default=[], metavar="KEY=VALUE")
    arguments = parser.parse_args(given)
    overrides = overrides_in(arguments.context)
    prices, console = Prices.read(), Console()
    try:
        synthesized = synthesize(
            arguments.environment or environments(), {**UNBUNDLED, **overrides}
        )
    except SynthesisError as error:
        print(error, file=sys.stderr)
        return 1
    for environment, templates in synthesized.items():
        region = overrides.get("region") or context("")["environments"][environment]["region"]
        items = estimate(templates, prices)
        console.print(_table(environment, items))
        for line in _unknown(items, region, prices):
            console.print(f"Unknown: {line}", highlight=False)
    console.print(
        f"US dollars a month, list prices of {prices.region} as of {prices.as_of}, from "
        "scripts/cost/prices.toml.",
        ASSUMPTIONS,
        sep="\n",
        highlight=False,
    )
    return 0


def _table(environment: str, items: list[Item]) -> Table:
    table = Table(title=environment, title_justify="left")
    table.add_column("predictions a month")
    for predictions in PREDICTIONS:
        table.add_column(f"{predictions:,}", justify="right")
    monthly = [item for item in items if item.once == 0]
    for item in monthly:
        table.add_row(item.name, *(_dollars(item.at(count)) for count in PREDICTIONS))
    table.add_section()
    more = " + ?" if any(isnan(item.at(0)) for item in monthly) else ""
    table.add_row("total", *(_dollars(known(monthly, count)) + more for count in PREDICTIONS))
    for item in items:
        if item.once != 0:
            table.add_section()
            table.add_row(f"{item.name}, each", _dollars(item.once))
    return table


def _dollars(amount: float) -> str:
    if isnan(amount):
        return "?"
    return "< 0.01" if 0 < amount < CENT else f"{amount:,.2f}"


def _unknown(items: list[Item], region: str, prices: Prices) -> list[str]:
    """Return the missing prices, one text each."""
    missing = [f"the price of {item.name}" for item in items if isnan(item.at(0) + item.once)]
    if region != prices.region:
        missing.append(f"the prices of {region}; these are the prices of {prices.region}")
    return missing


if __name__ == "__main__":
    sys.exit(main())
