"""Test of a new version of the API's function before its release."""

import io
import json
from typing import Any

import pytest

from known_reviews import FILM_REVIEWS, KnownReview
from release_test import handler
from release_test.handler import check, known_review
from resource_properties import FailedTestError
from tests.lambda_fn.fake_aws import GERMAN, Time, client_error
from tests.lambda_fn.fake_aws import check as is_valid

VERSION = "arn:aws:lambda:us-east-1:000000000000:function:predict:7"
HEALTHY = {"statusCode": 200, "body": '{"status": "ok"}'}
POSITIVE = {"statusCode": 200, "body": '{"sentiment": "positive"}'}
KNOWN = KnownReview(**GERMAN[0])
LONGEST = 1000


class Function:
    """A function with given answers by path."""

    def __init__(self, **answers: Any) -> None:
        """Create a working function, except for these answers."""
        self.answers = {"health": HEALTHY, "predict": POSITIVE, **answers}
        self.asked: list[str] = []
        self.body = ""

    def invoke(self, **request: Any) -> dict[str, Any]:
        """Answer, or report an error as Lambda does."""
        is_valid("lambda", "Invoke", request)
        assert request["FunctionName"] == VERSION
        sent = json.loads(request["Payload"])
        path = sent["path"].strip("/")
        self.asked.append(path)
        self.body = sent["body"]
        answer = self.answers[path]
        failed = {"FunctionError": "Unhandled"} if "errorType" in str(answer) else {}
        return {"Payload": io.BytesIO(json.dumps(answer).encode()), **failed}


def test_a_working_version_passes_both_checks() -> None:
    function = Function()
    check(function, VERSION, KNOWN, LONGEST)
    assert function.asked == ["health", "predict"]
    assert json.loads(function.body) == {"review": KNOWN.text}


@pytest.mark.parametrize("status", [503, 429])
def test_an_unavailable_model_does_not_fail_the_function(status: int) -> None:
    for review in (KNOWN, None):
        check(Function(predict={"statusCode": status, "body": "{}"}), VERSION, review, LONGEST)


def test_any_verdict_will_do_without_a_known_review() -> None:
    function = Function(predict={"statusCode": 200, "body": '{"sentiment": "negative"}'})
    check(function, VERSION, None, longest=10)
    assert json.loads(function.body) == {"review": "A wonderfu"}
    with pytest.raises(FailedTestError, match=r"with 200: \{\}"):
        check(Function(predict={"statusCode": 200, "body": "{}"}), VERSION, None, LONGEST)


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
        check(Function(**answers), VERSION, KNOWN, LONGEST)
    assert "\n" not in str(refusal.value)


class Runtime:
    """An endpoint that describes its model after some errors."""

    def __init__(self, card: Any, *errors: Exception) -> None:
        """Set the description, and the errors to raise before it."""
        self.card, self.errors = card, list(errors)

    def invoke_endpoint(self, **request: Any) -> dict[str, Any]:
        is_valid("sagemaker-runtime", "InvokeEndpoint", request)
        assert json.loads(request["Body"]) == {"card": True}
        if self.errors:
            raise self.errors.pop(0)
        return {"Body": io.BytesIO(json.dumps(self.card).encode())}


DENIED = client_error("AccessDenied", "x is not authorized to perform y", "InvokeEndpoint", 403)
MISSING = client_error("ValidationError", "Endpoint x not found", "InvokeEndpoint", 400)


@pytest.mark.parametrize(
    ("runtime", "longest", "found"),
    [
        (Runtime({"known_reviews": GERMAN}), LONGEST, KNOWN),
        (Runtime({"known_reviews": GERMAN}), 36, KnownReview(**GERMAN[1])),
        (Runtime({"known_reviews": GERMAN}), 10, None),
        (Runtime({}), LONGEST, FILM_REVIEWS[0]),
        (Runtime({"known_reviews": GERMAN}, DENIED, DENIED), LONGEST, KNOWN),
        (Runtime({}, *[DENIED] * 10), LONGEST, None),
        (Runtime({}, MISSING), LONGEST, None),
        (Runtime([]), LONGEST, None),
        (Runtime({"known_reviews": []}), LONGEST, None),
    ],
)
def test_the_known_review_comes_from_the_model(
    runtime: Runtime, longest: int, found: KnownReview | None
) -> None:
    assert known_review(runtime, "sentiment-dev", longest, Time().clock) == found


def test_the_handler_tests_on_create_and_update(monkeypatch: pytest.MonkeyPatch) -> None:
    function = Function()
    clients = {"lambda": function, "sagemaker-runtime": Runtime({"known_reviews": GERMAN})}
    monkeypatch.setattr(handler, "_client", clients.__getitem__)
    properties = {
        "VersionArn": VERSION,
        "EndpointName": "sentiment-dev",
        "MaxReviewCharacters": "100000",
    }
    ids = {
        handler.on_event({"RequestType": request, "ResourceProperties": properties}, None)[
            "PhysicalResourceId"
        ]
        for request in ("Create", "Update", "Delete")
    }
    assert len(ids) == 1
    assert len(function.asked) == 4
