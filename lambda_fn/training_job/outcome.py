"""Outcome of a training job: its artifact and accuracy, or the reason for its failure."""

import math
import re
from datetime import UTC, datetime, timedelta
from typing import Any

from resource_properties import in_one_line
from training_job import artifact
from training_job.jobs import RUNNING, Job, artifact_of
from training_job.metrics import publish_accuracy
from training_job.request import (
    ACCURACY,
    BALANCED_ACCURACY,
    BALANCED_ACCURACY_LOW,
    LABELS,
    TrainingRequest,
)

METRICS_ARRIVE_WITHIN = timedelta(minutes=3)
NEEDED = (ACCURACY, BALANCED_ACCURACY, BALANCED_ACCURACY_LOW, LABELS)
NO_REASON = "SageMaker gave no reason"
# Meaning of a stopped job's SecondaryStatus; such a job has no FailureReason.
STOPPED_BY = {
    "MaxRuntimeExceeded": "it did not finish within training.max_runtime_seconds",
    "MaxWaitTimeExceeded": "it did not finish within training.max_wait_seconds on spot instances",
}
COMMAND = re.compile(r'\s*\bCommand ".*', re.DOTALL)
KILLED = re.compile(r"\bExitCode (-9|137)\b")
OUT_OF_MEMORY = (
    "killed, probably because it ran out of memory: set training.instance_type to a larger instance"
)


class TrainingFailedError(Exception):
    """A training job that produced no usable model; CloudFormation shows the message."""

    def __init__(self, reason: str) -> None:
        """Cut the reason to what CloudFormation accepts."""
        super().__init__(in_one_line(reason))


def judge(s3: Any, request: TrainingRequest, job: Job) -> dict[str, str] | None:
    """Return the custom resource's attributes, or None while the job runs or lacks its metrics.

    Raises:
        TrainingFailedError: when the job failed or its model is not accurate enough.
    """
    name, status = job["TrainingJobName"], job["TrainingJobStatus"]
    if status in RUNNING:
        return None
    if status != "Completed":
        stopped_by = STOPPED_BY.get(job.get("SecondaryStatus", ""), NO_REASON)
        reason = _in_one_line(job.get("FailureReason") or stopped_by)
        raise TrainingFailedError(f"Training job {name} ended as {status}: {reason}")
    if not artifact.exists(s3, artifact_of(job)):
        raise TrainingFailedError(f"Training job {name} left no artifact at {artifact_of(job)}")
    metrics = _metrics(job)
    missing = [metric for metric in NEEDED if metric not in metrics]
    if missing and _has_just_ended(job):
        return None
    if missing:
        raise TrainingFailedError(f"Training job {name} reported no metric {missing[0]}")
    publish_accuracy(name, metrics[ACCURACY])
    return {
        "TrainingJobName": name,
        "ModelArtifact": artifact_of(job),
        "Accuracy": f"{metrics[ACCURACY]:.4f}",
        "Gate": _pass(name, metrics, request.minimum_accuracy),
    }


def _pass(name: str, metrics: dict[str, float], minimum: float) -> str:
    """Return a sentence on the passed quality gate.

    Raises:
        TrainingFailedError: when the model is not accurate enough.
    """
    balanced, low = metrics[BALANCED_ACCURACY], metrics[BALANCED_ACCURACY_LOW]
    reached = f"reached a balanced accuracy of {balanced:.4f} on held-out reviews"
    if balanced < minimum:
        raise TrainingFailedError(
            f"Training job {name} {reached}, below the minimum of {minimum}; "
            f"its accuracy is {metrics[ACCURACY]:.4f}"
        )
    # A model that always gives the same answer classifies all texts of one label correctly.
    if balanced <= round(1 / max(1, metrics[LABELS]), 4):
        raise TrainingFailedError(
            f"Training job {name} {reached}, no better than a model that always answers the "
            f"commonest label"
        )
    if low < minimum:
        return (
            f"balanced accuracy {balanced:.4f}, but its 95 % interval starts at {low:.4f}, below "
            f"the minimum of {minimum}: other test reviews might fail this model"
        )
    return f"balanced accuracy {balanced:.4f} (95 % interval from {low:.4f})"


def _in_one_line(reason: str) -> str:
    """Return the toolkit's failure report without the command line at its end."""
    text = " ".join(COMMAND.sub("", reason).split())
    return f"{text} ({OUT_OF_MEMORY})" if KILLED.search(text) else text


def _metrics(job: Job) -> dict[str, float]:
    """Return the job's metrics; NaN, which would pass a comparison, is left out."""
    return {
        metric["MetricName"]: float(metric["Value"])
        for metric in job.get("FinalMetricDataList", [])
        if math.isfinite(metric["Value"])
    }


def _has_just_ended(job: Job) -> bool:
    """Return whether SageMaker may still add the metrics, which it reads from the job's log."""
    ended = job.get("TrainingEndTime")
    return ended is not None and datetime.now(UTC) - ended < METRICS_ARRIVE_WITHIN
