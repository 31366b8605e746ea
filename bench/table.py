"""The results of a benchmark as a table on the terminal."""

from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bench import machine
from bench.figures import ROWS
from bench.subjects import TITLES

WIDTH = 132  # unless the output is a terminal
ESTIMATED = "≈ "
NOTHING = "-"
DECIMALS = {row.key: row.decimals for row in ROWS}


def show(document: dict[str, Any], console: Console | None = None) -> None:
    """Print the machine, the data, the table and its notes."""
    console = console or Console(highlight=False)
    if not console.is_terminal:
        console.width = WIDTH
    data = document["data"]
    console.print()
    console.print(Text(machine.sentence(document["machine"]), style="bold"))
    console.print(
        f"Data: {data['name']}; {data['training']:,} reviews to train on, "
        f"{data['testing']:,} to test on, with {data['labels']} labels"
    )
    console.print(_table(document))
    for note in notes(document):
        console.print(note)


def _table(document: dict[str, Any]) -> Table:
    table = Table()
    table.add_column("")
    names = {name for row in document["rows"] for name in row["figures"]}
    titles = {name: title for name, title in TITLES.items() if name in names}
    for name, title in titles.items():
        table.add_column(title, justify="right")
        if name == document["base"]:
            table.add_column("ratio", justify="right", style="bold")
    for row in document["rows"]:
        cells = []
        for name in titles:
            cells.append(_cell(row, name))
            if name == document["base"]:
                cells.append(NOTHING if row["ratio"] is None else f"{number(row['ratio'])}x")
        unit = f", {row['unit']}" if row["unit"] else ""
        table.add_row(row["title"] + unit, *cells)
    return table


def notes(document: dict[str, Any]) -> list[str]:
    """Return the meaning of the ratio and the note of each figure marked ≈."""
    lines = [f"ratio: how many times better ours is than {TITLES[document['base']]}"]
    for row in document["rows"]:
        lines += [
            f"{ESTIMATED}{TITLES[name]}, {row['title'].lower()}: {figure['note']}"
            for name, figure in row["figures"].items()
            if figure["note"]
        ]
    return lines


def _cell(row: dict[str, Any], name: str) -> str:
    figure = row["figures"].get(name)
    if figure is None:
        return NOTHING
    mark = ESTIMATED if figure["note"] else ""
    return mark + number(figure["value"], DECIMALS.get(row["key"]))


def number(value: float, decimals: int | None = None) -> str:
    """Return a number with these decimals, or with about three significant digits."""
    if decimals is None:
        steps = ((100, 0), (10, 1), (1, 2), (0.1, 3))
        decimals = next((digits for least, digits in steps if abs(value) >= least), 4)
    return f"{value:,.{decimals}f}"
