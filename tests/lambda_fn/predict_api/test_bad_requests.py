"""Invalid requests get a 4xx, a code and one line; no request causes a server error."""

import io
import json
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.lambda_fn.predict_api.api import JSON, TEXT, VERDICT, Api, LambdaContext, problem_of


@pytest.mark.parametrize(
    ("body", "content_type", "status", "code", "detail"),
    [
        (b"", TEXT, 400, "empty_review", "review is empty"),
        (b" \n", TEXT, 400, "empty_review", "review is empty"),
        (b"a" * 101, TEXT, 413, "review_too_long", "at most 100 characters"),
        (b"a" * 6_000_000, TEXT, 413, "review_too_long", "at most 100 characters"),
        (b"ab\xff", TEXT, 400, "not_utf8", "byte 2"),
        (b"x", "", 415, "unsupported_media_type", "text/plain or application/json"),
        (b"f\x00i\x00", "text/plain; charset=utf-16", 415, "unsupported_media_type", "UTF-8"),
        (b"caf\xe9", 'text/plain; Charset="ISO-8859-1"', 415, "unsupported_media_type", "UTF-8"),
        (b"x", "image/png", 415, "unsupported_media_type", "text/plain or application/json"),
        (b'{"review": ', JSON, 400, "invalid_json", "line 1, column 12"),
        (b'["A fine film"]', JSON, 400, "invalid_request", '{"review": "text"}'),
        (b"null", JSON, 400, "invalid_request", '{"review": "text"}'),
        (b'{"review": 7}', JSON, 400, "invalid_request", '{"review": "text"}'),
        (b'{"review": "x", "more": 1}', JSON, 400, "invalid_request", '{"review": "text"}'),
        (b'{"review": "\\ud800"}', JSON, 400, "invalid_request", "unpaired surrogate"),
        (b"[" * 1500, JSON, 400, "invalid_json", "not JSON"),
    ],
)
def test_invalid_requests_are_refused(
    api: Api, body: bytes, content_type: str, status: int, code: str, detail: str
) -> None:
    answer = api.post(body, content_type)
    problem = problem_of(answer)
    assert (problem["status"], problem["code"]) == (status, code)
    assert detail in problem["detail"]
    api.model_answers()
    assert api.post(b"A fine film")["statusCode"] == 200


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "OPTIONS"])
def test_other_methods_get_the_allowed_one(api: Api, method: str) -> None:
    answer = api.post(b"A fine film", method=method)
    assert (problem_of(answer)["status"], answer["headers"]["Allow"]) == (405, "POST")


# Events of a test in Lambda's console, a function URL or an HTTP API, a load balancer, and a caller
# that sends part of API Gateway's event
ROUTE = {"resource": "/health", "httpMethod": "GET"}
V2 = {"version": "2.0", "rawPath": "/health", "requestContext": {"requestId": "v2"}}
OTHER_EVENTS: dict[str, tuple[Any, str]] = {
    "console": ({"key1": "value1", "key2": "value2"}, "request id"),
    "function URL": (V2, "resource and httpMethod"),
    "load balancer": (
        {"httpMethod": "GET", "path": "/health", "requestContext": {"elb": {}}},
        "request id",
    ),
    "no context": (ROUTE, "request id"),
    "null context": ({**ROUTE, "requestContext": None}, "request id"),
    "null id": ({**ROUTE, "requestContext": {"requestId": None}}, "request id"),
    "empty id": ({**ROUTE, "requestContext": {"requestId": ""}}, "request id"),
    "nothing": (None, "request id"),
    "text": ("hello", "request id"),
    "list": ([1], "request id"),
}


@pytest.mark.parametrize("case", OTHER_EVENTS)
def test_an_event_of_anything_but_the_rest_api_is_refused(api: Api, case: str) -> None:
    sent, missing = OTHER_EVENTS[case]
    answer = api.module.handler(sent, LambdaContext())
    problem = json.loads(answer["body"])
    assert (answer["statusCode"], problem["code"]) == (400, "invalid_request")
    assert f"no {missing}" in problem["detail"]
    assert problem["request_id"] == answer["headers"]["X-Request-Id"] == "lambda-request"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(body=st.one_of(st.binary(max_size=150), st.from_regex(rb"\{.*\}"), st.text().map(str.encode)),
       content_type=st.sampled_from([TEXT, JSON, "a/b", ""]))  # fmt: skip
def test_no_body_causes_a_server_error(api: Api, body: bytes, content_type: str) -> None:
    verdict = json.dumps(VERDICT).encode()
    with patch.object(api.runtime, "invoke_endpoint", lambda **_: {"Body": io.BytesIO(verdict)}):
        answer = api.post(body, content_type)
    assert answer["statusCode"] < 500
    if answer["statusCode"] != 200:
        problem_of(answer)
