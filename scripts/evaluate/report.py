"""The evaluation as one HTML file that needs nothing else."""

from pathlib import Path

import numpy as np
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from scripts.evaluate.result import Result
from sentiment.evaluation.figures import figures
from sentiment.evaluation.mistakes import most_confident_mistakes

TEMPLATE = "report.html.j2"


def write_report(file: Path, result: Result) -> None:
    """Write the report, with the figures of a training's report; its folder is made."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    labels, probabilities = np.array(result.labels), np.array(result.probabilities)
    file.parent.mkdir(parents=True, exist_ok=True)
    content = environment.get_template(TEMPLATE).render(
        result=result,
        metrics=result.metrics,
        figures=figures(result.metrics, result.texts, labels, probabilities, []),
        mistakes=most_confident_mistakes(result.texts, labels, probabilities),
    )
    file.write_text(content, "utf-8", errors="replace")
