"""The entry point: asks a new version of the API's function before callers are."""

import json
from functools import cache
from http import HTTPStatus
from typing import Any

import boto3
from botocore.config import Config

# As long as API Gateway waits for the function, and a little; a second try would hide what failed.
PATIENT = Config(read_timeout=40, retries={"total_max_attempts": 1})
REVIEW = "A wonderful film. Great acting and a superb story: I loved it and highly recommend it."
# What the function answers when there is no model that could: the model has tests of its own.
WITHOUT_MODEL = {HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS}
# CloudFormation takes answers of 4 KB at most.
LONGEST_REASON = 1000
UNREADABLE = (ValueError, TypeError, KeyError, OverflowError, RecursionError)


class ReleaseTestError(Exception):
    """The version does not do its work; the text is what CloudFormation shows."""

    def __init__(self, reason: str) -> None:
        """Keep of the reason what CloudFormation has room for, in one line."""
        super().__init__(" ".join(reason.split())[:LONGEST_REASON])


def on_event(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Test the version on Create and Update; there is nothing to delete.

    Raises:
        ReleaseTestError: with the reason that CloudFormation is to show.
    """
    if event["RequestType"] != "Delete":
        version = event["ResourceProperties"].get("VersionArn")
        if not isinstance(version, str) or not version:
            raise ReleaseTestError(f"The property VersionArn is {version!r}; a text is needed")
        check(_lambda(), version)
    return {"PhysicalResourceId": "release-test"}


def check(client: Any, version: str) -> None:
    """Ask for the version's health and for the verdict on a review beyond doubt.

    Args:
        client: of AWS Lambda.
        version: ARN of the function's version.

    Raises:
        ReleaseTestError: when the function fails or answers wrongly.
    """
    status, body = _ask(client, version, _request("GET", "/health"))
    if status != HTTPStatus.OK:
        raise ReleaseTestError(f"The API's new code answers GET /health with {status}: {body}")
    status, body = _ask(client, version, _request("POST", "/predict", {"review": REVIEW}))
    if status in WITHOUT_MODEL:
        return
    if status != HTTPStatus.OK or _sentiment(body) != "positive":
        raise ReleaseTestError(
            f"The API's new code answers POST /predict of a plainly positive review with {status}: "
            f"{body}"
        )


def _ask(client: Any, version: str, request: dict[str, Any]) -> tuple[int, str]:
    """Return status and body of what API Gateway would get."""
    invoked = client.invoke(FunctionName=version, Payload=json.dumps(request).encode())
    payload = invoked["Payload"].read().decode("utf-8", "replace")
    if "FunctionError" in invoked:
        raise ReleaseTestError(f"The API's new code fails: {_message(payload)}")
    try:
        answer = json.loads(payload)
        return int(answer["statusCode"]), str(answer["body"])
    except UNREADABLE:
        raise ReleaseTestError(f"The API's new code gives no answer but {payload}") from None


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


def _sentiment(body: str) -> object:
    try:
        return json.loads(body)["sentiment"]
    except UNREADABLE:
        return None


def _message(payload: str) -> str:
    """Return the error's type and message; without its stack, which the function's log has."""
    try:
        error = json.loads(payload)
        return f"{error['errorType']}: {error['errorMessage']}"
    except UNREADABLE:
        return payload


@cache
def _lambda() -> Any:
    return boto3.client("lambda", config=PATIENT)
