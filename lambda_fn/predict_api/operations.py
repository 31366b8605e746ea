"""The API's operations, one function each."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus

from aws_lambda_powertools import Metrics
from aws_lambda_powertools.metrics import MetricUnit

from predict_api import openapi
from predict_api.answer import Answer, answer
from predict_api.api_request import ApiRequest
from predict_api.body import TEXT, checked, read_review, read_reviews
from predict_api.feedback import read_feedback, store
from predict_api.log import logger
from predict_api.problem import Problem
from predict_api.settings import Settings
from predict_api.verdict import Verdict

metrics = Metrics()


def predict(request: ApiRequest) -> Answer:
    """Answer with `1` or `0`, or with JSON: the probability and, on request, the words' weights."""
    review = read_review(
        request.body,
        request.header("content-type"),
        request.header("accept"),
        request.settings.max_review_characters,
    )
    verdict = request.model.verdict(review.text, explain=review.explain)
    _count([verdict])
    if review.media_type == TEXT:
        return answer(verdict.digit, request.request_id, media_type=TEXT)
    content = {**verdict.as_dict(), "model": verdict.model, "request_id": request.request_id}
    return answer(content, request.request_id)


def predict_batch(request: ApiRequest) -> Answer:
    """Answer a list of reviews in order, with an `error` entry for each invalid one."""
    reviews = read_reviews(request.body, request.header("content-type"))
    refused: dict[int, Problem] = {}
    valid: list[str] = []
    for index, review in enumerate(reviews):
        try:
            valid.append(checked(review, request.settings.max_review_characters))
        except Problem as problem:
            refused[index] = problem
    verdicts = iter(request.model.verdicts(valid))
    results = [refused.get(index) or next(verdicts) for index in range(len(reviews))]
    judged = [result for result in results if isinstance(result, Verdict)]
    _count(judged)
    content = {
        "predictions": [
            result.as_dict()
            if isinstance(result, Verdict)
            else {"error": {"code": result.code, "detail": result.detail}}
            for result in results
        ],
        "model": judged[0].model if judged else None,
        "request_id": request.request_id,
    }
    return answer(content, request.request_id)


def describe_model(request: ApiRequest) -> Answer:
    """Answer with the model's metrics, data and code hashes, and hyperparameters."""
    return answer(request.model.card(), request.request_id)


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
    store(feedback, bucket=bucket, request_id=request.request_id, at=datetime.now(UTC))
    metrics.add_metric("Feedback", MetricUnit.Count, 1)
    content = {"status": "recorded", "request_id": request.request_id}
    return answer(content, request.request_id, status=HTTPStatus.CREATED)


def describe_api(request: ApiRequest) -> Answer:
    """Answer with the OpenAPI document."""
    settings = request.settings
    document = openapi.document(
        settings.max_review_characters, feedback=settings.feedback_bucket is not None
    )
    return answer(document, request.request_id, media_type=openapi.MEDIA_TYPE)


Operations = dict[str, dict[str, Callable[[ApiRequest], Answer]]]
# Path to method to operation
OPERATIONS: Operations = {
    "/predict": {"POST": predict},
    "/predict/batch": {"POST": predict_batch},
    "/model": {"GET": describe_model},
    "/health": {"GET": check_health},
    "/openapi.json": {"GET": describe_api},
}


def operations(settings: Settings) -> Operations:
    """Return the operations of a deployment by path and method."""
    if settings.feedback_bucket is None:
        return OPERATIONS
    return {**OPERATIONS, "/feedback": {"POST": partial(take_feedback, settings.feedback_bucket)}}


def _count(verdicts: list[Verdict]) -> None:
    for sentiment in ("positive", "negative"):
        count = sum(verdict.sentiment == sentiment for verdict in verdicts)
        if count:
            metrics.add_metric(sentiment.title(), MetricUnit.Count, count)
    if verdicts:
        logger.append_keys(reviews=len(verdicts), **verdicts[0].model)
