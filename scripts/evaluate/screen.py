"""The evaluation on the terminal."""

from rich.console import Console
from rich.table import Table

from scripts.evaluate.report import Page
from scripts.evaluate.result import Latency
from sentiment.evaluation.metrics import Metrics


def show(page: Page, console: Console) -> None:
    """Print accuracy, confusion matrix and latency."""
    result = page.result
    metrics = result.metrics
    console.print(f"{result.target}, model {result.version}, on {page.reviews}")
    console.print(
        f"accuracy={metrics.accuracy:.4f} of {metrics.rows} reviews "
        f"(95 % interval {metrics.accuracy_low:.4f} to {metrics.accuracy_high:.4f})"
    )
    if page.trained is not None:
        console.print(f"its training measured {page.trained:.4f} on the same reviews")
    console.print(_confusion(metrics))
    console.print(_latencies(result.latencies))
    if result.compared:
        console.print(f"{result.compared} sent in both ways, {result.differing} differ")
    for code, count in result.refused.items():
        console.print(f"{count} refused: {code}")


def _confusion(metrics: Metrics) -> Table:
    table = Table("", "judged positive", "judged negative", title="Confusion matrix")
    table.add_row("is positive", str(metrics.true_positives), str(metrics.false_negatives))
    table.add_row("is negative", str(metrics.false_positives), str(metrics.true_negatives))
    return table


def _latencies(latencies: list[Latency]) -> Table:
    table = Table("", "requests", "retried", title="Latency of a request, ms")
    for percent in latencies[0].percentiles:
        table.add_column(f"p{percent}", justify="right")
    for one in latencies:
        figures = (f"{value:.1f}" for value in one.percentiles.values())
        table.add_row(one.kind, str(len(one.milliseconds)), str(one.retried), *figures)
    return table
