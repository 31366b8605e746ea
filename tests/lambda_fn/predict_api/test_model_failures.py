"""Model failures: callers get a problem without internal details."""

import json
import math
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError

from tests.lambda_fn.predict_api.api import VERDICT, Api, problem_of

# Error body of the server in the Hugging Face container, as SageMaker forwards it
WRAPPED = '{\n  "code": 400,\n  "type": "InternalServerException",\n  "message": %s\n}\n'


@pytest.mark.parametrize(
    ("error", "fields", "status", "code"),
    [
        ("ServiceUnavailable", {}, 503, "model_warming_up"),
        ("ModelNotReadyException", {}, 503, "model_warming_up"),
        ("ValidationError", {}, 502, "model_failed"),
        ("AccessDeniedException", {}, 502, "model_failed"),
        ("ModelError", {"OriginalMessage": "Worker died."}, 502, "model_failed"),
        ("ModelError", {"OriginalMessage": '"text"'}, 502, "model_failed"),
        (
            "ModelError",
            {"OriginalMessage": '{"code": "empty_review", "message": "x"}\nTraceback …'},
            400,
            "empty_review",
        ),
        (
            "ModelError",
            {
                "OriginalMessage": WRAPPED % json.dumps('{"code": "review_too_long"}'),
                "OriginalStatusCode": 400,
            },
            413,
            "review_too_long",
        ),
        (
            "ModelError",
            {"OriginalMessage": WRAPPED % "\"name 'x'\"", "OriginalStatusCode": 400},
            502,
            "model_failed",
        ),
        ("ModelError", {"OriginalStatusCode": 0}, 503, "model_warming_up"),
        ("ModelError", {"OriginalStatusCode": 429}, 503, "model_busy"),
        ("ModelError", {"OriginalStatusCode": 503}, 503, "model_warming_up"),
        ("ModelError", {"OriginalStatusCode": 504}, 503, "model_warming_up"),
        ("ModelError", {"OriginalStatusCode": 500}, 502, "model_failed"),
    ],
)
def test_model_failures_become_problems_without_details(
    api: Api, error: str, fields: dict[str, Any], status: int, code: str
) -> None:
    api.model_fails(error, **fields)
    answer = api.post(b"A fine film")
    problem = problem_of(answer)
    assert (problem["status"], problem["code"]) == (status, code)
    assert "secret" not in answer["body"]
    assert "Traceback" not in answer["body"]
    assert ("Retry-After" in answer["headers"]) == (status == 503)


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Record the function's pauses without waiting."""
    made: list[float] = []
    monkeypatch.setattr("predict_api.model.time.sleep", made.append)
    return made


def test_a_throttling_endpoint_is_retried(api: Api, pauses: list[float]) -> None:
    for _ in range(2):
        api.model_fails("ThrottlingException")
    api.model_answers()
    answer = api.post(b"A fine film")
    assert (answer["statusCode"], answer["body"]) == (200, "1")
    assert len(pauses) == 2


def test_retries_of_a_throttling_endpoint_are_limited(api: Api, pauses: list[float]) -> None:
    for _ in range(6):
        api.model_fails("ThrottlingException")
    answer = api.post(b"A fine film")
    assert problem_of(answer)["code"] == "model_busy"
    assert answer["headers"]["Retry-After"] == "5"
    assert len(pauses) == 5
    # The caller is still waiting by then.
    assert sum(pauses) <= 4
    api.stubber.assert_no_pending_responses()


def test_a_timeout_asks_the_caller_to_retry(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    def invoke_endpoint(**_: Any) -> None:
        raise ReadTimeoutError(endpoint_url="https://secret")

    monkeypatch.setattr(api.runtime, "invoke_endpoint", invoke_endpoint)
    answer = api.post(b"A fine film")
    assert problem_of(answer)["code"] == "model_warming_up"
    assert "secret" not in answer["body"]


@pytest.mark.parametrize(
    "content",
    [
        [],
        {},
        {"label": "positive"},
        {**VERDICT, "probabilities": {"negative": 0.5, "positive": "x"}},
        {**VERDICT, "probabilities": {"negative": 0.5, "positive": math.nan}},
        {**VERDICT, "probabilities": {"negative": 0.5, "positive": 1.5}},
        {**VERDICT, "probabilities": {"negative": 1}},
        {**VERDICT, "words": None},
        {**VERDICT, "known_words": 4},
        {**VERDICT, "label": None},
        {**VERDICT, "model_version": None},
    ],
)
def test_an_answer_that_is_not_a_verdict_is_a_model_failure(api: Api, content: Any) -> None:
    api.model_answers(content)
    assert problem_of(api.post(b"A fine film"))["code"] == "model_failed"


def test_an_unexpected_error_leaks_nothing(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api.runtime, "invoke_endpoint", lambda **_: 1 / 0)
    answer = api.post(b"A fine film")
    assert problem_of(answer)["code"] == "internal_error"
    assert "division" not in answer["body"]
