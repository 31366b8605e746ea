"""Training report: metrics.json and report.html."""

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from sentiment.evaluation.figures import figures
from sentiment.evaluation.glossary import LABEL_NAMES, NAMES
from sentiment.evaluation.judged import Judged
from sentiment.evaluation.metrics import FEW_ROWS, Metrics, evaluate
from sentiment.evaluation.mistakes import most_confident_mistakes

METRICS = "metrics.json"
HTML = "report.html"


@dataclass(frozen=True)
class Report:
    """Content of a report.

    Attributes:
        metadata: content of metadata.json.
        judged: labels and predictions of the test reviews.
        short: the same of excerpts of the test reviews, by kind.
        texts: the raw test reviews.
        learning_curve: measurements during training, each with its `step`.
        seconds: duration of each phase of training.
    """

    metadata: dict[str, Any]
    judged: Judged
    short: dict[str, Judged]
    texts: list[str]
    learning_curve: list[dict[str, float]]
    seconds: dict[str, float]


def write_report(folder: Path, report: Report) -> None:
    """Write both files; the same report gives the same bytes.

    Args:
        folder: target folder, created if it is missing.
        report: content to write. metrics.json has no text of a review, report.html only the
            beginnings of the most confident mistakes.
    """
    metrics = evaluate(report.judged)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / METRICS).write_text(_json(report, metrics), "utf-8")
    (folder / HTML).write_text(_html(report, metrics), "utf-8", errors="replace")


def _json(report: Report, metrics: Metrics) -> str:
    content = {
        **{name: report.metadata[name] for name in ("model_version", "hyperparameters", "sha256")},
        **report.metadata["metrics"],
        **metrics.as_dict(),
        "excerpts": {kind: _short(part) for kind, part in report.short.items()},
        "learning_curve": report.learning_curve,
        "seconds": report.seconds,
    }
    return json.dumps(_without_nan(content), indent=1, allow_nan=False) + "\n"


def _short(judged: Judged) -> dict[str, float]:
    metrics = evaluate(judged)
    return {
        "rows": metrics.rows,
        "accuracy": metrics.accuracy,
        "expected_calibration_error": metrics.expected_calibration_error,
    }


def _without_nan(value: Any) -> Any:
    """Return the value with None in place of NaN and infinity, which JSON does not have."""
    if isinstance(value, dict):
        return {name: _without_nan(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_without_nan(part) for part in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _html(report: Report, metrics: Metrics) -> str:
    return render(
        Path(__file__).with_name("report.html.j2"),
        report=report,
        metrics=metrics,
        names=NAMES,
        label_names=LABEL_NAMES,
        few=FEW_ROWS,
        figures=figures(metrics, report.texts, report.judged, report.short, report.learning_curve),
        mistakes=most_confident_mistakes(report.texts, report.judged),
    )


def render(template: Path, **content: Any) -> str:
    """Return a page with the content, all of it escaped."""
    environment = Environment(
        loader=FileSystemLoader(template.parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(template.name).render(content)
