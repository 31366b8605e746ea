"""Batches of reviews, answered in order."""

import json
from typing import Any

import pytest

from tests.lambda_fn.predict_api.api import (
    JSON,
    MODEL,
    TEXT,
    VERDICT,
    Api,
    problem_of,
)


def batch(api: Api, reviews: Any, **more: Any) -> dict[str, Any]:
    return api.post(json.dumps({"reviews": reviews}).encode(), JSON, path="/predict/batch", **more)


def test_a_batch_is_answered_in_order(api: Api) -> None:
    shares = {"negative": 0.9, "positive": 0.1}
    dull = {**VERDICT, "label": "negative", "probabilities": shares}
    markup = {"error": {"code": "empty_review", "message": "inner words"}}
    sent = ["A fine film", " ", "Dull", 7, "x" * 101, "<br>", "\ud800"]
    api.model_answers(
        {"predictions": [VERDICT, dull, markup]}, asked={"reviews": ["A fine film", "Dull", "<br>"]}
    )
    answer = batch(api, sent)
    assert answer["statusCode"] == 200
    content = json.loads(answer["body"])
    predictions = content.pop("predictions")
    assert content == {"model": MODEL, "request_id": "request-1"}
    read = {"words": 3, "known_words": 2}
    clear = {"negative": 0.03, "positive": 0.97}
    for index, label, given in ((0, "positive", clear), (2, "negative", shares)):
        assert predictions[index] == {
            "sentiment": label, "label": label, "probability": given["positive"],
            "probabilities": given, **read,
        }  # fmt: skip
    codes = [one.get("error", {}).get("code") for one in predictions]
    assert codes == [
        None, "empty_review", None, "invalid_request", "review_too_long", "empty_review", "invalid_request",
    ]  # fmt: skip
    assert "inner words" not in answer["body"]


def test_a_batch_without_any_review_does_not_wake_the_model(api: Api) -> None:
    content = json.loads(batch(api, [" ", ""])["body"])
    assert [one["error"]["code"] for one in content["predictions"]] == ["empty_review"] * 2
    assert content["model"] is None


def test_a_large_batch_is_split(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    from predict_api import model  # noqa: PLC0415

    monkeypatch.setattr(model, "MAX_REQUEST_BYTES", 12)
    for review in ("first", "second", "third"):
        api.model_answers({"predictions": [VERDICT]}, asked={"reviews": [review]})
    assert len(json.loads(batch(api, ["first", "second", "third"])["body"])["predictions"]) == 3
    api.stubber.assert_no_pending_responses()


@pytest.mark.parametrize(
    ("body", "content_type", "code"),
    [
        (json.dumps({"reviews": ["x"] * 513}).encode(), JSON, "too_many_reviews"),
        (json.dumps({"reviews": ["x" * 9000] * 500}).encode(), JSON, "too_many_reviews"),
        (b'{"reviews": []}', JSON, "invalid_request"),
        (b'{"reviews": "x"}', JSON, "invalid_request"),
        (b'{"reviews": ["x"], "more": 1}', JSON, "invalid_request"),
        (b'{"reviews": [', JSON, "invalid_json"),
        (b"A fine film", TEXT, "unsupported_media_type"),
    ],
)
def test_invalid_batches_are_refused(api: Api, body: bytes, content_type: str, code: str) -> None:
    assert problem_of(api.post(body, content_type, path="/predict/batch"))["code"] == code


@pytest.mark.parametrize(
    "answers", [[], [VERDICT], [VERDICT, {}], [VERDICT, {"error": {"code": "x"}}]]
)
def test_a_model_answer_of_the_wrong_length_or_form(api: Api, answers: list[Any]) -> None:
    api.model_answers({"predictions": answers}, asked={"reviews": ["A", "B"]})
    assert problem_of(batch(api, ["A", "B"]))["code"] == "model_failed"
