"""API requests: any event and any model response lead to a documented response."""

import base64
import io
import json
import os
from collections.abc import Iterator
from types import ModuleType
from typing import Any
from unittest.mock import patch

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from hypothesis import event, example, given
from hypothesis import strategies as st

from predict_api import feedback
from predict_api import model as api_model
from predict_api.operations import OPERATIONS, operations
from predict_api.settings import Settings
from tests.lambda_fn.fake_aws import client_error
from tests.lambda_fn.predict_api.api import LIMIT, VERDICT, LambdaContext
from tests.properties.json_values import JSON

ENVIRONMENT = {
    "ENDPOINT_NAME": "sentiment-dev",
    "MAX_REVIEW_CHARACTERS": str(LIMIT),
    "POWERTOOLS_SERVICE_NAME": "predict_api",
    "POWERTOOLS_METRICS_NAMESPACE": "sentiment-test",
    "POWERTOOLS_TRACE_DISABLED": "true",
    "AWS_DEFAULT_REGION": "us-east-1",
}
CARD = {"model_version": "m-1"}
SPANS = [{"start": 0, "end": 1, "weight": 0.5}]
PARTS = {"bias": 0.1, "words": SPANS, "rest": 0, "phrases": SPANS}
SECRET = "a traceback of the model"  # noqa: S105 - text that must not reach callers


class Model:
    """Answers like a real model, or always with the given answer or error."""

    def __init__(self, answer: bytes | Exception | None = None) -> None:
        self._answer = answer

    def invoke_endpoint(self, *, Body: bytes, **_request: Any) -> dict[str, io.BytesIO]:  # noqa: N803
        if isinstance(self._answer, Exception):
            raise self._answer
        if self._answer is not None:
            return {"Body": io.BytesIO(self._answer)}
        match json.loads(Body):
            case {"card": True}:
                content: Any = CARD
            case {"reviews": [*reviews]}:
                content = {"predictions": [VERDICT] * len(reviews)}
            case {"review": str(), "explain": True}:
                content = {**VERDICT, "explanation": PARTS}
            case {"review": str()}:
                content = VERDICT
        return {"Body": io.BytesIO(json.dumps(content).encode())}

    def put_object(self, **request: Any) -> None:
        """Check the key of stored feedback."""
        assert request["Key"].startswith("feedback/")
        assert ".." not in request["Key"]


@pytest.fixture(scope="module")
def function() -> Iterator[ModuleType]:
    """Return the API function, imported as in a cold start, with feedback enabled."""
    with patch.dict(os.environ, ENVIRONMENT):
        from predict_api import handler  # noqa: PLC0415 - reads the environment

        with_feedback = operations(Settings("sentiment-dev", LIMIT, "bucket"))
        with patch.object(handler, "OPERATIONS", with_feedback):
            yield handler


def call(function: ModuleType, sent: dict[str, Any], model: Model) -> dict[str, Any]:
    with (
        patch.object(api_model, "runtime", lambda: model),
        patch.object(feedback, "s3", lambda: model),
    ):
        answer: dict[str, Any] = function.handler(sent, LambdaContext())
    assert answer["headers"]["X-Request-Id"] == sent["requestContext"]["requestId"]
    json.dumps(answer).encode()
    if answer["statusCode"] >= 400:
        problem = json.loads(answer["body"])
        assert answer["headers"]["Content-Type"] == "application/problem+json"
        assert problem["status"] == answer["statusCode"]
        assert len(problem["detail"]) < 500
        assert problem["detail"].endswith((".", "…"))
    assert SECRET not in answer["body"]
    return answer


MEDIA_TYPES = st.sampled_from(
    ["text/plain", "application/json", "application/json; charset=utf-8", 'TEXT/PLAIN;charset="ASCII"',
     "text/plain; charset=utf-16", "*/*", "text/*;q=0.5, application/json;q=0.1", "a/b;q=1.2.3"]
)  # fmt: skip
NAMES = st.sampled_from(["Content-Type", "content-type", "ACCEPT", "accept", "X-Correlation-Id"])
HEADERS = st.none() | st.dictionaries(NAMES | st.text(), MEDIA_TYPES | st.text(), max_size=4)
CONTENTS = st.fixed_dictionaries({}, optional={
    "review": st.just("A fine film") | JSON, "reviews": st.lists(st.text()) | JSON,
    "explain": st.booleans() | JSON, "predicted": st.just("positive") | JSON,
    "correct": st.just("negative") | JSON, "request_id": st.just("id-1") | JSON,
}).map(json.dumps)  # fmt: skip
BODIES = st.one_of(
    st.none(),
    st.text(st.characters()),
    CONTENTS,
    CONTENTS.map(lambda text: base64.b64encode(text.encode()).decode()),
    st.binary().map(lambda content: base64.b64encode(content).decode()),
)
PATHS = st.sampled_from([*OPERATIONS, "/feedback"])
METHODS = {path: next(iter(methods)) for path, methods in OPERATIONS.items()} | {
    "/feedback": "POST"
}
ROUTES = st.one_of(
    st.sampled_from(sorted(METHODS.items())),
    st.tuples(PATHS | st.text(), st.sampled_from(["POST", "GET", "OPTIONS"]) | st.text()),
)
REST = st.fixed_dictionaries({
    "headers": HEADERS | st.just({"Content-Type": "application/json"}),
    "queryStringParameters": st.none()
    | st.dictionaries(st.just("deep") | st.text(), st.sampled_from(["true", "false"]) | st.text()),
    "body": BODIES,
    "isBase64Encoded": st.booleans(),
    "requestContext": st.fixed_dictionaries({"requestId": st.uuids().map(str)}),
})  # fmt: skip
EVENTS = st.tuples(ROUTES, REST).map(
    lambda pair: {"resource": pair[0][0], "httpMethod": pair[0][1], **pair[1]}
)


def request(body: str, **more: Any) -> dict[str, Any]:
    """Return an event that requests a verdict."""
    return {
        "resource": "/predict", "httpMethod": "POST", "queryStringParameters": None, "body": body,
        "headers": {"Content-Type": "text/plain"}, "isBase64Encoded": False,
        "requestContext": {"requestId": "id-1"}, **more,
    }  # fmt: skip


@given(sent=EVENTS)
@example(sent=request("a", isBase64Encoded=True))
@example(sent=request("ä", isBase64Encoded=True))
@example(
    sent=request("{}", headers={"Content-Type": "application/json", "content-type": "text/plain"})
)
def test_no_request_causes_a_server_error(function: ModuleType, sent: dict[str, Any]) -> None:
    answer = call(function, sent, Model())
    event(str(answer["statusCode"]))
    assert 200 <= answer["statusCode"] < 500


def refused_by_the_model(text: str) -> ClientError:
    """Return boto3's error for a 4xx response of the model with this body."""
    error = client_error("ModelError", SECRET, "InvokeEndpoint", 424)
    error.response |= {"OriginalStatusCode": 400, "OriginalMessage": text}
    return error


@given(
    path=PATHS,
    body=CONTENTS | st.just('{"review": "A fine film"}'),
    answer=st.one_of(
        st.binary(),
        JSON.map(lambda content: json.dumps(content).encode()),
        st.fixed_dictionaries({}, optional={key: st.just(value) | JSON for key, value in VERDICT.items()})
        .map(lambda content: json.dumps(content).encode()),
        st.sampled_from([b"[" * 100_000, b'{"predictions": [' * 9, SECRET.encode()]),
        st.sampled_from(["ModelError", "ThrottlingException", "ValidationError"])
        .map(lambda code: client_error(code, SECRET, "InvokeEndpoint", 424)),
        JSON.map(json.dumps).map(refused_by_the_model),
        st.just(refused_by_the_model('{"code": ' + "[" * 100_000)),
        st.just(ReadTimeoutError(endpoint_url="https://runtime")),
    ),
)  # fmt: skip
@example(path="/predict", body='{"review": "A fine film"}', answer=b"[" * 100_000)
def test_a_failing_model_is_reported_as_such(
    function: ModuleType, path: str, body: str, answer: bytes | Exception
) -> None:
    query = {"deep": "true"} if path == "/health" else None
    sent = request(
        body, resource=path, httpMethod=METHODS[path], queryStringParameters=query,
        headers={"Content-Type": "application/json"},
    )  # fmt: skip
    status = call(function, sent, Model(answer))["statusCode"]
    event(str(status))
    assert status < 500 or status in {502, 503}
