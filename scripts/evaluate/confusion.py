"""Confusion matrix on the terminal, or its most important cells where it does not fit."""

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from sentiment.evaluation.metrics import Metrics

MOST_CONFUSIONS = 10  # pairs of labels that are listed
UNLIMITED = 1_000_000  # columns of a terminal on which every table fits


def show_confusion(metrics: Metrics, console: Console) -> None:
    """Print the matrix if each cell fits on one line; else recalls and frequent confusions."""
    matrix = _matrix(metrics)
    wide = console.options.update(max_width=UNLIMITED)
    if console.measure(matrix, options=wide).maximum <= console.width:
        console.print(matrix)
    else:
        console.print(_recalls(metrics), _confusions(metrics))


def _matrix(metrics: Metrics) -> Table:
    names = [escape(name) for name in metrics.labels]
    table = Table("", *(f"judged {name}" for name in names), title="Confusion matrix")
    for name, counts in zip(names, metrics.confusion, strict=True):
        table.add_row(f"is {name}", *map(str, counts))
    return table


def _recalls(metrics: Metrics) -> Table:
    table = Table(title="Recall of each label")
    table.add_column("label", overflow="fold")
    for name in ("reviews", "right", "recall"):
        table.add_column(name, justify="right")
    for place, (name, one) in enumerate(metrics.labels.items()):
        recall = "" if one.recall is None else f"{one.recall:.4f}"
        table.add_row(escape(name), str(one.rows), str(metrics.confusion[place][place]), recall)
    return table


def _confusions(metrics: Metrics) -> Table:
    names = [escape(name) for name in metrics.labels]
    found = [
        (count, names[true], names[judged])
        for true, counts in enumerate(metrics.confusion)
        for judged, count in enumerate(counts)
        if count and true != judged
    ]
    shown = sorted(found, key=lambda one: -one[0])[:MOST_CONFUSIONS]
    table = Table(title=f"Most frequent confusions: {len(shown)} of {len(found)}")
    for name in ("is", "judged"):
        table.add_column(name, overflow="fold")
    table.add_column("reviews", justify="right")
    for count, true, judged in shown:
        table.add_row(true, judged, str(count))
    return table
