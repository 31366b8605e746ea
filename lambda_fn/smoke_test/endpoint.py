"""Checks of a deployed endpoint with reviews whose verdicts are beyond doubt."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

KNOWN_REVIEWS = {
    "positive": (
        "A wonderful film. Great acting, a superb story and beautiful music: "
        "one of the best I have ever seen. I loved it and highly recommend it."
    ),
    "negative": (
        "A terrible film. Awful acting, a boring story and poor dialogue: "
        "the worst I have ever seen. A complete waste of time, avoid it."
    ),
}
PAUSE_SECONDS = 5.0
# Of a container that is still starting: failed dependency, too many requests, server errors.
PASSING = {424, 429, *range(500, 600)}
# It serves while its number of instances changes, and while AWS renews them.
SERVES = {"InService", "Updating", "SystemUpdating"}
# Of a serverless endpoint that is full, whatever the status says.
FULL = "ThrottlingException"
# CloudFormation takes answers of 4 KB at most, and a model may answer with a whole traceback.
LONGEST_REASON = 1000


class SmokeTestError(Exception):
    """The endpoint does not do what it was deployed for; the text is what CloudFormation shows."""

    def __init__(self, reason: str) -> None:
        """Keep of the reason what CloudFormation has room for, in one line."""
        super().__init__(" ".join(reason.split())[:LONGEST_REASON])


@dataclass(frozen=True)
class Clock:
    """Time as the test sees it."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


def check_config(sagemaker: Any, endpoint: str, config: str) -> None:
    """Check that the endpoint serves its new configuration.

    SageMaker goes back to the old one by itself when the new one does not come up. CloudFormation
    has waited for the update; what still changes is the number of instances.

    Raises:
        SmokeTestError: when it is not.
    """
    found = sagemaker.describe_endpoint(EndpointName=endpoint)
    if found["EndpointStatus"] not in SERVES:
        raise SmokeTestError(f"Endpoint {endpoint} is {found['EndpointStatus']}, not InService")
    if found["EndpointConfigName"] != config:
        raise SmokeTestError(
            f"Endpoint {endpoint} serves configuration {found['EndpointConfigName']}, not {config}"
        )


@dataclass(frozen=True)
class Expected:
    """Which model is to answer.

    Attributes:
        model_version: its version; None accepts every one.
        minimum_accuracy: accuracy on held-out reviews that it must say it has.
    """

    model_version: str | None
    minimum_accuracy: float = 0.0


def check_verdicts(
    runtime: Any,
    endpoint: str,
    expected: Expected,
    *,
    patience_seconds: float,
    clock: Clock | None = None,
) -> None:
    """Check that known reviews get their verdicts, from the model that was just trained.

    Args:
        runtime: client of the SageMaker runtime.
        endpoint: the endpoint's name.
        expected: which model is to answer.
        patience_seconds: time for the first answers; a serverless endpoint starts its container at
            the first request.
        clock: the time.

    Raises:
        SmokeTestError: when a verdict or the version is another, the accuracy is too low, or no
            answer came in time.
    """
    clock = clock or Clock()
    deadline = clock.now() + patience_seconds
    for sentiment, review in KNOWN_REVIEWS.items():
        answer = _ask(runtime, endpoint, review, clock, deadline)
        if answer.get("sentiment") != sentiment:
            raise SmokeTestError(
                f"Endpoint {endpoint} calls a plainly {sentiment} review {answer.get('sentiment')}"
            )
        _check_model(endpoint, answer, expected)


def _check_model(endpoint: str, answer: dict[str, Any], expected: Expected) -> None:
    version, accuracy = answer.get("model_version"), answer.get("accuracy")
    if expected.model_version is not None and version != expected.model_version:
        raise SmokeTestError(
            f"Endpoint {endpoint} answers from model {version}, not {expected.model_version}"
        )
    # NaN is no number to compare with.
    if not isinstance(accuracy, (int, float)) or not accuracy >= expected.minimum_accuracy:
        raise SmokeTestError(
            f"Endpoint {endpoint} answers from a model with accuracy {accuracy}; "
            f"{expected.minimum_accuracy} is needed"
        )


def _ask(runtime: Any, endpoint: str, review: str, clock: Clock, deadline: float) -> dict[str, Any]:
    """Return the endpoint's answer to a review; try again until the deadline."""
    while True:
        try:
            answer = runtime.invoke_endpoint(
                EndpointName=endpoint,
                ContentType="application/json",
                Accept="application/json",
                Body=json.dumps({"review": review}).encode(),
            )
            verdict = json.loads(answer["Body"].read())
        except (ClientError, BotoCoreError) as error:
            if clock.now() + PAUSE_SECONDS > deadline or not _may_pass(error):
                raise SmokeTestError(f"Endpoint {endpoint} does not answer: {error}") from error
            clock.sleep(PAUSE_SECONDS)
            continue
        except (ValueError, RecursionError) as error:
            raise SmokeTestError(f"Endpoint {endpoint} answers something else than JSON") from error
        if not isinstance(verdict, dict):
            raise SmokeTestError(f"Endpoint {endpoint} answers {verdict!r}")
        return verdict


def _may_pass(error: ClientError | BotoCoreError) -> bool:
    """Tell a container that is still starting, or busy, from a request that is wrong."""
    if isinstance(error, BotoCoreError) or error.response.get("Error", {}).get("Code") == FULL:
        return True
    status = error.response.get("OriginalStatusCode")
    if status is None:
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 500)
    return status in PASSING
