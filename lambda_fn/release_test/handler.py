"""Lambda handler that tests a new version of the API's function before clients reach it."""

import json
import logging
from functools import cache
from http import HTTPStatus
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from eventual_consistency import CLOCK, Clock, repeat
from known_reviews import FILM_REVIEWS, KnownReview, invoke, known_reviews, verdict
from resource_properties import FailedTestError, text, whole

logger = logging.getLogger(__name__)

# A little longer than API Gateway waits for the function. A retry would hide the failure.
PATIENT = Config(read_timeout=40, retries={"total_max_attempts": 1})
# Statuses of the function while the model is unavailable; the model has its own tests.
WITHOUT_MODEL = {HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS}
UNREADABLE = (ValueError, TypeError, KeyError, OverflowError, RecursionError)


def on_event(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Test the version on Create and Update; there is nothing to delete.

    Raises:
        PropertyError: when a property is missing or wrong.
        FailedTestError: with the reason for CloudFormation to show.
    """
    if event["RequestType"] != "Delete":
        properties = event["ResourceProperties"]
        version, endpoint = text(properties, "VersionArn"), text(properties, "EndpointName")
        longest = whole(properties, "MaxReviewCharacters")
        review = known_review(_client("sagemaker-runtime"), endpoint, longest)
        check(_client("lambda"), version, review, longest)
    return {"PhysicalResourceId": "release-test"}


def known_review(
    runtime: Any, endpoint: str, longest: int, clock: Clock = CLOCK
) -> KnownReview | None:
    """Return a known review of the model, or None if none fits or the model is unavailable.

    Args:
        runtime: client of the SageMaker runtime.
        endpoint: name of the endpoint behind the API.
        longest: number of characters that the API accepts.
        clock: source of time.
    """
    try:
        found = known_reviews(repeat(lambda: invoke(runtime, endpoint, {"card": True}), clock))
        return next((review for review in found if len(review.text) <= longest), None)
    except (ClientError, BotoCoreError, ValueError, RecursionError) as error:
        logger.warning("the endpoint does not describe its model: %s", error)
        return None


def check(client: Any, version: str, review: KnownReview | None, longest: int) -> None:
    """Check the version's health and its verdict on a known review.

    Args:
        client: client of AWS Lambda.
        version: ARN of the function's version.
        review: the review; None accepts any verdict.
        longest: number of characters that the API accepts.

    Raises:
        FailedTestError: when the function fails or answers incorrectly.
    """
    status, body = _ask(client, version, _request("GET", "/health"))
    if status != HTTPStatus.OK:
        raise FailedTestError(f"The API's new code answers GET /health with {status}: {body}")
    asked = review or FILM_REVIEWS[0]
    content = {"review": asked.text[:longest]}
    status, body = _ask(client, version, _request("POST", "/predict", content))
    if status in WITHOUT_MODEL:
        return
    label = _label(body)
    if status != HTTPStatus.OK or not label or (review and label != review.label):
        raise FailedTestError(
            f"The API's new code answers POST /predict for the clearly {asked.label} review "
            f"{asked.shown} with {status}: {body}"
        )


def _ask(client: Any, version: str, request: dict[str, Any]) -> tuple[int, str]:
    """Return the status and the body that API Gateway would get."""
    invoked = client.invoke(FunctionName=version, Payload=json.dumps(request).encode())
    payload = invoked["Payload"].read().decode("utf-8", "replace")
    if "FunctionError" in invoked:
        raise FailedTestError(f"The API's new code fails: {_message(payload)}")
    try:
        answer = json.loads(payload)
        return int(answer["statusCode"]), str(answer["body"])
    except UNREADABLE:
        raise FailedTestError(f"The API's new code returns no valid answer: {payload}") from None


def _request(method: str, path: str, content: object = None) -> dict[str, Any]:
    """Return an event of API Gateway's Lambda proxy integration.

    Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
    """
    return {
        "resource": path,
        "path": path,
        "httpMethod": method,
        "headers": {"Content-Type": "application/json", "Accept": "application/json"},
        "queryStringParameters": None,
        "requestContext": {"requestId": "release-test"},
        "body": None if content is None else json.dumps(content),
        "isBase64Encoded": False,
    }


def _label(body: str) -> Any:
    try:
        return verdict(json.loads(body))
    except UNREADABLE:
        return None


def _message(payload: str) -> str:
    """Return the error's type and message; the stack trace is in the function's log."""
    try:
        error = json.loads(payload)
        return f"{error['errorType']}: {error['errorMessage']}"
    except UNREADABLE:
        return payload


@cache
def _client(service: str) -> Any:
    return boto3.client(service, config=PATIENT)
