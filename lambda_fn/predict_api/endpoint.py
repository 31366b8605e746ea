"""Asking the SageMaker endpoint for its verdict."""

import json
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from typing import Any

import boto3
from aws_lambda_powertools import Logger
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from predict_api.problem import Problem

logger = Logger(child=True)

# API Gateway waits 29 s; what is not answered by then is better told as such by us.
READ_SECONDS = 25
RETRY_AFTER = {"Retry-After": "5"}
BUSY = {"ThrottlingException", "ServiceUnavailable", "ModelNotReadyException", "InternalFailure"}
# What the model's own 4xx answers mean for callers; anything else stays between us and the log.
MODEL_REFUSALS = {
    "empty_review": (HTTPStatus.BAD_REQUEST, "There is no text in the review."),
    "review_too_long": (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The review is too long."),
}


@dataclass(frozen=True)
class Verdict:
    """What the model says: P(positive), and which model it is."""

    sentiment: str
    probability: float
    model_version: str


@cache
def runtime() -> Any:
    """Return the client; made once, kept while the function stays warm."""
    config = Config(connect_timeout=2, read_timeout=READ_SECONDS, retries={"total_max_attempts": 1})
    return boto3.client("sagemaker-runtime", config=config)


def classify(review: str, endpoint_name: str) -> Verdict:
    """Return the endpoint's verdict on one review.

    Raises:
        Problem: 4xx when the model refuses the review, 503 with Retry-After while it is busy or
            starting, 502 when it failed.
    """
    try:
        answer = runtime().invoke_endpoint(
            EndpointName=endpoint_name,
            ContentType="application/json",
            Accept="application/json",
            Body=json.dumps({"review": review}).encode(),
        )
        content = json.loads(answer["Body"].read())
        return Verdict(
            str(content["sentiment"]), float(content["probability"]), str(content["model_version"])
        )
    except ClientError as error:
        raise _told(error) from error
    except BotoCoreError as error:
        logger.warning("the endpoint did not answer", exc_info=error)
        raise _warming_up() from error
    except (ValueError, KeyError, TypeError) as error:
        logger.exception("the endpoint's answer cannot be read")
        raise _failed() from error


def _told(error: ClientError) -> Problem:
    code = error.response.get("Error", {}).get("Code", "")
    if code in BUSY:
        logger.warning("the endpoint is busy", extra={"error_code": code})
        return _warming_up()
    refusal = MODEL_REFUSALS.get(_model_code(error))
    if refusal is not None:
        status, detail = refusal
        return Problem(status, _model_code(error), detail)
    logger.error("the endpoint failed", extra={"error_code": code}, exc_info=error)
    return _failed()


def _model_code(error: ClientError) -> str:
    """Return the code of the model's own refusal; the toolkit appends a traceback to its line."""
    first_line = str(error.response.get("OriginalMessage", "")).partition("\n")[0]
    try:
        content = json.loads(first_line)
    except ValueError:
        return ""
    return str(content.get("code", "")) if isinstance(content, dict) else ""


def _warming_up() -> Problem:
    return Problem(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "model_warming_up",
        "The model is starting or busy; try again in a few seconds.",
        RETRY_AFTER,
    )


def _failed() -> Problem:
    return Problem(HTTPStatus.BAD_GATEWAY, "model_failed", "The model could not judge the review.")
