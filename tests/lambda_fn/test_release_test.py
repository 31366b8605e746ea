"""Test of a new version of the API's function before its release."""

import io
import json
from typing import Any

import pytest

from release_test import handler
from release_test.handler import check
from resource_properties import FailedTestError
from tests.lambda_fn.fake_aws import check as is_valid

VERSION = "arn:aws:lambda:us-east-1:000000000000:function:predict:7"
HEALTHY = {"statusCode": 200, "body": '{"status": "ok"}'}
POSITIVE = {"statusCode": 200, "body": '{"sentiment": "positive"}'}


class Function:
    """A function with given answers by path."""

    def __init__(self, **answers: Any) -> None:
        """Create a working function, except for these answers."""
        self.answers = {"health": HEALTHY, "predict": POSITIVE, **answers}
        self.asked: list[str] = []

    def invoke(self, **request: Any) -> dict[str, Any]:
        """Answer, or report an error as Lambda does."""
        is_valid("lambda", "Invoke", request)
        assert request["FunctionName"] == VERSION
        path = json.loads(request["Payload"])["path"].strip("/")
        self.asked.append(path)
        answer = self.answers[path]
        failed = {"FunctionError": "Unhandled"} if "errorType" in str(answer) else {}
        return {"Payload": io.BytesIO(json.dumps(answer).encode()), **failed}


def test_a_working_version_passes_both_checks() -> None:
    function = Function()
    check(function, VERSION)
    assert function.asked == ["health", "predict"]


@pytest.mark.parametrize("status", [503, 429])
def test_an_unavailable_model_does_not_fail_the_function(status: int) -> None:
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
def test_a_broken_version_is_refused_with_one_line(answers: dict[str, Any], reason: str) -> None:
    with pytest.raises(FailedTestError, match=reason) as refusal:
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
