"""Lambda handlers of the TrainingJob custom resource, called by CDK's provider framework.

The framework sends Create, Update and Delete to `on_event`, then polls `is_complete`. The physical
id is the job's name: a new job replaces the old resource, which CloudFormation then deletes.
Source: https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.custom_resources-readme.html
"""

from functools import cache
from typing import Any

import boto3

from eventual_consistency import CLOCK
from resource_properties import PropertyError
from training_job import jobs
from training_job.outcome import TrainingFailedError, judge
from training_job.request import TrainingRequest


def on_event(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Start the operation that CloudFormation requests.

    Raises:
        PropertyError: naming the property that is missing or wrong.
        OtherRegionError: when a dataset is in another region.
    """
    if event["RequestType"] == "Delete":
        for name in _jobs_of(event):
            jobs.abandon(_client("sagemaker"), _client("s3"), name)
        return {}
    request = TrainingRequest.from_properties(event["ResourceProperties"])
    for name in _cut_off(event, request):
        jobs.abandon(_client("sagemaker"), _client("s3"), name)
    name = jobs.find_or_start(_client("sagemaker"), _client("s3"), request)
    return {"PhysicalResourceId": name}


def is_complete(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Return whether the operation is complete, with the resource's attributes.

    Raises:
        TrainingFailedError: with the reason for CloudFormation to show.
    """
    name = event["PhysicalResourceId"]
    if event["RequestType"] == "Delete":
        # A job that is still stopping could write to a bucket that is being emptied.
        ended = (jobs.has_ended(_client("sagemaker"), one) for one in _jobs_of(event))
        return {"IsComplete": all(ended)}
    job = jobs.describe_new(_client("sagemaker"), name, CLOCK)
    if job is None:
        raise TrainingFailedError(f"Training job {name} no longer exists")
    request = TrainingRequest.from_properties(event["ResourceProperties"])
    attributes = judge(_client("s3"), request, job)
    return {"IsComplete": False} if attributes is None else {"IsComplete": True, "Data": attributes}


def _jobs_of(event: dict[str, Any]) -> list[str]:
    """Return the names of the jobs of a deleted resource.

    An interrupted creation returned no name to CloudFormation, which then sends a generated id.
    """
    name = str(event["PhysicalResourceId"])
    if jobs.describe(_client("sagemaker"), name) is not None:
        return [name]
    request = _accepted(event["ResourceProperties"])
    return jobs.running(_client("sagemaker"), request) if request else []


def _cut_off(event: dict[str, Any], request: TrainingRequest) -> list[str]:
    """Return the names of the jobs that still run for an update that is being rolled back.

    CloudFormation sends a second update, whose old properties are those of the first.
    """
    old = _accepted(event.get("OldResourceProperties", {}))
    if old is None or old.job_name == request.job_name:
        return []
    return jobs.running(_client("sagemaker"), old)


def _accepted(properties: dict[str, Any]) -> TrainingRequest | None:
    """Return the request of an earlier event, or None when that event was refused.

    A refused event started no job and must not block a rollback or a deletion.
    """
    try:
        return TrainingRequest.from_properties(properties)
    except PropertyError:
        return None


@cache
def _client(service: str) -> Any:
    return boto3.client(service)
