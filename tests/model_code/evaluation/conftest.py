"""Fixtures of a report with all its parts."""

import numpy as np
import pytest

from sentiment.evaluation.judged import Judged
from sentiment.evaluation.report import Report
from sentiment.schema import SENTIMENTS

SECRET = "the unmistakable words of a reviewer"  # noqa: S105 - part of a review
SCRIPT = "<script>alert(1)</script><img src=https://example.com/x onerror=alert(2)>"
HOSTILE = [
    SCRIPT,
    "</blockquote></li></ol></main></body></html>",
    "{{ 7 * 7 }}{% for %}",
    "\N{RIGHT-TO-LEFT OVERRIDE}evil\N{LEFT-TO-RIGHT ISOLATE}",
    "nul\0 and \x1b[31m and \ud800 lone",
    "\"quoted\" 'quoted' &amp; &lt;",
    "z" * 100_000,
    "",
]


@pytest.fixture(scope="session")
def report() -> Report:
    """Return a report of 2,000 reviews whose most confident mistakes are hostile texts."""
    random = np.random.default_rng(1)
    logits = random.normal(0, 2, 2000)
    labels = (random.random(2000) < 1 / (1 + np.exp(-logits))).astype(np.int64)
    probabilities = np.clip(1 / (1 + np.exp(-logits)), 0.01, 0.99)
    texts = [f"{SECRET} {number} " + "word " * random.integers(1, 300) for number in range(2000)]
    texts[: len(HOSTILE)] = HOSTILE
    labels[: len(HOSTILE)] = 0
    probabilities[: len(HOSTILE)] = 1 - np.arange(len(HOSTILE)) / 1000
    return Report(
        metadata={
            "model_version": "sentiment-dev-<0123>",
            "metrics": {"training_rows": 25_000},
            "hyperparameters": {"architecture": "ngrams", "seed": 1, "smoothing": 1.0},
            "sha256": {"training": "a" * 64, "code": "b" * 64},
        },
        judged=Judged.of(SENTIMENTS, labels, probabilities),
        short={
            "first 20 words": Judged.of(SENTIMENTS, labels, np.clip(probabilities, 0.2, 0.8)),
        },
        texts=texts,
        learning_curve=[
            {"step": 10, "train_loss": 0.4, "validation_accuracy": 0.8},
            {"step": 20, "train_loss": 0.2, "validation_accuracy": 0.9, "seconds": 1.5},
            {"step": 30, "final_train_loss": 0.3},
        ],
        seconds={"read": 1.25, "train": 30.5},
    )
