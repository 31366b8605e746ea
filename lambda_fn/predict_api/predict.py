"""`POST /predict` and `POST /predict/batch`: the label of one review or of a list."""

from collections import Counter

from aws_lambda_powertools import Metrics, single_metric
from aws_lambda_powertools.metrics import MetricUnit

from predict_api.answer import Answer, answer
from predict_api.api_request import ApiRequest
from predict_api.body import TEXT, checked, read_review, read_reviews
from predict_api.drift import count_quarters
from predict_api.log import logger
from predict_api.problem import Problem
from predict_api.verdict import Verdict

metrics = Metrics()


def predict(request: ApiRequest) -> Answer:
    """Answer with `1`, `0` or the label, or with JSON: probabilities and, on request, reasons."""
    review = read_review(
        request.body,
        request.header("content-type"),
        request.header("accept"),
        request.settings.max_review_characters,
    )
    verdict = request.model.verdict(review.text, explain=review.explain)
    _count([verdict])
    count_quarters([verdict], request.settings)
    if review.media_type == TEXT:
        return answer(verdict.text, request.request_id, media_type=TEXT)
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
    count_quarters(judged, request.settings)
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


def _count(verdicts: list[Verdict]) -> None:
    for label, count in Counter(verdict.label for verdict in verdicts).items():
        with single_metric(name="Verdicts", unit=MetricUnit.Count, value=count) as metric:
            # A dimension's value is ASCII.
            metric.add_dimension("label", label.encode("ascii", "backslashreplace").decode())
    if verdicts:
        logger.append_keys(reviews=len(verdicts), **verdicts[0].model)
