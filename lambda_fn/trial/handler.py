"""Lambda handlers of the custom resources that test models, and of the probe."""

import os
from collections.abc import Callable
from functools import cache
from typing import Any

import boto3
from botocore.config import Config

from eventual_consistency import CLOCK
from resource_properties import optional_text, optional_texts, percent, seconds, share, text
from trial.candidate import Candidate, remove, settle
from trial.challenger import Artifacts, Rule, challenge
from trial.probe import probe_update
from trial.smoke_test import Expected, ask, check_answers, check_config

SMOKE_TEST = "Custom::SmokeTest"
# An invocation takes up to 60 s; the test has its own retries.
PATIENT = Config(read_timeout=70, retries={"total_max_attempts": 1})
# TorchServe keeps callers of a model that does not load waiting. The probe must give up on both
# of its requests while there is time left to report it.
PROMPT = Config(connect_timeout=2, read_timeout=7, retries={"total_max_attempts": 1})
NOT_COMPARED = "not compared with another model"


def on_event(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Test the serving endpoint on Create and Update of a `Custom::SmokeTest`.

    Raises:
        PropertyError: naming the property that is missing or wrong.
        FailedTestError: with the reason for CloudFormation to show.
    """
    if event["RequestType"] == "Delete":
        return {}
    properties = event["ResourceProperties"]
    endpoint = text(properties, "EndpointName")
    if event["ResourceType"] == SMOKE_TEST:
        check_config(
            _client("sagemaker"),
            endpoint,
            text(properties, "EndpointConfigName"),
            capture_percent=percent(properties, "CapturePercent"),
            clock=CLOCK,
        )
        _check(endpoint, properties)
    return {"PhysicalResourceId": f"smoke-test-of-{endpoint}"}


def is_complete(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Advance the trial of a `Custom::Candidate`; a `Custom::SmokeTest` is already complete.

    Raises:
        PropertyError: naming the property that is missing or wrong.
        FailedTestError: with the reason for CloudFormation to show.
    """
    if event["ResourceType"] == SMOKE_TEST:
        return {"IsComplete": True}
    properties = event["ResourceProperties"]
    endpoint = text(properties, "EndpointName")
    if event["RequestType"] == "Delete":
        return {"IsComplete": remove(_client("sagemaker"), endpoint)}
    candidate = Candidate(
        endpoint,
        config=text(properties, "EndpointConfigName"),
        serving=text(properties, "ServingEndpointName"),
        gated="ModelVersion" in properties,
        tags=optional_texts(properties, "Tags"),
    )
    found = [NOT_COMPARED]

    def check() -> None:
        _check(endpoint, properties)
        if "Challenger" in properties and not _rolls_back(event["StackId"]):
            found.append(_challenge(candidate, properties))

    if not settle(_client("sagemaker"), candidate, check, CLOCK):
        return {"IsComplete": False}
    return {"IsComplete": True, "Data": {"Comparison": found[-1]}}


def on_schedule(_event: dict[str, Any], context: Any) -> dict[str, int]:
    """Send known reviews while the endpoint is being updated; do nothing otherwise."""
    failed = probe_update(
        lambda service: _client(service, PROMPT),
        os.environ["ENDPOINT_NAME"],
        os.environ["METRICS_NAMESPACE"],
        lambda: context.get_remaining_time_in_millis() / 1000,
    )
    return {"failed": failed}


def _rolls_back(stack: str) -> bool:
    """Return whether CloudFormation returns to the previous model, which nothing may prevent."""
    (found,) = _client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
    return "ROLLBACK" in found["StackStatus"]


def _challenge(candidate: Candidate, properties: dict[str, Any]) -> str:
    """Compare the candidate with the serving model."""
    artifacts = Artifacts(
        _client("s3"), text(properties, "ArtifactBucket"), text(properties, "ArtifactFolder")
    )
    rule = Rule(text(properties, "Challenger"), text(properties, "Incomparable"))
    patience = seconds(properties, "PatienceSeconds")

    def asking(endpoint: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
        runtime = _client("sagemaker-runtime")
        return lambda content: ask(
            runtime, endpoint, content, clock=CLOCK, deadline=CLOCK.now() + patience
        )

    return challenge(artifacts, rule, asking(candidate.serving), asking(candidate.name))


def _check(endpoint: str, properties: dict[str, Any]) -> None:
    check_answers(
        _client("sagemaker-runtime"),
        endpoint,
        Expected(
            optional_text(properties, "ModelVersion"),
            share(properties, "MinimumAccuracy"),
            films="TrainedOnFilms" in properties,
        ),
        patience_seconds=seconds(properties, "PatienceSeconds"),
        clock=CLOCK,
    )


@cache
def _client(service: str, config: Config = PATIENT) -> Any:
    return boto3.client(service, config=config)
