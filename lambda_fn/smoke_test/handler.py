"""Entry points: of the custom resources that test models, and of the probe of every minute."""

import os
from functools import cache
from typing import Any

import boto3
from botocore.config import Config

from resource_properties import optional_text, optional_texts, share, text
from smoke_test.candidate import Candidate, remove, settle
from smoke_test.endpoint import Expected, check_config, check_verdicts
from smoke_test.probe import probe_update
from smoke_test.properties import refusing, seconds

SMOKE_TEST = "Custom::SmokeTest"
# An invocation takes up to 60 s; the test itself tries again.
PATIENT = Config(read_timeout=70, retries={"total_max_attempts": 1})
# TorchServe lets callers of a model that does not load wait until they give up. The probe gives up
# on both reviews while there is time left to report it.
PROMPT = Config(connect_timeout=2, read_timeout=7, retries={"total_max_attempts": 1})


@refusing()
def on_event(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Test what serves, on Create and Update of a `Custom::SmokeTest`.

    Raises:
        SmokeTestError: with the reason that CloudFormation is to show.
    """
    if event["RequestType"] == "Delete":
        return {}
    properties = event["ResourceProperties"]
    endpoint = text(properties, "EndpointName")
    if event["ResourceType"] == SMOKE_TEST:
        config = text(properties, "EndpointConfigName")
        check_config(_client("sagemaker"), endpoint, config)
        _check(endpoint, properties)
    return {"PhysicalResourceId": f"smoke-test-of-{endpoint}"}


@refusing()
def is_complete(event: dict[str, Any], _context: object) -> dict[str, bool]:
    """Test a `Custom::Candidate` before it serves; the smoke test of what serves has ended.

    Raises:
        SmokeTestError: with the reason that CloudFormation is to show.
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
    ended = settle(_client("sagemaker"), candidate, lambda: _check(endpoint, properties))
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
    check_verdicts(
        _client("sagemaker-runtime"),
        endpoint,
        Expected(
            optional_text(properties, "ModelVersion"),
            share(properties, "MinimumAccuracy"),
        ),
        patience_seconds=seconds(properties, "PatienceSeconds"),
    )


@cache
def _client(service: str, config: Config = PATIENT) -> Any:
    return boto3.client(service, config=config)
