"""Entry points of the TrainingJob custom resource, called by CDK's provider framework.

The framework sends Create, Update and Delete to `on_event`, then asks `is_complete` repeatedly.
The physical id is the job's name: a new job replaces the old resource, which brings its Delete.
Source: https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.custom_resources-readme.html
"""

from functools import cache
from typing import Any

import boto3

from resource_properties import PropertyError
from training_job import jobs
from training_job.outcome import TrainingFailedError, judge
from training_job.request import TrainingRequest


def on_event(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Begin what CloudFormation asks for.

    Raises:
        PropertyError: naming the property that is missing or wrong.
    """
    if event["RequestType"] == "Delete":
        for name in _jobs_of(event):
            jobs.abandon(_client("sagemaker"), _client("s3"), name)
        return {}
    request = TrainingRequest.from_properties(event["ResourceProperties"])
    for name in _cut_off(event, request):
        jobs.abandon(_client("sagemaker"), _client("s3"), name)
    return {"PhysicalResourceId": jobs.find_or_start(_client("sagemaker"), _client("s3"), request)}


def is_complete(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Tell whether it is done; raise when the training failed.

    Raises:
        TrainingFailedError: with the reason that CloudFormation is to show.
    """
    name = event["PhysicalResourceId"]
    if event["RequestType"] == "Delete":
        # A job that is still stopping would write into a bucket that is being emptied.
        ended = (jobs.has_ended(_client("sagemaker"), one) for one in _jobs_of(event))
        return {"IsComplete": all(ended)}
    job = jobs.describe(_client("sagemaker"), name)
    if job is None:
        raise TrainingFailedError(f"Training job {name} is gone")
    request = TrainingRequest.from_properties(event["ResourceProperties"])
    attributes = judge(_client("s3"), request, job)
    return {"IsComplete": False} if attributes is None else {"IsComplete": True, "Data": attributes}


def _jobs_of(event: dict[str, Any]) -> list[str]:
    """Return the names of the jobs of a resource that is deleted.

    A creation that was cut off has told CloudFormation no name, which then makes up an id.
    """
    name = str(event["PhysicalResourceId"])
    if jobs.describe(_client("sagemaker"), name) is not None:
        return [name]
    request = _accepted(event["ResourceProperties"])
    return jobs.running(_client("sagemaker"), request) if request else []


def _cut_off(event: dict[str, Any], request: TrainingRequest) -> list[str]:
    """Return the names of the jobs that run for an update that is taken back.

    CloudFormation sends another update then, whose old properties are those of the first.
    """
    old = _accepted(event.get("OldResourceProperties", {}))
    if old is None or old.job_name == request.job_name:
        return []
    return jobs.running(_client("sagemaker"), old)


def _accepted(properties: dict[str, Any]) -> TrainingRequest | None:
    """Return the request of an earlier event, or None where that was refused.

    What was refused has started nothing, and shall hinder neither a rollback nor a removal.
    """
    try:
        return TrainingRequest.from_properties(properties)
    except PropertyError:
        return None


@cache
def _client(service: str) -> Any:
    return boto3.client(service)
