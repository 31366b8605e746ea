"""Lambda handlers of the custom resources that test models, and of the probe."""

import os
from functools import cache
from typing import Any

import boto3
from botocore.config import Config

from eventual_consistency import CLOCK
from resource_properties import optional_text, optional_texts, percent, seconds, share, text
from trial.candidate import Candidate, remove, settle
from trial.probe import probe_update
from trial.smoke_test import Expected, check_answers, check_config

SMOKE_TEST = "Custom::SmokeTest"
# An invocation takes up to 60 s; the test has its own retries.
PATIENT = Config(read_timeout=70, retries={"total_max_attempts": 1})
# TorchServe keeps callers of a model that does not load waiting. The probe must give up on both
# of its requests while there is time left to report it.
PROMPT = Config(connect_timeout=2, read_timeout=7, retries={"total_max_attempts": 1})


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


def is_complete(event: dict[str, Any], _context: object) -> dict[str, bool]:
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
    ended = settle(_client("sagemaker"), candidate, lambda: _check(endpoint, properties), CLOCK)
    return {"IsComplete": ended}


def on_schedule(_event: dict[str, Any], context: Any) -> dict[str, int]:
    """Send known reviews while the endpoint is being updated; do nothing otherwise."""
    failed = probe_update(
        lambda service: _client(service, PROMPT),
        os.environ["ENDPOINT_NAME"],
        os.environ["METRICS_NAMESPACE"],
        lambda: context.get_remaining_time_in_millis() / 1000,
    )
    return {"failed": failed}


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
