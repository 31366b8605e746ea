"""What the API's new code must do before callers get it."""

import io
import json
from typing import Any

import pytest

from release_test import handler
from release_test.handler import ReleaseTestError, check
from tests.lambda_fn.fake_aws import check as is_valid

VERSION = "arn:aws:lambda:us-east-1:000000000000:function:predict:7"
HEALTHY = {"statusCode": 200, "body": '{"status": "ok"}'}
POSITIVE = {"statusCode": 200, "body": '{"sentiment": "positive"}'}


class Function:
    """A function by what it answers to each path."""

    def __init__(self, **answers: Any) -> None:
        """Answer as a good one does, but for these."""
        self.answers = {"health": HEALTHY, "predict": POSITIVE, **answers}
        self.asked: list[str] = []

    def invoke(self, **request: Any) -> dict[str, Any]:
        """Answer; what is an error fails as Lambda reports it."""
        is_valid("lambda", "Invoke", request)
        assert request["FunctionName"] == VERSION
        path = json.loads(request["Payload"])["path"].strip("/")
        self.asked.append(path)
        answer = self.answers[path]
        failed = {"FunctionError": "Unhandled"} if "errorType" in str(answer) else {}
        return {"Payload": io.BytesIO(json.dumps(answer).encode()), **failed}


def test_a_good_version_is_asked_for_its_health_and_a_verdict() -> None:
    function = Function()
    check(function, VERSION)
    assert function.asked == ["health", "predict"]


@pytest.mark.parametrize("status", [503, 429])
def test_a_model_that_is_away_is_not_the_functions_fault(status: int) -> None:
    check(Function(predict={"statusCode": status, "body": "{}"}), VERSION)


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        (
            {"health": {"errorType": "Runtime.ImportModuleError", "errorMessage": "No module"}},
            "fails: Runtime.ImportModuleError: No module",
        ),
        ({"health": {"errorType": "Odd"}}, "fails: .*Odd"),
        ({"health": {"statusCode": 500, "body": "{}"}}, "GET /health with 500"),
        ({"health": "hello"}, 'no valid answer: "hello"'),
        ({"health": {"body": "{}"}}, "no valid answer"),
        ({"predict": {"statusCode": 500, "body": "{}"}}, "POST /predict .* with 500"),
        ({"predict": {"statusCode": 200, "body": '{"sentiment": "negative"}'}}, "with 200: .*neg"),
        ({"predict": {"statusCode": 200, "body": "1"}}, "with 200: 1"),
    ],
)
def test_a_bad_version_is_refused_with_one_line(answers: dict[str, Any], reason: str) -> None:
    with pytest.raises(ReleaseTestError, match=reason) as refusal:
        check(Function(**answers), VERSION)
    assert "\n" not in str(refusal.value)


def test_the_handler_tests_on_create_and_update(monkeypatch: pytest.MonkeyPatch) -> None:
    function = Function()
    monkeypatch.setattr(handler, "_lambda", lambda: function)
    ids = {
        handler.on_event(
            {"RequestType": request, "ResourceProperties": {"VersionArn": VERSION}}, None
        )["PhysicalResourceId"]
        for request in ("Create", "Update", "Delete")
    }
    assert len(ids) == 1
    assert len(function.asked) == 4
