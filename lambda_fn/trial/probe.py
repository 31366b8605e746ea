"""Probe of an endpoint during an update: it sends known reviews and counts wrong answers."""

import logging
import time
from collections.abc import Callable
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from known_reviews import KNOWN_REVIEWS
from trial.candidate import find
from trial.smoke_test import PAUSE_SECONDS, invoke

logger = logging.getLogger(__name__)

# Longer than both known reviews can take, so that the function never times out while it waits.
RESERVE_SECONDS = 20.0
METRIC = "FailedProbes"


def probe_update(
    clients: Callable[[str], Any],
    endpoint: str,
    namespace: str,
    seconds_left: Callable[[], float],
    sleep: Callable[[float], None] = time.sleep,
) -> int:
    """Send known reviews for as long as the endpoint updates, and return how many failed.

    Args:
        clients: returns the boto3 client of a service.
        endpoint: name of the endpoint.
        namespace: namespace of the metric.
        seconds_left: returns the time until the function times out.
        sleep: waits for a number of seconds.
    """
    failed = 0
    while seconds_left() > RESERVE_SECONDS and _is_updating(clients("sagemaker"), endpoint):
        wrong = sum(
            not _answers(clients("sagemaker-runtime"), endpoint, review, sentiment)
            for sentiment, review in KNOWN_REVIEWS.items()
        )
        datum = {
            "MetricName": METRIC,
            "Dimensions": [{"Name": "EndpointName", "Value": endpoint}],
            "Value": float(wrong),
            "Unit": "Count",
        }
        clients("cloudwatch").put_metric_data(Namespace=namespace, MetricData=[datum])
        failed += wrong
        sleep(PAUSE_SECONDS)
    return failed


def _is_updating(sagemaker: Any, endpoint: str) -> bool:
    found = find(sagemaker, endpoint)
    return found is not None and found["EndpointStatus"] == "Updating"


def _answers(runtime: Any, endpoint: str, review: str, sentiment: str) -> bool:
    """Return whether the endpoint classifies a review correctly."""
    try:
        answer = invoke(runtime, endpoint, review)
    except (ClientError, BotoCoreError, ValueError, RecursionError) as error:
        logger.warning("the endpoint does not answer a known review: %s", error)
        return False
    return isinstance(answer, dict) and answer.get("sentiment") == sentiment
