"""Smoke test of an endpoint: known reviews must get the right answer from the right model."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from eventual_consistency import CLOCK, Clock, repeat, wait_for
from known_reviews import FILM_REVIEWS, invoke, known_reviews, verdict
from resource_properties import FailedTestError

PAUSE_SECONDS = 5.0
VISIBLE_SECONDS = 30.0
# Statuses of a container that is still starting or overloaded
PASSING = {424, 429, *range(500, 600)}
# An endpoint keeps serving while it scales and while AWS maintains it.
SERVES = {"InService", "Updating", "SystemUpdating"}
# A serverless endpoint at its concurrency limit reports this code with varying statuses.
FULL = "ThrottlingException"


@dataclass(frozen=True)
class Expected:
    """The model that must answer.

    Attributes:
        model_version: required version; None accepts any.
        minimum_accuracy: lowest acceptable balanced accuracy on held-out reviews, as the model
            reports it.
        films: whether it was trained on the packaged reviews. Then it must also judge two reviews
            that no training chose, which catch a model that learned nonsense.
    """

    model_version: str | None
    minimum_accuracy: float = 0.0
    films: bool = False


def check_config(
    sagemaker: Any, endpoint: str, config: str, *, capture_percent: int, clock: Clock = CLOCK
) -> None:
    """Check that the endpoint serves its new configuration and captures as much as it says.

    SageMaker rolls back to the old configuration when the new one fails to start. CloudFormation
    has already waited for the update, so only scaling can still be in progress.

    Args:
        sagemaker: SageMaker client.
        endpoint: name of the endpoint.
        config: name of the new configuration.
        capture_percent: share of the requests that it captures.
        clock: source of time.

    Raises:
        FailedTestError: when the endpoint does not serve, serves another configuration, or captures
            another share of its requests.
    """

    def difference() -> str | None:
        found = repeat(lambda: sagemaker.describe_endpoint(EndpointName=endpoint), clock)
        return _difference(found, config, capture_percent)

    # A description may be some seconds old.
    wait_for(
        lambda: difference() is None, seconds=VISIBLE_SECONDS, pause=PAUSE_SECONDS, clock=clock
    )
    different = difference()
    if different is not None:
        raise FailedTestError(f"Endpoint {endpoint} {different}")


def _difference(found: dict[str, Any], config: str, capture_percent: int) -> str | None:
    """Return the difference between the endpoint in service and its configuration, or None."""
    if found["EndpointStatus"] not in SERVES:
        return f"is {found['EndpointStatus']}, not InService"
    if found["EndpointConfigName"] != config:
        return f"serves configuration {found['EndpointConfigName']}, not {config}"
    capture = found.get("DataCaptureConfig", {})
    captures = capture.get("EnableCapture") and capture.get("CaptureStatus") != "Stopped"
    captured = int(capture["CurrentSamplingPercentage"]) if captures else 0
    if captured != capture_percent:
        return (
            f"captures {captured} % of its requests instead of {capture_percent} %; an "
            "update of an endpoint that scales may keep its capture settings: deploy once with "
            "scaling.max_instances empty, then again with its value"
        )
    return None


def check_answers(
    runtime: Any,
    endpoint: str,
    expected: Expected,
    *,
    patience_seconds: float,
    clock: Clock = CLOCK,
) -> dict[str, Any]:
    """Check that known reviews get the right label from the expected model; return its card.

    The model's description of itself contains the reviews. It comes from the endpoint, because a
    custom resource could not return them: CloudFormation accepts 4 KB.

    Args:
        runtime: client of the SageMaker runtime.
        endpoint: name of the endpoint.
        expected: the model that must answer.
        patience_seconds: time limit for the answers; a serverless endpoint starts its container
            at the first request.
        clock: source of time.

    Raises:
        FailedTestError: when a label, the model's version or its accuracy is wrong, or when
            there is no answer in time.
    """
    deadline = clock.now() + patience_seconds
    send = partial(ask, runtime, endpoint, clock=clock, deadline=deadline)
    card = send({"card": True})
    _check_version(endpoint, card, expected)
    _check_accuracy(endpoint, card.get("metrics"), expected.minimum_accuracy)
    try:
        reviews = known_reviews(card)
    except ValueError as error:
        raise FailedTestError(f"Endpoint {endpoint} {error}") from error
    for review in dict.fromkeys((*reviews, *(FILM_REVIEWS if expected.films else ()))):
        answer = send({"review": review.text})
        if verdict(answer) != review.label:
            raise FailedTestError(
                f"Endpoint {endpoint} classifies the clearly {review.label} review "
                f"{review.shown} as {verdict(answer)}"
            )
        _check_version(endpoint, answer, expected)
    return card


def _check_version(endpoint: str, answer: dict[str, Any], expected: Expected) -> None:
    version = answer.get("model_version")
    if expected.model_version is not None and version != expected.model_version:
        raise FailedTestError(
            f"Endpoint {endpoint} answers from model {version}, not {expected.model_version}"
        )


def _check_accuracy(endpoint: str, metrics: Any, minimum: float) -> None:
    # A model trained before the balanced accuracy was measured has only the other one.
    known = metrics if isinstance(metrics, dict) else {}
    accuracy = known.get("balanced_accuracy", known.get("accuracy"))
    # The negated comparison also refuses NaN.
    if not isinstance(accuracy, (int, float)) or not accuracy >= minimum:
        raise FailedTestError(
            f"Endpoint {endpoint} answers from a model with balanced accuracy {accuracy}; "
            f"the minimum is {minimum}"
        )


def ask(
    runtime: Any, endpoint: str, content: dict[str, Any], *, clock: Clock, deadline: float
) -> dict[str, Any]:
    """Return the endpoint's answer to a request, retrying until the deadline."""
    while True:
        try:
            answer = invoke(runtime, endpoint, content)
        except (ClientError, BotoCoreError) as error:
            if clock.now() + PAUSE_SECONDS > deadline or not _may_pass(error):
                raise FailedTestError(f"Endpoint {endpoint} does not answer: {error}") from error
            clock.sleep(PAUSE_SECONDS)
            continue
        except (ValueError, RecursionError) as error:
            raise FailedTestError(f"Endpoint {endpoint} does not answer with JSON") from error
        if not isinstance(answer, dict):
            raise FailedTestError(f"Endpoint {endpoint} answers {answer!r}, not a JSON object")
        return answer


def _may_pass(error: ClientError | BotoCoreError) -> bool:
    """Return whether a retry may succeed, for example because the container is starting."""
    if isinstance(error, BotoCoreError) or error.response.get("Error", {}).get("Code") == FULL:
        return True
    status = error.response.get("OriginalStatusCode")
    if status is None:
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 500)
    return status in PASSING
