"""The evaluation as one HTML file that needs nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from scripts.evaluate.result import Latency, Result
from sentiment.evaluation.drawing import ACCENT, OTHER, new_figure, styled, svg
from sentiment.evaluation.figures import ReportFigure, figures
from sentiment.evaluation.mistakes import most_confident_mistakes

TEMPLATE = "report.html.j2"


@dataclass(frozen=True)
class Page:
    """What is reported.

    Attributes:
        result: what was measured.
        reviews: what it was measured with, in words.
        trained: the accuracy that the training measured on the very same reviews, where it did.
    """

    result: Result
    reviews: str
    trained: float | None


def write_report(file: Path, page: Page) -> None:
    """Write the report, with the figures of a training's report; its folder is made."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    result = page.result
    labels, probabilities = np.array(result.labels), np.array(result.probabilities)
    drawn = figures(result.metrics, result.texts, labels, probabilities, [])
    file.parent.mkdir(parents=True, exist_ok=True)
    content = environment.get_template(TEMPLATE).render(
        result=result,
        page=page,
        metrics=result.metrics,
        figures=[_latency(result.latencies), *drawn],
        mistakes=most_confident_mistakes(result.texts, labels, probabilities),
    )
    file.write_text(content, "utf-8", errors="replace")


def _latency(latencies: Sequence[Latency]) -> ReportFigure:
    words = (
        f"half of the {one.kind} within {one.percentiles[50]:.0f}, 99 of 100 within "
        f"{one.percentiles[99]:.0f}"
        for one in latencies
    )
    return ReportFigure(
        "Latency",
        "Share of the requests that were answered within so many milliseconds; lists are dashed.",
        f"Milliseconds: {'; '.join(words)}.",
        _shares(latencies),
    )


@styled()
def _shares(latencies: Sequence[Latency]) -> str:
    figure = new_figure()
    axes = figure.add_subplot()
    for one in latencies:
        many = one.kind == "lists"
        axes.ecdf(
            one.milliseconds, color=OTHER if many else ACCENT, linestyle="--" if many else "-"
        )
    axes.set(xlabel="milliseconds", ylabel="share of the requests", xscale="log")
    return svg(figure, "latency")
