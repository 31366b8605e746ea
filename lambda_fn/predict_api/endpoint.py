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
# A container that has no free worker or did not answer in time; SageMaker tells the latter as 0.
BUSY_STATUSES = {0, 408, 429, 503, 504, 507}
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


def classify(review: str, endpoint_name: str, correlation_id: str) -> Verdict:
    """Return the endpoint's verdict on one review; captured data carry the correlation id.

    Raises:
        Problem: 4xx when the model refuses the review, 503 with Retry-After while it is busy or
            starting, 502 when it failed.
    """
    try:
        answer = runtime().invoke_endpoint(
            EndpointName=endpoint_name,
            ContentType="application/json",
            Accept="application/json",
            InferenceId=correlation_id,
            Body=json.dumps({"review": review}).encode(),
        )
        return _verdict(json.loads(answer["Body"].read()))
    except ClientError as error:
        raise _told(error) from error
    except BotoCoreError as error:
        logger.warning("the endpoint did not answer", exc_info=error)
        raise _warming_up() from error
    except ValueError as error:
        logger.exception("the endpoint's answer cannot be read")
        raise _failed() from error


def _verdict(content: Any) -> Verdict:
    match content:
        case {
            "sentiment": "positive" | "negative" as sentiment,
            "probability": float() | int() as probability,
            "model_version": str(version),
        } if 0 <= probability <= 1:  # which NaN, a number for json, is not
            return Verdict(sentiment, probability, version)
    raise ValueError("the model's answer is no verdict")


def _told(error: ClientError) -> Problem:
    code = error.response.get("Error", {}).get("Code", "")
    status = error.response.get("OriginalStatusCode")
    told = {"error_code": code, "model_status": status}
    if code in BUSY or status in BUSY_STATUSES:
        logger.warning("the endpoint is busy", extra=told)
        return _warming_up()
    refusal = MODEL_REFUSALS.get(_model_code(error))
    if refusal is not None:
        status, detail = refusal
        return Problem(status, _model_code(error), detail)
    # A failing model may repeat the review, which no log of ours may hold; it has a log itself.
    logger.error("the endpoint failed", extra=told, exc_info=None if status else error)
    return _failed()


def _model_code(error: ClientError) -> str:
    """Return the code of the model's own refusal.

    The PyTorch toolkit appends a traceback to the model's line; the server under the Hugging Face
    one answers `{"code": 400, "type": "InternalServerException", "message": <the line>}`.
    """
    refusal = _leading_object(str(error.response.get("OriginalMessage", "")))
    if isinstance(refusal.get("code"), int):
        refusal = _leading_object(str(refusal.get("message", "")))
    return str(refusal.get("code", ""))


def _leading_object(text: str) -> dict[str, Any]:
    try:
        content, _ = json.JSONDecoder().raw_decode(text)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def _warming_up() -> Problem:
    return Problem(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "model_warming_up",
        "The model is starting or busy; try again in a few seconds.",
        RETRY_AFTER,
    )


def _failed() -> Problem:
    return Problem(HTTPStatus.BAD_GATEWAY, "model_failed", "The model could not judge the review.")
