"""Probe of an endpoint during an update: it sends known reviews and counts wrong answers."""

import logging
import time
from collections.abc import Callable
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from known_reviews import KnownReview, invoke, known_reviews, verdict
from trial.candidate import find
from trial.smoke_test import PAUSE_SECONDS

logger = logging.getLogger(__name__)

# Longer than the requests of a round can take, so that the function never times out while it waits.
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
    known: dict[str, tuple[KnownReview, ...]] = {}
    while seconds_left() > RESERVE_SECONDS and _is_updating(clients("sagemaker"), endpoint):
        wrong = _count_failures(clients("sagemaker-runtime"), endpoint, known)
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


def _count_failures(runtime: Any, endpoint: str, known: dict[str, tuple[KnownReview, ...]]) -> int:
    """Return how many known reviews get a wrong verdict; 1 when the endpoint fails to answer.

    During the update an old and a new model answer, perhaps of different languages. A list of
    reviews is answered by one of them, whose own known reviews are then compared.

    Args:
        runtime: client of the SageMaker runtime.
        endpoint: name of the endpoint.
        known: model version to its known reviews, to which this round may add a version.
    """
    try:
        card = invoke(runtime, endpoint, {"card": True})
        known[str(card["model_version"])] = known_reviews(card)
        asked = [(version, review) for version in known for review in known[version]]
        texts = [review.text for _, review in asked]
        answers = invoke(runtime, endpoint, {"reviews": texts})["predictions"]
        return sum(
            answer["model_version"] == version and verdict(answer) != review.label
            for (version, review), answer in zip(asked, answers, strict=True)
        )
    except (ClientError, BotoCoreError, ValueError, TypeError, KeyError, RecursionError) as error:
        logger.warning("the endpoint does not answer a known review: %s", error)
        return 1
