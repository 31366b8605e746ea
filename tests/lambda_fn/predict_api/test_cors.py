"""Cross-origin requests: allowed origins only, and none by default."""

from dataclasses import replace
from typing import Any

import pytest

from tests.lambda_fn.predict_api.api import JSON, Api, LambdaContext

ALLOWED = "https://example.com"


def ask(api: Api, method: str, origin: str, **headers: str) -> dict[str, Any]:
    event = {
        "resource": "/predict",
        "httpMethod": method,
        "headers": {"Origin": origin, "Content-Type": JSON, **headers},
        "body": '{"review": " "}',
        "requestContext": {"requestId": "request-1"},
    }
    answer: dict[str, Any] = api.module.handler(event, LambdaContext())
    return answer


@pytest.fixture
def allowing(api: Api, monkeypatch: pytest.MonkeyPatch) -> Api:
    settings = replace(api.module.SETTINGS, allowed_origins=(ALLOWED, "https://two.example"))
    monkeypatch.setattr(api.module, "SETTINGS", settings)
    return api


def test_a_page_of_an_allowed_origin_reads_answers_and_errors(allowing: Api) -> None:
    answer = ask(allowing, "POST", ALLOWED)
    assert answer["statusCode"] == 400
    assert answer["headers"]["Access-Control-Allow-Origin"] == ALLOWED
    assert "Retry-After" in answer["headers"]["Access-Control-Expose-Headers"]
    assert answer["headers"]["Vary"] == "Origin"


def test_a_browser_may_ask_first(allowing: Api) -> None:
    asked = {"Access-Control-Request-Method": "POST"}
    answer = ask(allowing, "OPTIONS", ALLOWED, **asked)
    assert answer["statusCode"] == 204
    assert answer["headers"]["Access-Control-Allow-Methods"] == "POST"
    assert "Content-Type" in answer["headers"]["Access-Control-Allow-Headers"]
    assert ask(allowing, "OPTIONS", "https://other.example", **asked)["statusCode"] == 405
    assert ask(allowing, "OPTIONS", ALLOWED)["statusCode"] == 405


@pytest.mark.parametrize("origin", ["https://other.example", "", "null", ALLOWED.upper()])
def test_no_other_page_reads_them(allowing: Api, origin: str) -> None:
    assert "Access-Control-Allow-Origin" not in ask(allowing, "POST", origin)["headers"]


def test_no_origin_is_allowed_by_default(api: Api) -> None:
    headers = ask(api, "POST", ALLOWED)["headers"]
    assert not [name for name in headers if name.startswith("Access-Control") or name == "Vary"]
