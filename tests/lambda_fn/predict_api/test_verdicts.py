"""Answers to one review: `1` or `0`, or JSON with the probability and the explanation."""

import json
from typing import Any

import pytest

from tests.lambda_fn.predict_api.api import JSON, MODEL, TEXT, VERDICT, Api, problem_of

TEXT_IN_UTF_8 = "text/plain; charset=utf-8"


@pytest.mark.parametrize("plain", [True, False])
@pytest.mark.parametrize(("sentiment", "digit"), [("positive", "1"), ("negative", "0")])
def test_text_gets_one_or_zero(api: Api, sentiment: str, digit: str, *, plain: bool) -> None:
    api.model_answers({**VERDICT, "label": sentiment})
    answer = api.post(b"A fine film", TEXT_IN_UTF_8, plain=plain)
    assert (answer["statusCode"], answer["body"]) == (200, digit)
    assert answer["headers"]["Content-Type"] == TEXT_IN_UTF_8


def test_json_gets_the_whole_verdict(api: Api) -> None:
    api.model_answers()
    answer = api.post(b'{"review": "A fine film"}', JSON)
    assert answer["statusCode"] == 200
    assert json.loads(answer["body"]) == {
        "sentiment": "positive",
        "probability": 0.97,
        "label": "positive",
        "probabilities": {"negative": 0.03, "positive": 0.97},
        "words": 3,
        "known_words": 2,
        "model": MODEL,
        "request_id": "request-1",
    }


def test_other_labels_have_no_sentiment(api: Api) -> None:
    probabilities = {"late": 0.2, "lost": 0.7, "מאוחר": 0.1}
    api.model_answers({**VERDICT, "label": "lost", "probabilities": probabilities})
    answer = json.loads(api.post(b'{"review": "A fine film"}', JSON)["body"])
    assert answer["label"] == "lost"
    assert list(answer["probabilities"].items()) == list(probabilities.items())
    assert {"sentiment", "probability"}.isdisjoint(answer)
    api.model_answers({**VERDICT, "label": "מאוחר", "probabilities": probabilities})
    assert api.post(b"A fine film")["body"] == "מאוחר"


@pytest.mark.parametrize(
    ("content_type", "accept", "answered"),
    [
        (JSON, TEXT, TEXT_IN_UTF_8),
        (TEXT, JSON, JSON),
        (JSON, "text/html, */*;q=0.1", JSON),
        (TEXT, "", TEXT_IN_UTF_8),
        (JSON, "application/*, text/plain;q=0.1", JSON),
        (TEXT, "text/plain;q=0, application/json", JSON),
        (TEXT, "text/plain;q=0.4, application/json;q=0.5", JSON),
        (JSON, "text/*", TEXT_IN_UTF_8),
    ],
)
def test_the_accept_header_selects_the_media_type(
    api: Api, content_type: str, accept: str, answered: str
) -> None:
    api.model_answers()
    body = b"A fine film" if content_type == TEXT else b'{"review": "A fine film"}'
    assert api.post(body, content_type, accept)["headers"]["Content-Type"] == answered


@pytest.mark.parametrize("accept", ["image/png", "*/*;q=0", "text/*;q=0.0, image/*"])
def test_a_request_without_an_acceptable_media_type_is_refused(api: Api, accept: str) -> None:
    assert problem_of(api.post(b"A fine film", TEXT, accept))["code"] == "not_acceptable"


def test_an_explanation_is_passed_on(api: Api) -> None:
    words = [{"start": 2, "end": 6, "weight": 1.5}]
    parts = {"bias": 0.1, "words": words, "rest": 0, "phrases": words}
    explained = {**VERDICT, "explanation": parts}
    api.model_answers(explained, asked={"review": "A fine film", "explain": True})
    answer = json.loads(api.post(b'{"review": "A fine film", "explain": true}', JSON)["body"])
    assert answer["explanation"] == answer["phrases"] == words
    assert (answer["bias"], answer["rest"]) == (0.1, 0)
    api.model_answers()
    plain = api.post(b'{"review": "A fine film", "explain": false}', JSON)
    assert {"explanation", "phrases", "bias"}.isdisjoint(json.loads(plain["body"]))


PARTS: dict[str, Any] = {"bias": 0.1, "words": [], "rest": 0, "phrases": []}


@pytest.mark.parametrize(
    "explanation",
    [7, {}, {"words": 1}, {**PARTS, "words": [{"start": 0}]}, {**PARTS, "bias": None}],
)
def test_a_malformed_explanation_is_a_model_failure(api: Api, explanation: Any) -> None:
    api.model_answers({**VERDICT, "explanation": explanation})
    assert problem_of(api.post(b"A fine film"))["code"] == "model_failed"
