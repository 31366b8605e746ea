"""Outcome of a training job: its artifact and accuracy, or the reason for its failure."""

import math
import re
from datetime import UTC, datetime, timedelta
from typing import Any

from training_job import artifact
from training_job.jobs import RUNNING, Job, artifact_of
from training_job.metrics import publish_accuracy
from training_job.request import ACCURACY_METRIC, TrainingRequest

METRICS_ARRIVE_WITHIN = timedelta(minutes=3)
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
    accuracy = _accuracy(job)
    if accuracy is None and _has_just_ended(job):
        return None
    if accuracy is None:
        raise TrainingFailedError(f"Training job {name} reported no metric {ACCURACY_METRIC}")
    publish_accuracy(name, accuracy)
    if accuracy < request.minimum_accuracy:
        raise TrainingFailedError(
            f"Training job {name} reached a held-out accuracy of {accuracy:.4f}, "
            f"below the minimum of {request.minimum_accuracy}"
        )
    return {
        "TrainingJobName": name,
        "ModelArtifact": artifact_of(job),
        "Accuracy": f"{accuracy:.4f}",
    }


def _in_one_line(reason: str) -> str:
    """Return the toolkit's failure report without the command line at its end."""
    text = " ".join(COMMAND.sub("", reason).split())
    return f"{text} ({OUT_OF_MEMORY})" if KILLED.search(text) else text


def _accuracy(job: Job) -> float | None:
    for metric in job.get("FinalMetricDataList", []):
        # NaN would pass the comparison with the minimum.
        if metric["MetricName"] == ACCURACY_METRIC and math.isfinite(metric["Value"]):
            return float(metric["Value"])
    return None


def _has_just_ended(job: Job) -> bool:
    """Return whether SageMaker may still add the metrics, which it reads from the job's log."""
    ended = job.get("TrainingEndTime")
    return ended is not None and datetime.now(UTC) - ended < METRICS_ARRIVE_WITHIN
