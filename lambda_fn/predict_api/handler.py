"""Lambda handler of the API."""

from http import HTTPStatus
from typing import Any

from aws_lambda_powertools import Metrics, Tracer
from aws_lambda_powertools.metrics import MetricUnit

from predict_api.answer import Answer, refusal
from predict_api.api_request import ApiRequest, id_of
from predict_api.cors import allow, preflight
from predict_api.log import logger
from predict_api.operations import operations
from predict_api.problem import Problem
from predict_api.settings import read_settings

metrics = Metrics()
tracer = Tracer(patch_modules=["botocore"])
SETTINGS = read_settings()
OPERATIONS = operations(SETTINGS)


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
@tracer.capture_lambda_handler(capture_response=False)
def handler(event: Any, context: Any) -> Answer:
    """Answer one request of API Gateway's Lambda proxy integration."""
    metrics.add_metric("Requests", MetricUnit.Count, 1)
    try:
        request_id = id_of(event)
    except Problem as problem:
        metrics.add_metric("Refused", MetricUnit.Count, 1)
        logger.warning("not a request of the API", extra={"detail": problem.detail})
        return refusal(problem, context.aws_request_id)
    request = ApiRequest(event, request_id, SETTINGS)
    logger.append_keys(request_id=request_id, correlation_id=request.correlation_id)
    return allow(_guarded(request), request.header("origin"), SETTINGS.allowed_origins)


def _guarded(request: ApiRequest) -> Answer:
    """Answer a request, or say why not."""
    try:
        answer = _answer(request)
        fields = {"operation": request.event["resource"], "status": answer["statusCode"]}
        logger.info("answered", extra=fields)
    except Problem as problem:
        metrics.add_metric(_metric(problem), MetricUnit.Count, 1)
        logger.info("refused", extra={"code": problem.code, "status": problem.status.value})
        return refusal(problem, request.request_id)
    except Exception:
        metrics.add_metric("Failed", MetricUnit.Count, 1)
        logger.exception("unexpected failure")
        failure = Problem(
            HTTPStatus.INTERNAL_SERVER_ERROR,
            "internal_error",
            "The server failed unexpectedly. Try again later.",
        )
        return refusal(failure, request.request_id)
    return answer


def _answer(request: ApiRequest) -> Answer:
    methods = OPERATIONS.get(request.event.get("resource", ""))
    if methods is None:
        raise Problem(HTTPStatus.NOT_FOUND, "not_found", "This path does not exist.")
    if (asked_first := preflight(request, methods)) is not None:
        return asked_first
    operation = methods.get(request.event.get("httpMethod", ""))
    if operation is None:
        allowed = ", ".join(methods)
        raise Problem(
            HTTPStatus.METHOD_NOT_ALLOWED,
            "method_not_allowed",
            f"This path only accepts {allowed}.",
            {"Allow": allowed},
        )
    return operation(request)


def _metric(problem: Problem) -> str:
    if problem.status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return "Refused"
    # A starting model is not a failure: a serverless one starts after every idle period.
    return "WarmingUp" if problem.code == "model_warming_up" else "Failed"
