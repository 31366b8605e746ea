"""The Lambda function behind the API."""

import re
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools import Metrics, Tracer
from aws_lambda_powertools.metrics import MetricUnit

from predict_api.answer import Answer, refusal
from predict_api.endpoint import Model
from predict_api.log import logger
from predict_api.operations import Request, operations
from predict_api.problem import Problem
from predict_api.settings import read_settings

metrics = Metrics()
tracer = Tracer(patch_modules=["botocore"])
SETTINGS = read_settings()
OPERATIONS = operations(SETTINGS)
# An id that a caller gives its request, to find it again in the logs
CORRELATION_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}")


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
@tracer.capture_lambda_handler(capture_response=False)
def handler(event: dict[str, Any], _context: object) -> Answer:
    """Answer one request of API Gateway's Lambda proxy integration."""
    request_id = str(event.get("requestContext", {}).get("requestId", ""))
    correlation_id = _correlation_id(event) or request_id
    logger.append_keys(request_id=request_id, correlation_id=correlation_id)
    request = Request(event, request_id, Model(SETTINGS.endpoint_name, correlation_id), SETTINGS)
    metrics.add_metric("Requests", MetricUnit.Count, 1)
    try:
        answer = _answer(request)
        told = {"operation": event["resource"], "status": answer["statusCode"]}
        logger.info("answered", extra=told)
    except Problem as problem:
        metrics.add_metric(_metric(problem), MetricUnit.Count, 1)
        logger.info("refused", extra={"code": problem.code, "status": problem.status.value})
        return refusal(problem, request_id)
    except Exception:
        metrics.add_metric("Failed", MetricUnit.Count, 1)
        logger.exception("unexpected failure")
        failure = Problem(
            HTTPStatus.INTERNAL_SERVER_ERROR, "internal_error", "Something went wrong on our side."
        )
        return refusal(failure, request_id)
    return answer


def _answer(request: Request) -> Answer:
    methods = OPERATIONS.get(request.event.get("resource", ""))
    if methods is None:
        raise Problem(HTTPStatus.NOT_FOUND, "not_found", "There is nothing under this path.")
    operation = methods.get(request.event.get("httpMethod", ""))
    if operation is None:
        allowed = ", ".join(methods)
        raise Problem(
            HTTPStatus.METHOD_NOT_ALLOWED,
            "method_not_allowed",
            f"Allowed here is {allowed}.",
            {"Allow": allowed},
        )
    return operation(request)


def _metric(problem: Problem) -> str:
    if problem.status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return "Refused"
    # A model that starts is no failure: a serverless one does so after every pause.
    return "WarmingUp" if problem.code == "model_warming_up" else "Failed"


def _correlation_id(event: dict[str, Any]) -> str | None:
    """Return the caller's own id of the request, if it gave one that a log can hold."""
    headers = event.get("headers") or {}
    for name, value in headers.items():
        if name.lower() == "x-correlation-id" and CORRELATION_ID.fullmatch(str(value)):
            return str(value)
    return None
