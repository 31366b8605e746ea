"""Entry points: of the SmokeTest custom resource, and of the probe that runs every minute."""

import os
from functools import cache
from typing import Any

import boto3
from botocore.config import Config

from smoke_test.endpoint import check_config, check_verdicts
from smoke_test.probe import probe_update

# An invocation takes up to 60 s; the test itself tries again.
PATIENT = Config(read_timeout=70, retries={"total_max_attempts": 1})


def on_event(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Test the endpoint on Create and Update; there is nothing to delete.

    Raises:
        SmokeTestError: with the reason that CloudFormation is to show.
    """
    properties = event["ResourceProperties"]
    endpoint = properties["EndpointName"]
    if event["RequestType"] != "Delete":
        check_config(_client("sagemaker"), endpoint, properties["EndpointConfigName"])
        check_verdicts(_client("sagemaker-runtime"), endpoint, properties.get("ModelVersion"))
    return {"PhysicalResourceId": f"smoke-test-of-{endpoint}"}


def on_schedule(_event: dict[str, Any], context: Any) -> dict[str, int]:
    """Send known reviews while the endpoint is being updated; do nothing otherwise."""
    failed = probe_update(
        _client,
        os.environ["ENDPOINT_NAME"],
        os.environ["METRICS_NAMESPACE"],
        lambda: context.get_remaining_time_in_millis() / 1000,
    )
    return {"failed": failed}


@cache
def _client(service: str) -> Any:
    return boto3.client(service, config=PATIENT)
