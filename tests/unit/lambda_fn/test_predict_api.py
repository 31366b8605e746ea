"""The public API's function, with SageMaker's runtime answered by botocore's Stubber."""

import base64
import io
import json
import math
from dataclasses import dataclass
from types import ModuleType
from typing import Any
from unittest.mock import patch

import boto3
import pytest
from botocore.exceptions import ReadTimeoutError
from botocore.response import StreamingBody
from botocore.stub import Stubber
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

TEXT, JSON = "text/plain", "application/json"
LIMIT = 100
MODEL = {"version": "sentiment-dev-1", "trained_at": "2026-03-01T12:00:00+00:00", "accuracy": 0.92}
VERDICT = {
    "sentiment": "positive",
    "probability": 0.97,
    "model_version": MODEL["version"],
    "trained_at": MODEL["trained_at"],
    "accuracy": MODEL["accuracy"],
}
ENDPOINT = "sentiment-dev"


@dataclass
class LambdaContext:
    """What Lambda hands to the function, as far as the logger reads it."""

    function_name: str = "predict_api"
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = "arn:aws:lambda:us-east-1:000000000000:function:predict_api"
    aws_request_id: str = "lambda-request"


class Api:
    """The function with a stubbed runtime."""

    def __init__(self, module: ModuleType, runtime: Any) -> None:
        self.module, self.runtime, self.stubber = module, runtime, Stubber(runtime)
        self.stubber.activate()

    def model_answers(
        self,
        content: Any = VERDICT,
        review: str = "A fine film",
        correlation_id: str = "request-1",
        asked: dict[str, Any] | None = None,
    ) -> None:
        """Expect one call of our endpoint, and no other, with the review as JSON."""
        body = json.dumps(content).encode()
        self.stubber.add_response(
            "invoke_endpoint",
            {"Body": StreamingBody(io.BytesIO(body), len(body)), "ContentType": JSON},
            {
                "EndpointName": ENDPOINT,
                "ContentType": JSON,
                "Accept": JSON,
                "InferenceId": correlation_id,
                "Body": json.dumps(asked or {"review": review}, ensure_ascii=False).encode(),
            },
        )

    def model_fails(self, code: str, **fields: Any) -> None:
        self.stubber.add_client_error(
            "invoke_endpoint", code, "secret inner words", modeled_fields=fields
        )

    def post(
        self,
        body: bytes,
        content_type: str = TEXT,
        accept: str = "",
        *,
        plain: bool = False,
        method: str = "POST",
        correlation_id: str = "",
        path: str = "/predict",
        query: dict[str, str] | None = None,
    ) -> dict[str, Any]:
        headers = {"Content-Type": content_type, "X-Correlation-Id": correlation_id} | (
            {"accept": accept} if accept else {}
        )
        event = {
            "resource": path,
            "httpMethod": method,
            "queryStringParameters": query,
            "headers": headers,
            "body": body.decode() if plain else base64.b64encode(body).decode(),
            "isBase64Encoded": not plain,
            "requestContext": {"requestId": "request-1"},
        }
        answer: dict[str, Any] = self.module.handler(event, LambdaContext())
        return answer


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Api:
    """Import the function with its environment, as a cold start does."""
    for name, value in {
        "ENDPOINT_NAME": ENDPOINT,
        "MAX_REVIEW_CHARACTERS": str(LIMIT),
        "POWERTOOLS_SERVICE_NAME": "predict_api",
        "POWERTOOLS_METRICS_NAMESPACE": "sentiment-test",
        "POWERTOOLS_TRACE_DISABLED": "true",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }.items():
        monkeypatch.setenv(name, value)
    from predict_api import endpoint, handler  # noqa: PLC0415 - reads the environment

    runtime = boto3.session.Session().client("sagemaker-runtime")
    monkeypatch.setattr(endpoint, "runtime", lambda: runtime)
    return Api(handler, runtime)


def problem_of(answer: dict[str, Any]) -> dict[str, Any]:
    """Return the problem details of an answer, which are one line with all members."""
    assert answer["headers"]["Content-Type"] == "application/problem+json"
    assert len(answer["body"].splitlines()) == 1
    problem: dict[str, Any] = json.loads(answer["body"])
    assert problem.keys() == {"type", "title", "status", "detail", "code", "request_id"}
    assert problem["status"] == answer["statusCode"]
    assert problem["request_id"] == answer["headers"]["X-Request-Id"] == "request-1"
    return problem


@pytest.mark.parametrize("plain", [True, False])
@pytest.mark.parametrize(("sentiment", "digit"), [("positive", "1"), ("negative", "0")])
def test_text_gets_one_or_zero(api: Api, sentiment: str, digit: str, *, plain: bool) -> None:
    api.model_answers({**VERDICT, "sentiment": sentiment})
    answer = api.post(b"A fine film", "text/plain; charset=utf-8", plain=plain)
    assert (answer["statusCode"], answer["body"]) == (200, digit)
    assert answer["headers"]["Content-Type"] == TEXT


def test_json_gets_the_whole_verdict(api: Api) -> None:
    api.model_answers()
    answer = api.post(b'{"review": "A fine film"}', JSON)
    assert answer["statusCode"] == 200
    assert json.loads(answer["body"]) == {
        "sentiment": "positive",
        "probability": 0.97,
        "model": MODEL,
        "request_id": "request-1",
    }


@pytest.mark.parametrize(
    ("content_type", "accept", "answered"),
    [
        (JSON, TEXT, TEXT),
        (TEXT, JSON, JSON),
        (JSON, "text/html, */*;q=0.1", JSON),
        (TEXT, "", TEXT),
        (JSON, "application/*, text/plain;q=0.1", JSON),
        (TEXT, "text/plain;q=0, application/json", JSON),
        (TEXT, "text/plain;q=0.4, application/json;q=0.5", JSON),
        (JSON, "text/*", TEXT),
    ],
)
def test_the_answer_s_type_can_be_asked_for(
    api: Api, content_type: str, accept: str, answered: str
) -> None:
    api.model_answers()
    body = b"A fine film" if content_type == TEXT else b'{"review": "A fine film"}'
    assert api.post(body, content_type, accept)["headers"]["Content-Type"] == answered


@pytest.mark.parametrize(
    ("body", "content_type", "status", "code", "detail"),
    [
        (b"", TEXT, 400, "empty_review", "no review"),
        (b" \n", TEXT, 400, "empty_review", "no review"),
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
def test_bad_requests(
    api: Api, body: bytes, content_type: str, status: int, code: str, detail: str
) -> None:
    answer = api.post(body, content_type)
    problem = problem_of(answer)
    assert (problem["status"], problem["code"]) == (status, code)
    assert detail in problem["detail"]
    api.model_answers()
    assert api.post(b"A fine film")["statusCode"] == 200


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "OPTIONS"])
def test_other_methods_are_told_the_right_one(api: Api, method: str) -> None:
    answer = api.post(b"A fine film", method=method)
    assert (problem_of(answer)["status"], answer["headers"]["Allow"]) == (405, "POST")


@pytest.mark.parametrize("accept", ["image/png", "*/*;q=0", "text/*;q=0.0, image/*"])
def test_what_cannot_be_answered_in_any_accepted_type(api: Api, accept: str) -> None:
    assert problem_of(api.post(b"A fine film", TEXT, accept))["code"] == "not_acceptable"


# What SageMaker passes on from the server under the Hugging Face toolkit.
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
        ("ModelError", {"OriginalStatusCode": 503}, 503, "model_warming_up"),
        ("ModelError", {"OriginalStatusCode": 504}, 503, "model_warming_up"),
        ("ModelError", {"OriginalStatusCode": 500}, 502, "model_failed"),
    ],
)
def test_the_model_s_failures(
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
    """The pauses that the function makes, none of which is waited."""
    made: list[float] = []
    monkeypatch.setattr("predict_api.endpoint.time.sleep", made.append)
    return made


def test_a_full_endpoint_is_asked_again(api: Api, pauses: list[float]) -> None:
    for _ in range(2):
        api.model_fails("ThrottlingException")
    api.model_answers()
    answer = api.post(b"A fine film")
    assert (answer["statusCode"], answer["body"]) == (200, "1")
    assert len(pauses) == 2


def test_an_endpoint_that_stays_full_is_given_up(api: Api, pauses: list[float]) -> None:
    for _ in range(6):
        api.model_fails("ThrottlingException")
    answer = api.post(b"A fine film")
    assert problem_of(answer)["code"] == "model_warming_up"
    assert answer["headers"]["Retry-After"] == "5"
    assert len(pauses) == 5
    # Whoever waits for the answer has not given up by then.
    assert sum(pauses) <= 4
    api.stubber.assert_no_pending_responses()


def test_a_silent_model_is_worth_another_try(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
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
        {"sentiment": "positive"},
        {**VERDICT, "probability": "x"},
        {**VERDICT, "probability": math.nan},
        {**VERDICT, "probability": 1.5},
        {**VERDICT, "sentiment": None},
        {**VERDICT, "model_version": None},
    ],
)
def test_an_answer_that_is_no_verdict(api: Api, content: Any) -> None:
    api.model_answers(content)
    assert problem_of(api.post(b"A fine film"))["code"] == "model_failed"


def test_a_bug_leaks_nothing(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api.runtime, "invoke_endpoint", lambda **_: 1 / 0)
    answer = api.post(b"A fine film")
    assert problem_of(answer)["code"] == "internal_error"
    assert "division" not in answer["body"]


def test_the_review_is_never_logged(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    api.model_answers(review="Private words")
    api.post(b"Private words")
    message = "ValueError: no tensor of 'Private words'"
    api.stubber.add_client_error(
        "invoke_endpoint",
        "ModelError",
        message,
        modeled_fields={"OriginalStatusCode": 500, "OriginalMessage": message},
    )
    api.post(b"Private words")
    logged = " ".join(str(vars(record)) for record in caplog.records)
    assert "classified" in logged
    assert "the endpoint failed" in logged
    assert "Private words" not in logged


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(body=st.one_of(st.binary(max_size=150), st.from_regex(rb"\{.*\}"), st.text().map(str.encode)),
       content_type=st.sampled_from([TEXT, JSON, "a/b", ""]))  # fmt: skip
def test_no_body_whatsoever_is_our_failure(api: Api, body: bytes, content_type: str) -> None:
    verdict = json.dumps(VERDICT).encode()
    with patch.object(api.runtime, "invoke_endpoint", lambda **_: {"Body": io.BytesIO(verdict)}):
        answer = api.post(body, content_type)
    assert answer["statusCode"] < 500
    if answer["statusCode"] != 200:
        problem_of(answer)


@pytest.mark.parametrize(
    ("name", "value"), [("ENDPOINT_NAME", ""), ("MAX_REVIEW_CHARACTERS", "many")]
)
def test_a_wrong_environment_is_named(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    from predict_api.settings import read_settings  # noqa: PLC0415

    monkeypatch.setenv("ENDPOINT_NAME", ENDPOINT)
    monkeypatch.setenv("MAX_REVIEW_CHARACTERS", "1")
    monkeypatch.setenv(name, value)
    with pytest.raises(RuntimeError, match=name):
        read_settings()


@pytest.mark.parametrize(
    ("given", "used"),
    [("page-7f", "page-7f"), ("", "request-1"), ("a b", "request-1"), ("x" * 65, "request-1")],
)
def test_a_request_is_found_again_by_the_caller_s_id(api: Api, given: str, used: str) -> None:
    api.model_answers(correlation_id=used)
    assert api.post(b"A fine film", correlation_id=given)["statusCode"] == 200
    api.stubber.assert_no_pending_responses()
    assert api.module.logger.get_current_keys()["correlation_id"] == used


def test_verdicts_are_counted(api: Api, capsys: pytest.CaptureFixture[str]) -> None:
    api.model_answers()
    api.post(b"A fine film")
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "_aws" in line]
    (counted,) = lines
    (directive,) = counted["_aws"]["CloudWatchMetrics"]
    assert directive["Namespace"] == "sentiment-test"
    assert directive["Dimensions"] == [["service"]]
    assert {metric["Name"] for metric in directive["Metrics"]} == {"Requests", "Positive"}
    assert (counted["Positive"], counted["service"]) == ([1.0], "predict_api")


def test_an_explanation_is_passed_on(api: Api) -> None:
    words = [{"start": 2, "end": 6, "weight": 1.5}]
    explained = {**VERDICT, "explanation": {"bias": 0.1, "words": words, "phrases": []}}
    api.model_answers(explained, asked={"review": "A fine film", "explain": True})
    answer = json.loads(api.post(b'{"review": "A fine film", "explain": true}', JSON)["body"])
    assert answer["explanation"] == words
    api.model_answers()
    plain = api.post(b'{"review": "A fine film", "explain": false}', JSON)
    assert "explanation" not in json.loads(plain["body"])


@pytest.mark.parametrize("explanation", [7, {}, {"words": 1}, {"words": [{"start": 0}]}])
def test_an_explanation_that_cannot_be_read(api: Api, explanation: Any) -> None:
    api.model_answers({**VERDICT, "explanation": explanation})
    assert problem_of(api.post(b"A fine film"))["code"] == "model_failed"


def batch(api: Api, reviews: Any, **more: Any) -> dict[str, Any]:
    return api.post(json.dumps({"reviews": reviews}).encode(), JSON, path="/predict/batch", **more)


def test_a_batch_is_answered_in_its_order(api: Api) -> None:
    dull = {**VERDICT, "sentiment": "negative", "probability": 0.1}
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
    assert predictions[0] == {"sentiment": "positive", "probability": 0.97}
    assert predictions[2] == {"sentiment": "negative", "probability": 0.1}
    codes = [one.get("error", {}).get("code") for one in predictions]
    assert codes == [
        None, "empty_review", None, "invalid_request", "review_too_long", "empty_review", "invalid_request",
    ]  # fmt: skip
    assert "inner words" not in answer["body"]


def test_a_batch_without_any_review_does_not_wake_the_model(api: Api) -> None:
    content = json.loads(batch(api, [" ", ""])["body"])
    assert [one["error"]["code"] for one in content["predictions"]] == ["empty_review"] * 2
    assert content["model"] is None


def test_a_large_batch_goes_in_parts(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    from predict_api import endpoint  # noqa: PLC0415

    monkeypatch.setattr(endpoint, "MAX_REQUEST_BYTES", 12)
    for review in ("first", "second", "third"):
        api.model_answers({"predictions": [VERDICT]}, asked={"reviews": [review]})
    assert len(json.loads(batch(api, ["first", "second", "third"])["body"])["predictions"]) == 3
    api.stubber.assert_no_pending_responses()


@pytest.mark.parametrize(
    ("body", "content_type", "code"),
    [
        (json.dumps({"reviews": ["x"] * 513}).encode(), JSON, "too_many_reviews"),
        (b'{"reviews": []}', JSON, "too_many_reviews"),
        (b'{"reviews": "x"}', JSON, "invalid_request"),
        (b'{"reviews": ["x"], "more": 1}', JSON, "invalid_request"),
        (b'{"reviews": [', JSON, "invalid_json"),
        (b"A fine film", TEXT, "unsupported_media_type"),
    ],
)
def test_bad_batches(api: Api, body: bytes, content_type: str, code: str) -> None:
    assert problem_of(api.post(body, content_type, path="/predict/batch"))["code"] == code


@pytest.mark.parametrize(
    "answers", [[], [VERDICT], [VERDICT, {}], [VERDICT, {"error": {"code": "x"}}]]
)
def test_an_answer_to_a_batch_that_does_not_fit(api: Api, answers: list[Any]) -> None:
    api.model_answers({"predictions": answers}, asked={"reviews": ["A", "B"]})
    assert problem_of(batch(api, ["A", "B"]))["code"] == "model_failed"


def get(api: Api, path: str, **query: str) -> dict[str, Any]:
    return api.post(b"", "", method="GET", path=path, query=query or None)


def test_the_model_describes_itself(api: Api) -> None:
    card = {"model_version": "sentiment-dev-1", "metrics": {"accuracy": 0.9}}
    api.model_answers(card, asked={"card": True})
    assert json.loads(get(api, "/model")["body"]) == card
    api.model_answers({"metrics": {}}, asked={"card": True})
    assert problem_of(get(api, "/model"))["code"] == "model_failed"


def test_health_does_not_wake_the_model_unless_asked(api: Api) -> None:
    assert json.loads(get(api, "/health")["body"]) == {"status": "ok"}
    api.model_answers({"model_version": "1"}, asked={"card": True})
    assert json.loads(get(api, "/health", deep="true")["body"])["model"] == "ok"
    api.model_fails("ModelNotReadyException")
    assert problem_of(get(api, "/health", deep="true"))["code"] == "model_warming_up"
    assert problem_of(get(api, "/health", deep="very"))["code"] == "invalid_request"


def test_what_there_is_not(api: Api) -> None:
    assert problem_of(get(api, "/elsewhere"))["code"] == "not_found"
    for path in ("/model", "/health", "/openapi.json"):
        answer = api.post(b"x", path=path)
        assert (problem_of(answer)["status"], answer["headers"]["Allow"]) == (405, "GET")


def test_the_document_describes_every_operation(api: Api) -> None:
    document = json.loads(get(api, "/openapi.json")["body"])
    from predict_api.operations import OPERATIONS  # noqa: PLC0415

    described = {
        path: {verb.upper() for verb in verbs} for path, verbs in document["paths"].items()
    }
    assert described == {path: set(methods) for path, methods in OPERATIONS.items()}
    limit = document["components"]["schemas"]["Review"]["maxLength"]
    assert limit == LIMIT
