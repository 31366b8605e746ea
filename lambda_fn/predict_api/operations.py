"""The API's operations, one function each."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus

from aws_lambda_powertools.metrics import MetricUnit

from predict_api import openapi
from predict_api.agreement import count_agreement
from predict_api.answer import Answer, answer
from predict_api.api_request import ApiRequest
from predict_api.comparison import comparison
from predict_api.feedback import read_feedback, store
from predict_api.predict import metrics, predict, predict_batch
from predict_api.problem import Problem
from predict_api.serving import require_known
from predict_api.settings import Settings


def describe_model(request: ApiRequest) -> Answer:
    """Answer with the model's metrics, data and code hashes, hyperparameters and comparison."""
    card, artifacts = request.model.card(), request.settings.artifacts_uri
    found = comparison(artifacts, card["model_version"]) if artifacts else None
    return answer({**card, **({"comparison": found} if found else {})}, request.request_id)


def check_health(request: ApiRequest) -> Answer:
    """Answer that the API works and, with `deep=true`, that the model does."""
    deep = request.query("deep")
    if deep not in {None, "true", "false"}:
        raise Problem(
            HTTPStatus.BAD_REQUEST, "invalid_request", "The parameter deep must be true or false."
        )
    if deep == "true":
        request.model.card()
        return answer({"status": "ok", "model": "ok"}, request.request_id)
    return answer({"status": "ok"}, request.request_id)


def take_feedback(bucket: str, request: ApiRequest) -> Answer:
    """Store a person's feedback on a verdict."""
    limit = request.settings.max_review_characters
    feedback = read_feedback(request.body, request.header("content-type"), limit)
    require_known((feedback.predicted, feedback.correct), request.model)
    store(feedback, bucket=bucket, request_id=request.request_id, at=datetime.now(UTC))
    metrics.add_metric("Feedback", MetricUnit.Count, 1)
    count_agreement(feedback, request.model)
    content = {"status": "recorded", "request_id": request.request_id}
    return answer(content, request.request_id, status=HTTPStatus.CREATED)


def describe_api(request: ApiRequest) -> Answer:
    """Answer with the OpenAPI document."""
    settings = request.settings
    document = openapi.document(
        settings.max_review_characters, feedback=settings.feedback_bucket is not None
    )
    return answer(document, request.request_id, media_type=openapi.MEDIA_TYPE)


Operation = Callable[[ApiRequest], Answer]
Operations = dict[str, dict[str, Operation]]


def _readable(operation: Operation) -> dict[str, Operation]:
    """Return the methods of an operation that only reads: API Gateway drops the body for HEAD."""
    return {"GET": operation, "HEAD": operation}


# Path to method to operation
OPERATIONS: Operations = {
    "/predict": {"POST": predict},
    "/predict/batch": {"POST": predict_batch},
    "/model": _readable(describe_model),
    "/health": _readable(check_health),
    "/openapi.json": _readable(describe_api),
}


def operations(settings: Settings) -> Operations:
    """Return the operations of a deployment by path and method."""
    if settings.feedback_bucket is None:
        return OPERATIONS
    return {**OPERATIONS, "/feedback": {"POST": partial(take_feedback, settings.feedback_bucket)}}
