"""What the API can do, one function an operation."""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools import Metrics
from aws_lambda_powertools.metrics import MetricUnit

from predict_api import openapi
from predict_api.answer import Answer, answer
from predict_api.body import TEXT, checked, read_review, read_reviews
from predict_api.endpoint import Model
from predict_api.feedback import read_feedback, store
from predict_api.log import logger
from predict_api.problem import Problem
from predict_api.settings import Settings
from predict_api.verdict import Verdict

metrics = Metrics()


@dataclass(frozen=True)
class Request:
    """One request of API Gateway.

    Attributes:
        event: as API Gateway hands it over.
        request_id: its id, which stands in the logs, too.
        model: whom to ask.
        settings: of this deployment.
    """

    event: dict[str, Any]
    request_id: str
    model: Model
    settings: Settings

    def header(self, name: str) -> str:
        """Return a header, whatever its spelling; empty when there is none."""
        headers = self.event.get("headers") or {}
        return next((str(headers[key]) for key in headers if key.lower() == name), "")

    def query(self, name: str) -> str | None:
        """Return a parameter of the query."""
        value: str | None = (self.event.get("queryStringParameters") or {}).get(name)
        return value

    @property
    def body(self) -> bytes:
        """The body as it was sent.

        Raises:
            Problem: 400, when it is said to be base64 and is not.
        """
        body = str(self.event.get("body") or "")
        if not self.event.get("isBase64Encoded"):
            return body.encode("utf-8", "surrogatepass")
        try:
            return base64.b64decode(body)
        except ValueError:
            raise Problem(
                HTTPStatus.BAD_REQUEST, "invalid_request", "The body is not base64."
            ) from None


def predict(request: Request) -> Answer:
    """Answer `1` or `0`, or JSON with the probability and perhaps the words that moved it."""
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


def predict_batch(request: Request) -> Answer:
    """Answer a list of reviews in their order; a bad one is told in its place."""
    reviews = read_reviews(request.body, request.header("content-type"))
    found: list[Verdict | Problem | None] = []
    good: list[str] = []
    for review in reviews:
        try:
            good.append(checked(review, request.settings.max_review_characters))
            found.append(None)
        except Problem as problem:
            found.append(problem)
    verdicts = iter(request.model.verdicts(good))
    complete = [next(verdicts) if one is None else one for one in found]
    judged = [one for one in complete if isinstance(one, Verdict)]
    _count(judged)
    content = {
        "predictions": [
            one.as_dict()
            if isinstance(one, Verdict)
            else {"error": {"code": one.code, "detail": one.detail}}
            for one in complete
        ],
        "model": judged[0].model if judged else None,
        "request_id": request.request_id,
    }
    return answer(content, request.request_id)


def describe_model(request: Request) -> Answer:
    """Answer what is known of the model: its figures, its data, its code and its settings."""
    return answer(request.model.card(), request.request_id)


def tell_health(request: Request) -> Answer:
    """Answer that the API works; with `deep=true`, that the model does."""
    deep = request.query("deep")
    if deep not in {None, "true", "false"}:
        raise Problem(
            HTTPStatus.BAD_REQUEST, "invalid_request", "The parameter deep must be true or false."
        )
    if deep == "true":
        request.model.card()
        return answer({"status": "ok", "model": "ok"}, request.request_id)
    return answer({"status": "ok"}, request.request_id)


def take_feedback(bucket: str, request: Request) -> Answer:
    """Keep what somebody says of a verdict."""
    limit = request.settings.max_review_characters
    feedback = read_feedback(request.body, request.header("content-type"), limit)
    store(
        feedback,
        bucket=bucket,
        request_id=request.request_id,
        at=datetime.now(UTC),
    )
    metrics.add_metric("Feedback", MetricUnit.Count, 1)
    content = {"status": "recorded", "request_id": request.request_id}
    return answer(content, request.request_id, status=HTTPStatus.CREATED)


def describe_api(request: Request) -> Answer:
    """Answer the OpenAPI document."""
    settings = request.settings
    document = openapi.document(
        settings.max_review_characters, feedback=settings.feedback_bucket is not None
    )
    return answer(document, request.request_id, media_type=openapi.MEDIA_TYPE)


Operations = dict[str, dict[str, Callable[[Request], Answer]]]
# Path to method to operation
OPERATIONS: Operations = {
    "/predict": {"POST": predict},
    "/predict/batch": {"POST": predict_batch},
    "/model": {"GET": describe_model},
    "/health": {"GET": tell_health},
    "/openapi.json": {"GET": describe_api},
}


def operations(settings: Settings) -> Operations:
    """Return the operations of a deployment, by path and method."""
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
