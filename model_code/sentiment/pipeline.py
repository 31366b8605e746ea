"""Training pipeline: read the reviews, train, calibrate, evaluate and save the artifact."""

import hashlib
import json
import platform
import resource
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import torch

from sentiment import artifact
from sentiment.artifact import Artifact
from sentiment.checkpoint import Checkpoint
from sentiment.classifier import Classifier, Fitted, log_odds
from sentiment.datasets import Dataset, read_feedback
from sentiment.distributed import Ranks
from sentiment.drift import read_baseline
from sentiment.evaluation.calibration import Calibration, fit_calibration
from sentiment.evaluation.judged import Judged
from sentiment.evaluation.metrics import FEW_ROWS, Metrics, evaluate, reliability
from sentiment.evaluation.report import Report, write_report
from sentiment.excerpts import KINDS, excerpts
from sentiment.halves import read_halves
from sentiment.held_out import write_held_out
from sentiment.hyperparameters import Hyperparameters, most_labels
from sentiment.known_reviews import choose_known_reviews
from sentiment.labels import modelled
from sentiment.schema import Schema
from sentiment.split import add_unseen, spread


class DivergedError(RuntimeError):
    """The ranks of one training run ended with different models."""


# Most test reviews whose excerpts are judged for the report. Fewer would measure their own noise:
# 6,000 excerpts with right probabilities have a calibration error of 0.011.
EXCERPTED = 12_500
# Weights of texts in the calibration, by default 1. Reviewers sum up in their last words, as people
# do who type one sentence. With the same log-odds, first words are less often right.
WEIGHTS = {"last 20 words": 2.0}
CALIBRATING = 10_000  # most reviews of a fold that calibrate; more would change nothing
# Metrics at the end of the log, of which the deployment reads the last three
MEASURED = (
    "expected_calibration_error", "balanced_accuracy", "balanced_accuracy_low", "accuracy",
)  # fmt: skip
SOURCE = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Folders:
    """Input and output folders of a training run.

    Attributes:
        training: labelled reviews.
        testing: test reviews; None holds out a share of `training`.
        model: receives the artifact.
        output: receives metrics.json and report.html.
        checkpoints: receives the checkpoint of an interrupted run; None disables it.
        feedback: additional training reviews, never used for testing; None for none.
    """

    training: Path
    testing: Path | None
    model: Path
    output: Path
    checkpoints: Path | None
    feedback: Path | None = None


@dataclass
class Stopwatch:
    """Duration of each phase of training, in order."""

    seconds: dict[str, float] = field(default_factory=dict)
    since: float = field(default_factory=time.monotonic)

    def lap(self, phase: str) -> None:
        """End a phase."""
        now = time.monotonic()
        self.seconds[phase] = round(now - self.since, 3)
        self.since = now


def _say(ranks: Ranks, line: str) -> None:
    if ranks.is_first:
        print(line, flush=True)


def run(
    folders: Folders,
    parameters: Hyperparameters,
    ranks: Ranks,
    job_name: str,
    schema: Schema | None = None,
) -> None:
    """Train on all ranks; the first rank evaluates and writes."""
    torch.manual_seed(parameters.seed)
    torch.use_deterministic_algorithms(mode=True)
    watch = Stopwatch()
    say = partial(_say, ranks)
    train_reviews, test_reviews = read_halves(
        folders.training,
        folders.testing,
        schema or Schema(),
        test_fraction=parameters.test_fraction,
        seed=parameters.seed,
        most_labels=most_labels(parameters.architecture),
        report=say,
    )
    if folders.feedback is not None:
        feedback = read_feedback(folders.feedback, train_reviews.names, report=say)
        train_reviews = add_unseen(train_reviews, feedback, test_reviews)
    hashes = {
        "training": train_reviews.sha256(),
        "testing": test_reviews.sha256(),
        "code": artifact.code_sha256(SOURCE),
    }
    watch.lap("read")
    say(f"reviews: {len(train_reviews.texts)} to train on, {len(test_reviews.texts)} to test on")

    architecture = import_module(f"sentiment.{parameters.architecture}.training")
    fitted: Fitted = architecture.fit(
        train_reviews, parameters, ranks, _checkpoint(folders, parameters, ranks, hashes)
    )
    _agree(fitted.model, ranks)
    watch.lap("train")
    if not ranks.is_first:
        return
    calibrations = _calibrate(fitted.held_out)
    trained = Artifact(fitted.model, calibrations, test_reviews.names, {})
    judged = _judge(trained, test_reviews)
    metrics = evaluate(judged)
    known_reviews = choose_known_reviews(trained, test_reviews.texts, judged)
    sample = spread(test_reviews, EXCERPTED)
    parts = {kind: excerpts(sample, kind) for kind in KINDS}
    short = {kind: _judge(trained, part) for kind, part in parts.items() if part.labels}
    watch.lap("evaluate")

    metadata: dict[str, Any] = {
        "model_version": job_name or f"local-{hashes['code'][:6]}{hashes['training'][:6]}",
        "trained_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "metrics": {"training_rows": len(train_reviews.labels), **metrics.as_dict()},
        "reliability": [asdict(part) for part in reliability(judged)],
        "hyperparameters": parameters.as_dict(),
        "labels": test_reviews.names,
        "calibration": [asdict(one) for one in calibrations],
        "sha256": hashes,
        "versions": {"python": platform.python_version(), "torch": torch.__version__},
        "ranks": ranks.size,
        "known_reviews": known_reviews,
        "quarters": read_baseline(trained, test_reviews.texts),
    }
    artifact.save(replace(trained, metadata=metadata), folders.model)
    artifact.add_serving_code(SOURCE, folders.model, parameters.architecture)
    watch.lap("save")
    write_report(
        folders.output,
        Report(
            metadata=metadata,
            judged=judged,
            short=short,
            texts=test_reviews.texts,
            learning_curve=fitted.learning_curve,
            seconds=watch.seconds,
        ),
    )
    write_held_out(folders.output, train_reviews, test_reviews, parameters.seed)
    watch.lap("report")
    if metrics.rows < FEW_ROWS:
        say(f"warning: with {metrics.rows} test reviews, the accuracy is a rough estimate")
    _print_result(watch, metrics)


def _calibrate(held_out: Sequence[tuple[Classifier, Dataset]]) -> list[Calibration]:
    """Calibrate each label's model on reviews held out from it, and on excerpts for short texts."""
    logits, evidence, labels, weights = [], [], [], []
    for model, fold in held_out:
        reviews = spread(fold, CALIBRATING)
        parts = {"": reviews} | {kind: excerpts(reviews, kind) for kind in KINDS}
        for kind, part in parts.items():
            if part.labels:
                scores = log_odds(model, part.texts)
                logits.append(scores[0])
                evidence.append(scores[1])
                labels += part.labels
                weight = WEIGHTS.get(kind, 1) * min(1, len(reviews.labels) / len(part.labels))
                weights += [weight] * len(part.labels)
    scored, read = np.concatenate(logits), np.concatenate(evidence)
    return [
        fit_calibration(scored[:, place], read[:, place], np.array(labels) == label, weights)
        for place, label in enumerate(modelled(held_out[0][1].names))
    ]


def _agree(model: Classifier, ranks: Ranks) -> None:
    """Check that all ranks have ended with the same model, bit for bit.

    Raises:
        DivergedError: when they have not; the artifact would depend on the rank that saves it.
    """
    digest = hashlib.sha256()
    with TemporaryDirectory() as folder:
        model.save(Path(folder))
        for file in sorted(Path(folder).iterdir()):
            digest.update(file.read_bytes())
    print(f"rank={ranks.rank} model_sha256={digest.hexdigest()}", flush=True)
    if len(set(ranks.gather(digest.hexdigest()))) > 1:
        raise DivergedError("the ranks ended with different models")


def _checkpoint(
    folders: Folders, parameters: Hyperparameters, ranks: Ranks, hashes: dict[str, str]
) -> Checkpoint:
    inputs = json.dumps([hashes, parameters.as_dict(), ranks.size], sort_keys=True)
    training = hashlib.sha256(inputs.encode()).hexdigest()
    return Checkpoint(folders.checkpoints, training, writes=ranks.is_first)


def _judge(trained: Artifact, reviews: Dataset) -> Judged:
    """Classify reviews as the endpoint does."""
    probabilities = trained.judge(reviews.texts).probabilities
    return Judged.of(reviews.names, reviews.labels, probabilities)


def _print_result(watch: Stopwatch, metrics: Metrics) -> None:
    phases = ", ".join(f"{phase} {seconds:.1f}" for phase, seconds in watch.seconds.items())
    # Linux counts in units of 1,024 bytes.
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9
    print(
        f"finished in {sum(watch.seconds.values()):.1f} s ({phases}), peak memory {memory:.2f} GB",
        flush=True,
    )
    print(f"test_labels={len(metrics.labels)}", flush=True)
    figures = metrics.as_dict()
    for name in MEASURED:
        print(f"test_{name}={figures[name]:.4f}", flush=True)
