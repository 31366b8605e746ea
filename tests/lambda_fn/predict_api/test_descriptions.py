"""Descriptions of the model, the API's health and the API itself."""

import io
import json
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from tests.lambda_fn.fake_aws import check, client_error
from tests.lambda_fn.predict_api.api import (
    LIMIT,
    Api,
    problem_of,
)


def get(api: Api, path: str, **query: str) -> dict[str, Any]:
    return api.post(b"", "", method="GET", path=path, query=query or None)


def test_the_model_describes_itself(api: Api) -> None:
    card = {"model_version": "sentiment-dev-1", "metrics": {"accuracy": 0.9}}
    reviews = [{"text": "A private letter", "sentiment": "positive"}]
    api.model_answers({**card, "known_reviews": reviews}, asked={"card": True})
    assert json.loads(get(api, "/model")["body"]) == card  # callers do not get the reviews
    api.model_answers({"metrics": {}}, asked={"card": True})
    assert problem_of(get(api, "/model"))["code"] == "model_failed"


def test_the_card_has_the_comparison_with_the_model_before(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    from predict_api import comparison, handler  # noqa: PLC0415 - reads the environment

    class S3:
        def __init__(self, found: bytes | str) -> None:
            self.found = found

        def get_object(self, **request: Any) -> dict[str, Any]:
            check("s3", "GetObject", request)
            assert request["Bucket"] == "data"
            assert request["Key"] == "models/sentiment-dev-1/output/comparison.json"
            if isinstance(self.found, str):
                raise client_error(self.found, "", "GetObject", 403)
            return {"Body": io.BytesIO(self.found)}

    compared = replace(handler.SETTINGS, artifacts_uri="s3://data/models")
    monkeypatch.setattr(handler, "SETTINGS", compared)
    decision = {"champion": "sentiment-dev-0", "result": "better: …"}
    recorded = {**decision, "right_only_before": [{"text": "A private letter"}]}
    for found, shown in (
        (json.dumps(recorded).encode(), decision),
        ("NoSuchKey", None),
        ("AccessDenied", None),
        ("SlowDown", None),
        (b"{", None),
    ):
        monkeypatch.setattr(comparison, "s3", partial(S3, found))
        api.model_answers({"model_version": "sentiment-dev-1"}, asked={"card": True})
        assert json.loads(get(api, "/model")["body"]).get("comparison") == shown


def test_health_does_not_wake_the_model_unless_asked(api: Api) -> None:
    assert json.loads(get(api, "/health")["body"]) == {"status": "ok"}
    api.model_answers({"model_version": "1"}, asked={"card": True})
    assert json.loads(get(api, "/health", deep="true")["body"])["model"] == "ok"
    api.model_fails("ModelNotReadyException")
    assert problem_of(get(api, "/health", deep="true"))["code"] == "model_warming_up"
    assert problem_of(get(api, "/health", deep="very"))["code"] == "invalid_request"


def test_unknown_paths_and_methods_are_refused(api: Api) -> None:
    assert problem_of(get(api, "/elsewhere"))["code"] == "not_found"
    for path in ("/model", "/health", "/openapi.json"):
        answer = api.post(b"x", path=path)
        assert (problem_of(answer)["status"], answer["headers"]["Allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize("path", ["/model", "/health", "/openapi.json"])
def test_head_is_answered_like_get(api: Api, path: str) -> None:
    for _ in range(2 if path == "/model" else 0):
        api.model_answers({"model_version": "1"}, asked={"card": True})
    whole = get(api, path)
    assert whole["statusCode"] == 200
    assert whole["body"]
    # API Gateway drops the body, and counts it for the header Content-Length.
    assert api.post(b"", "", method="HEAD", path=path) == whole


def test_the_document_describes_every_operation(api: Api) -> None:
    document = json.loads(get(api, "/openapi.json")["body"])
    from predict_api.operations import OPERATIONS  # noqa: PLC0415

    described = {
        path: {verb.upper() for verb in verbs} for path, verbs in document["paths"].items()
    }
    assert described == {path: set(methods) for path, methods in OPERATIONS.items()}
    described_limit = document["components"]["schemas"]["Review"]["description"]
    assert f"at most {LIMIT:,} characters" in described_limit
