"""Training jobs by name: find, start, join and stop them.

The name contains a hash of the job's inputs, so no state is kept between calls.
"""

import re
from collections.abc import Mapping
from functools import partial
from typing import Any

from botocore.exceptions import ClientError

from eventual_consistency import CLOCK, Clock, repeat, wait_for
from training_job import artifact
from training_job.regions import refuse_other_regions
from training_job.request import TrainingRequest

RUNNING = {"InProgress", "Stopping"}
IN_USE = "ResourceInUse"
# Beginning of SageMaker's refusal of a dataset that it does not find
NO_DATA = "No S3 objects found under S3 URL"
MOST_ATTEMPTS = 50
# Time within which SageMaker describes a new job
VISIBLE_SECONDS = 60.0
PAUSE_SECONDS = 5.0
# https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTrainingJob.html
NAME = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}")

Job = Mapping[str, Any]


class TooManyAttemptsError(Exception):
    """Every attempt at a training job has failed."""


def describe(sagemaker: Any, name: str) -> Job | None:
    """Return the job, or None when it does not exist."""
    if not NAME.fullmatch(name):
        return None
    try:
        job: Job = sagemaker.describe_training_job(TrainingJobName=name)
    except ClientError as error:
        if _is_missing(error):
            return None
        raise
    return job


def describe_new(sagemaker: Any, name: str, clock: Clock = CLOCK) -> Job | None:
    """Return the job, or None when SageMaker still does not know it after a while."""
    wait_for(
        lambda: repeat(partial(describe, sagemaker, name), clock) is not None,
        seconds=VISIBLE_SECONDS, pause=PAUSE_SECONDS, clock=clock,
    )  # fmt: skip
    return describe(sagemaker, name)


def find_or_start(
    sagemaker: Any, s3: Any, request: TrainingRequest, *, clock: Clock = CLOCK
) -> str:
    """Return the name of a finished, running or new job for the request.

    An attempt that failed or stopped, or whose artifact is gone, is followed by another attempt.

    Raises:
        TooManyAttemptsError: when no attempt is left.
        OtherRegionError: when a dataset is in another region.
    """
    for number in range(1, MOST_ATTEMPTS + 1):
        name = request.attempt(number)
        # The first request with what may be a new permission
        job = repeat(partial(describe, sagemaker, name), clock)
        if job is None:
            _start(sagemaker, s3, request, name, clock)
            return name
        if job["TrainingJobStatus"] == "InProgress":
            _tag(sagemaker, request, job)
            return name
        if job["TrainingJobStatus"] == "Completed" and artifact.exists(s3, artifact_of(job)):
            artifact.restore(s3, artifact_of(job))
            _tag(sagemaker, request, job)
            return name
    raise TooManyAttemptsError(
        f"Training job {request.job_name} failed {MOST_ATTEMPTS} times; change its inputs"
    )


def artifact_of(job: Job) -> str:
    """Return the S3 URI of the job's model.tar.gz."""
    return str(job["ModelArtifacts"]["S3ModelArtifacts"])


def abandon(sagemaker: Any, s3: Any, name: str) -> None:
    """Stop the job if it is running, otherwise retire its artifact."""
    job = describe(sagemaker, name)
    if job is None:
        return
    if job["TrainingJobStatus"] == "InProgress":
        sagemaker.stop_training_job(TrainingJobName=name)
    elif job["TrainingJobStatus"] == "Completed":
        artifact.retire(s3, artifact_of(job))


def running(sagemaker: Any, request: TrainingRequest) -> list[str]:
    """Return the names of the request's attempts that have not ended."""
    found = []
    for number in range(1, MOST_ATTEMPTS + 1):
        job = describe(sagemaker, request.attempt(number))
        if job is None:
            break
        if job["TrainingJobStatus"] in RUNNING:
            found.append(request.attempt(number))
    return found


def has_ended(sagemaker: Any, name: str) -> bool:
    """Return whether no job of that name is running."""
    job = describe(sagemaker, name)
    return job is None or job["TrainingJobStatus"] not in RUNNING


def _tag(sagemaker: Any, request: TrainingRequest, job: Job) -> None:
    """Give an existing job the request's tags, which may be newer than the job."""
    if request.tags:
        sagemaker.add_tags(ResourceArn=job["TrainingJobArn"], Tags=request.listed_tags)


def _start(sagemaker: Any, s3: Any, request: TrainingRequest, name: str, clock: Clock) -> None:
    def create() -> None:
        try:
            sagemaker.create_training_job(**request.job(name))
        except ClientError as error:
            # The role may not list a new bucket yet, but another region never changes.
            if NO_DATA in str(error):
                refuse_other_regions(s3, request.channels)
            raise

    try:
        repeat(create, clock)
    except ClientError as error:
        # An earlier call has started it, and SageMaker did not describe it yet.
        if error.response["Error"]["Code"] != IN_USE:
            raise


def _is_missing(error: ClientError) -> bool:
    """Return whether the error means a missing job, for which SageMaker has no error code."""
    details = error.response["Error"]
    return details["Code"] == "ResourceNotFound" or (
        details["Code"] == "ValidationException" and "not found" in details["Message"].lower()
    )
