"""Storage and validation of POST /feedback."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from botocore.stub import ANY, Stubber

from predict_api import feedback, serving
from predict_api.feedback import read_feedback, store
from predict_api.model import Model
from predict_api.operations import operations
from predict_api.problem import Problem
from predict_api.serving import Serving, require_known
from predict_api.settings import Settings
from sentiment.datasets import read_feedback as read_for_training
from tests.lambda_fn.predict_api.api import SESSION, Api

JSON = "application/json"
AT = datetime(2026, 11, 23, 12, 30, tzinfo=UTC)
GOOD = {
    "review": "Fine \u2028 caf\u00e9 <img src=x onerror=alert(1)>\nend",
    "predicted": "negative",
    "correct": "positive",
    "request_id": "5a3c-1",
}


def read(content: Any, limit: int = 100) -> feedback.Feedback:
    return read_feedback(json.dumps(content).encode(), JSON, limit)


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Stubber:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    client = SESSION.client("s3", region_name="us-east-1")
    monkeypatch.setattr(feedback, "s3", lambda: client)
    stubber = Stubber(client)
    stubber.activate()
    return stubber


def test_training_reads_the_stored_feedback(tmp_path: Path) -> None:
    lines = [read(GOOD).line(AT), read({**GOOD, "correct": "negative"}).line(AT)]
    assert all(line.endswith("\n") and len(line.splitlines()) == 1 for line in lines)
    (tmp_path / "request-1.jsonl").write_text(lines[0])
    (tmp_path / "request-2.jsonl").write_text(lines[1])
    read_back = read_for_training(tmp_path)
    assert read_back.texts == [GOOD["review"]] * 2
    assert read_back.labels == [1, 0]
    kept = json.loads(lines[0])
    assert (kept["predicted"], kept["request_id"]) == ("negative", "5a3c-1")
    assert kept["received_at"] == "2026-11-23T12:30:00+00:00"


def test_feedback_is_stored_in_a_folder_per_month(s3: Stubber) -> None:
    expected = {
        "Bucket": "data",
        "Key": "feedback/2026-11/request-9.jsonl",
        "Body": read(GOOD).line(AT).encode(),
        "ContentType": ANY,
    }
    s3.add_response("put_object", {}, expected)
    store(read(GOOD), bucket="data", request_id="request-9", at=AT)
    s3.assert_no_pending_responses()


def test_a_storage_failure_is_reported_without_its_cause(s3: Stubber) -> None:
    s3.add_client_error("put_object", "AccessDenied", "secret inner words", http_status_code=403)
    with pytest.raises(Problem) as raised:
        store(read(GOOD), bucket="data", request_id="request-9", at=AT)
    assert (raised.value.status, raised.value.code) == (503, "feedback_not_kept")
    assert "Retry-After" in raised.value.headers
    assert "secret" not in raised.value.detail


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"review": " "}, "empty_review"),
        ({"review": "x" * 101}, "review_too_long"),
        ({"review": 7}, "invalid_request"),
        ({"review": "\ud800"}, "invalid_request"),
        ({"predicted": ""}, "invalid_request"),
        ({"predicted": "a\nb"}, "invalid_request"),
        ({"correct": "x" * 61}, "invalid_request"),
        ({"correct": True}, "invalid_request"),
        ({"request_id": "../../models/x"}, "invalid_request"),
        ({"request_id": "a" * 65}, "invalid_request"),
        ({"request_id": None}, "invalid_request"),
        ({"more": 1}, "invalid_request"),
    ],
)
def test_invalid_feedback_is_refused(change: dict[str, Any], code: str) -> None:
    with pytest.raises(Problem) as raised:
        read({**GOOD, **change})
    assert raised.value.code == code


def test_feedback_larger_than_a_review_is_refused() -> None:
    with pytest.raises(Problem, match="review_too_long"):
        read_feedback(b" " * 10_000, JSON, 100)
    with pytest.raises(Problem, match="unsupported_media_type"):
        read_feedback(b"x", "text/plain", 100)


def test_the_path_exists_only_with_a_bucket() -> None:
    assert "/feedback" not in operations(Settings("endpoint", 100))
    assert "/feedback" in operations(Settings("endpoint", 100, "data"))


def test_feedback_has_labels_of_the_model(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "serving", Serving())
    model = Model("sentiment-dev", "request-1")
    api.model_answers({"model_version": "m", "labels": ["late", "lost"]}, asked={"card": True})
    for _ in range(2):  # the second time without a request
        require_known(["lost", "late"], model)
    # Another model serves now: its labels are learned from the refusal.
    api.model_answers({"model_version": "n", "labels": ["early", "late"]}, asked={"card": True})
    with pytest.raises(Problem, match="unknown_label") as refused:
        require_known(["other"], model)
    assert refused.value.status == 409
    require_known(["early"], model)
    api.stubber.assert_no_pending_responses()
