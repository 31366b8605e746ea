"""Known reviews for an endpoint that is being updated, and a metric of those that went wrong."""

import json
import logging
import time
from collections.abc import Callable
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from smoke_test.candidate import find
from smoke_test.endpoint import KNOWN_REVIEWS

logger = logging.getLogger(__name__)

PAUSE_SECONDS = 5.0
# The known reviews may take this long together; the function's time must not end within them.
RESERVE_SECONDS = 20.0
METRIC = "FailedProbes"


def probe_update(
    clients: Callable[[str], Any],
    endpoint: str,
    namespace: str,
    seconds_left: Callable[[], float],
    sleep: Callable[[float], None] = time.sleep,
) -> int:
    """Send known reviews for as long as an update is on, and return how many went wrong.

    Args:
        clients: service name to boto3 client.
        endpoint: the endpoint's name.
        namespace: of the metric.
        seconds_left: time until the function is ended.
        sleep: waits for a number of seconds.
    """
    failed = 0
    while seconds_left() > RESERVE_SECONDS and _is_updating(clients("sagemaker"), endpoint):
        wrong = sum(
            not _answers(clients("sagemaker-runtime"), endpoint, review, sentiment)
            for sentiment, review in KNOWN_REVIEWS.items()
        )
        _report(clients("cloudwatch"), namespace, endpoint, wrong)
        failed += wrong
        sleep(PAUSE_SECONDS)
    return failed


def _is_updating(sagemaker: Any, endpoint: str) -> bool:
    """Tell an update from every other state, an endpoint that is not there yet included."""
    found = find(sagemaker, endpoint)
    return found is not None and found["EndpointStatus"] == "Updating"


def _answers(runtime: Any, endpoint: str, review: str, sentiment: str) -> bool:
    try:
        answer = runtime.invoke_endpoint(
            EndpointName=endpoint,
            ContentType="application/json",
            Accept="application/json",
            Body=json.dumps({"review": review}).encode(),
        )
        verdict = json.loads(answer["Body"].read())
    except (ClientError, BotoCoreError, ValueError, RecursionError) as error:
        logger.warning("the endpoint does not answer a known review: %s", error)
        return False
    return isinstance(verdict, dict) and verdict.get("sentiment") == sentiment


def _report(cloudwatch: Any, namespace: str, endpoint: str, wrong: int) -> None:
    cloudwatch.put_metric_data(
        Namespace=namespace,
        MetricData=[
            {
                "MetricName": METRIC,
                "Dimensions": [{"Name": "EndpointName", "Value": endpoint}],
                "Value": float(wrong),
                "Unit": "Count",
            }
        ],
    )
