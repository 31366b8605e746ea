"""The outcome of a deployment: stack statuses, endpoint, training jobs and failure reason."""

import re

from tests.support.deployment import Deployment
from tests.support.waiting import until

SECTION = "Deployments that go wrong"
MODEL = "sentiment-dev-model"
STACKS = [f"sentiment-dev-{name}" for name in ("storage", "model", "web")]
SETTLED = {"CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"}
# Matches the stacks' progress, not CDK's summary, which repeats the failures.
FAILED_RESOURCE = re.compile(r" \d+/\d+ [A-Z_]+_FAILED ")


def the_reason(shown: str) -> str:
    """Return the one failure in the output of `cdk deploy` that caused the others."""
    failures = [line for line in shown.splitlines() if FAILED_RESOURCE.search(line)]
    own = [line for line in failures if "cancelled" not in line]
    assert len(own) == 1, shown
    return own[0]


def until_settled(deployment: Deployment, stack: str) -> None:
    """Wait until a stack has settled."""
    until(lambda: not statuses(deployment)[stack].endswith("IN_PROGRESS"))


def serving(deployment: Deployment) -> tuple[str, str]:
    """Return the status and configuration of the only endpoint."""
    sagemaker = deployment.client("sagemaker")
    (endpoint,) = sagemaker.list_endpoints()["Endpoints"]
    assert endpoint["EndpointName"] == "sentiment-dev"
    found = sagemaker.describe_endpoint(EndpointName="sentiment-dev")
    return found["EndpointStatus"], found["EndpointConfigName"]


def training_jobs(deployment: Deployment) -> list[str]:
    """Return the names of all training jobs so far."""
    pages = deployment.client("sagemaker").get_paginator("list_training_jobs").paginate()
    return [job["TrainingJobName"] for page in pages for job in page["TrainingJobSummaries"]]


def statuses(deployment: Deployment) -> dict[str, str]:
    """Return the status of each stack."""
    cloudformation = deployment.client("cloudformation")
    return {
        name: cloudformation.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"]
        for name in STACKS
    }
