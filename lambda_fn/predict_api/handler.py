"""The Lambda function behind POST /predict."""

import base64
import json
import re
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.metrics import MetricUnit

from predict_api.endpoint import Verdict, classify
from predict_api.problem import MEDIA_TYPE, Problem
from predict_api.review import JSON, TEXT, read_review
from predict_api.settings import read_settings

logger = Logger()
metrics = Metrics()
tracer = Tracer(patch_modules=["botocore"])
SETTINGS = read_settings()


# An id that a caller gives its request, to find it again in the logs
CORRELATION_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}")


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
@tracer.capture_lambda_handler(capture_response=False)
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Answer one request of API Gateway's Lambda proxy integration.

    See https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html.
    """
    request_id = str(event.get("requestContext", {}).get("requestId", ""))
    correlation_id = _correlation_id(event) or request_id
    logger.append_keys(request_id=request_id, correlation_id=correlation_id)
    try:
        return _predict(event, request_id, correlation_id)
    except Problem as problem:
        refused = problem.status < HTTPStatus.INTERNAL_SERVER_ERROR
        metrics.add_metric("Refused" if refused else "Failed", MetricUnit.Count, 1)
        logger.info("refused", extra={"code": problem.code, "status": problem.status.value})
        return _answer(
            problem.status, MEDIA_TYPE, problem.body(request_id), request_id, dict(problem.headers)
        )
    except Exception:
        metrics.add_metric("Failed", MetricUnit.Count, 1)
        logger.exception("unexpected failure")
        failure = Problem(
            HTTPStatus.INTERNAL_SERVER_ERROR, "internal_error", "Something went wrong on our side."
        )
        return _answer(failure.status, MEDIA_TYPE, failure.body(request_id), request_id)


def _predict(event: dict[str, Any], request_id: str, correlation_id: str) -> dict[str, Any]:
    if event.get("httpMethod") != "POST":
        raise Problem(
            HTTPStatus.METHOD_NOT_ALLOWED,
            "method_not_allowed",
            "A review is sent with POST.",
            {"Allow": "POST"},
        )
    headers = _headers(event)
    review = read_review(
        _body(event),
        headers.get("content-type", ""),
        headers.get("accept", ""),
        SETTINGS.max_review_characters,
    )
    verdict = classify(review.text, SETTINGS.endpoint_name, correlation_id)
    metrics.add_metric(verdict.sentiment.title(), MetricUnit.Count, 1)
    logger.info(
        "classified",
        extra={"sentiment": verdict.sentiment, "model_version": verdict.model_version},
    )
    if review.media_type == TEXT:
        return _answer(HTTPStatus.OK, TEXT, _one_or_zero(verdict), request_id)
    content = {
        "sentiment": verdict.sentiment,
        "probability": verdict.probability,
        "model": {"version": verdict.model_version},
        "request_id": request_id,
    }
    return _answer(HTTPStatus.OK, JSON, content, request_id)


def _headers(event: dict[str, Any]) -> dict[str, str]:
    return {key.lower(): value for key, value in (event.get("headers") or {}).items()}


def _correlation_id(event: dict[str, Any]) -> str | None:
    """Return the caller's own id of the request, if it gave one that a log can hold."""
    given = _headers(event).get("x-correlation-id", "")
    return given if CORRELATION_ID.fullmatch(given) else None


def _body(event: dict[str, Any]) -> bytes:
    body = event.get("body") or ""
    if event.get("isBase64Encoded"):
        return base64.b64decode(body)
    return str(body).encode("utf-8", "surrogatepass")


def _one_or_zero(verdict: Verdict) -> str:
    """Return the notebook's answer."""
    return "1" if verdict.sentiment == "positive" else "0"


def _answer(
    status: HTTPStatus,
    media_type: str,
    content: str | dict[str, Any],
    request_id: str,
    headers: dict[str, str] | None = None,
) -> dict[str, Any]:
    return {
        "statusCode": status.value,
        "headers": {
            "Content-Type": media_type,
            "Cache-Control": "no-store",
            "X-Request-Id": request_id,
            **(headers or {}),
        },
        "body": content if isinstance(content, str) else json.dumps(content),
    }
