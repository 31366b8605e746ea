"""Accuracy and latency, on the terminal and as a self-contained HTML file."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from scripts.evaluate import EvaluationError
from scripts.evaluate.both_ways import BothWays
from scripts.evaluate.confusion import show_confusion
from scripts.evaluate.reviews import Reviews
from scripts.evaluate.run import LISTS, SINGLES, Asked, Reply
from scripts.evaluate.targets import Verdict
from sentiment.datasets import Dataset
from sentiment.evaluation.figures import figures
from sentiment.evaluation.judged import Judged
from sentiment.evaluation.metrics import FEW_ROWS, Metrics, evaluate
from sentiment.evaluation.mistakes import most_confident_mistakes
from sentiment.evaluation.report import render

PERCENTILES = (50, 90, 95, 99, 100)


@dataclass(frozen=True)
class Latency:
    """Latency of all requests of one kind."""

    kind: str  # `lists` or `singles`
    retried: int  # number of requests that needed more than one attempt
    milliseconds: list[float]  # duration of each successful attempt

    @property
    def percentiles(self) -> dict[int, float]:
        """Return percent to milliseconds."""
        values = np.percentile(self.milliseconds, PERCENTILES).tolist()
        return dict(zip(PERCENTILES, values, strict=True))


@dataclass(frozen=True)
class Result:
    """The result of an evaluation."""

    target: str
    version: str
    reviews: str
    texts: list[str]  # the reviews with a verdict
    judged: Judged
    metrics: Metrics
    latencies: list[Latency]
    refused: dict[str, int]  # error code to number of reviews
    both_ways: BothWays  # the verdicts on reviews sent both in a list and on their own
    trained: float | None  # accuracy that the training measured on the same reviews


def summarize(
    target: str,
    reviews: Reviews,
    replies: Mapping[Asked, Reply],
    *,
    trained: float | None = None,
) -> Result:
    """Compute accuracy and latency.

    Raises:
        EvaluationError: when no review has a verdict, or more than one model answered.
    """
    verdicts, singles = _verdicts(LISTS, replies), _verdicts(SINGLES, replies)
    found = {i: one for i, one in sorted(verdicts.items()) if not isinstance(one, str)}
    if not found:
        raise EvaluationError(f"{target}: all reviews were refused")
    versions = sorted({reply.version for reply in replies.values() if reply.version})
    if len(versions) > 1:
        raise EvaluationError(f"{target}: several models answered: {', '.join(versions)}")
    dataset = reviews.dataset.take(found)
    judged = _judged(target, dataset, list(found.values()))
    return Result(
        target=target,
        version="".join(versions),
        reviews=reviews.name,
        texts=dataset.texts,
        judged=judged,
        metrics=evaluate(judged),
        latencies=[_latency(kind, replies) for kind in dict.fromkeys(kind for kind, _ in replies)],
        refused=dict(Counter(one for one in verdicts.values() if isinstance(one, str))),
        both_ways=BothWays.of(verdicts, singles),
        trained=trained,
    )


def _judged(target: str, dataset: Dataset, verdicts: list[Mapping[str, float]]) -> Judged:
    """Return the verdicts with the labels of the reviews.

    Raises:
        EvaluationError: when the model does not have one of the labels.
    """
    names = list(verdicts[0])
    unknown = set(dataset.names) - set(names)
    if unknown:
        raise EvaluationError(
            f"{target}: the reviews have the label {min(unknown)!r}; the model's are "
            f"{', '.join(map(repr, names))}"
        )
    places = [names.index(name) for name in dataset.names]
    return Judged.of(
        names,
        [places[label] for label in dataset.labels],
        [[one[name] for name in names] for one in verdicts],
    )


def _verdicts(kind: str, replies: Mapping[Asked, Reply]) -> dict[int, Verdict]:
    return {
        index: verdict
        for (of, indices), reply in replies.items()
        if of == kind
        for index, verdict in zip(indices, reply.verdicts, strict=True)
    }


def _latency(kind: str, replies: Mapping[Asked, Reply]) -> Latency:
    found = [reply for (of, _), reply in replies.items() if of == kind]
    return Latency(
        kind, sum(reply.retries > 0 for reply in found), [1000 * reply.seconds for reply in found]
    )


def show(result: Result, console: Console) -> None:
    """Print accuracy, confusion matrix and latency."""
    metrics = result.metrics
    console.print(f"{result.target}, model {result.version}, on {result.reviews}", markup=False)
    console.print(
        f"accuracy={metrics.accuracy:.4f} of {metrics.rows} reviews "
        f"(95 % interval {metrics.accuracy_low:.4f} to {metrics.accuracy_high:.4f})"
    )
    if metrics.balanced_accuracy is not None:
        console.print(
            f"balanced accuracy={metrics.balanced_accuracy:.4f} (95 % interval "
            f"{metrics.balanced_accuracy_low:.4f} to {metrics.balanced_accuracy_high:.4f})"
        )
    if metrics.rows < FEW_ROWS:
        console.print(f"with fewer than {FEW_ROWS} reviews, these are rough estimates")
    if result.trained is not None:
        console.print(f"its training measured {result.trained:.4f} on the same reviews")
    show_confusion(metrics, console)
    latency = Table("", "requests", "retried", title="Latency of a request, ms")
    for percent in PERCENTILES:
        latency.add_column(f"p{percent}", justify="right")
    for one in result.latencies:
        values = (f"{value:.1f}" for value in one.percentiles.values())
        latency.add_row(one.kind, str(len(one.milliseconds)), str(one.retried), *values)
    if result.latencies:
        console.print(latency)
    if result.both_ways.rows:
        console.print(
            f"{result.both_ways.rows} sent both ways, {result.both_ways.labels} differ in label"
        )
    if result.both_ways.largest:
        console.print(f"their probabilities differ by up to {result.both_ways.largest:.4f}")
    for code, count in result.refused.items():
        console.print(f"{count} refused: {code}")


def write_report(file: Path, result: Result) -> None:
    """Write the HTML file, creating its folder if needed."""
    content = render(
        Path(__file__).with_name("report.html.j2"),
        result=result,
        metrics=result.metrics,
        figures=figures(result.metrics, result.texts, result.judged, {}, []),
        mistakes=most_confident_mistakes(result.texts, result.judged),
    )
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(content, "utf-8", errors="replace")
