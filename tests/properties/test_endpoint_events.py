"""Events of smoke test, probe, release test and expiry, whatever endpoint, code or clock say."""

import io
import json
from contextlib import ExitStack
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import pytest
from botocore.exceptions import ReadTimeoutError
from hypothesis import event, example, given
from hypothesis import strategies as st

from expiry import handler as expiry
from known_reviews import KNOWN_REVIEWS
from release_test import handler as release_test
from resource_properties import PropertyError
from tests.lambda_fn.fake_aws import client_error
from tests.properties.json_values import JSON
from trial import handler as trial
from trial.probe import probe_update
from trial.smoke_test import (
    LONGEST_REASON,
    Clock,
    Expected,
    SmokeTestError,
    check_answers,
)

VERDICT = {"sentiment": "positive", "probability": 0.9, "model_version": "m-1"}
ANSWERS = st.one_of(
    st.binary(),
    JSON.map(lambda content: json.dumps(content).encode()),
    st.fixed_dictionaries(
        {key: st.just(value) | JSON for key, value in VERDICT.items()}
    ).map(lambda content: json.dumps(content).encode()),
    st.text().map(lambda text: client_error("ModelError", text * 1000, "InvokeEndpoint", 424)),
    st.just(ReadTimeoutError(endpoint_url="https://runtime")),
    st.just(b"[" * 100_000),
)  # fmt: skip


class Endpoint:
    """Answers every review alike, and is being updated for one look."""

    def __init__(self, answer: bytes | Exception) -> None:
        """Answer, or raise."""
        self._answer, self._looks, self.reported = answer, 1, 0.0

    def invoke_endpoint(self, **_request: Any) -> dict[str, Any]:
        if isinstance(self._answer, Exception):
            raise self._answer
        return {"Body": io.BytesIO(self._answer)}

    def describe_endpoint(self, **_request: Any) -> dict[str, str]:
        self._looks -= 1
        status = "Updating" if self._looks >= 0 else "InService"
        return {"EndpointStatus": status, "EndpointConfigName": "config"}

    def put_metric_data(self, **request: Any) -> None:
        self.reported = request["MetricData"][0]["Value"]


@given(ANSWERS)
@example(b"[" * 100_000)
@example(json.dumps({"sentiment": "a\n" * 10_000}).encode())
@example(b'{"sentiment": "positive", "model_version": []}')
@example(b'{"sentiment": "positive", "model_version": "m-1", "accuracy": NaN}')
def test_whatever_an_endpoint_answers_is_told_in_one_short_line(answer: bytes | Exception) -> None:
    seconds = [0.0]
    clock = Clock(now=lambda: seconds[0], sleep=lambda more: seconds.append(seconds.pop() + more))
    # One answer cannot be right for a good and for a bad review.
    with pytest.raises(SmokeTestError) as raised:
        check_answers(
            Endpoint(answer), "sentiment-dev", Expected("m-1"), patience_seconds=300, clock=clock
        )
    told = str(raised.value)
    assert told.startswith("Endpoint sentiment-dev ")
    assert len(told) <= LONGEST_REASON
    assert len(told.splitlines()) == 1


@given(ANSWERS)
def test_the_probe_counts_what_an_endpoint_answers(answer: bytes | Exception) -> None:
    endpoint = Endpoint(answer)
    failed = probe_update(
        lambda _service: endpoint,
        "sentiment-dev",
        "sentiment-dev",
        lambda: 60,
        lambda _seconds: None,
    )
    assert failed == endpoint.reported
    assert failed in {1, 2}


GOOD = {
    "EndpointName": "sentiment-dev-candidate",
    "EndpointConfigName": "config-2",
    "ServingEndpointName": "sentiment-dev",
    "ModelVersion": "m-1",
    "PatienceSeconds": "300",
    "MinimumAccuracy": "0.8",
    "Tags": {"environment": "dev"},
}


class Endpoints:
    """One that serves the last configuration, and others with the new one; all answer rightly."""

    def __init__(self) -> None:
        """Begin without a question."""
        self.asked = 0

    def describe_endpoint(self, **request: Any) -> dict[str, str]:
        serving = request["EndpointName"] == GOOD["ServingEndpointName"]
        config = "config-1" if serving else "config-2"
        return {"EndpointStatus": "InService", "EndpointConfigName": config}

    def invoke_endpoint(self, **request: Any) -> dict[str, Any]:
        self.asked += 1
        review = json.loads(request["Body"])["review"]
        (sentiment,) = [one for one, known in KNOWN_REVIEWS.items() if known == review]
        answer = {"sentiment": sentiment, "model_version": "m-1", "accuracy": 0.9}
        return {"Body": io.BytesIO(json.dumps(answer).encode())}

    def delete_endpoint(self, **_request: Any) -> None:
        """Be gone."""


@given(
    st.sampled_from(["Create", "Update", "Delete"]),
    st.sampled_from(["Custom::SmokeTest", "Custom::Candidate"]),
    st.dictionaries(
        st.sampled_from(sorted(GOOD)) | st.text(),
        JSON | st.sampled_from(["sentiment-dev", "0", "1", "config-1"]),
        max_size=2,
    ),
    st.sets(st.sampled_from(sorted(GOOD)), max_size=1),
)
@example("Create", "Custom::SmokeTest", {}, set())
@example("Update", "Custom::Candidate", {}, set())
@example("Update", "Custom::Candidate", {"PatienceSeconds": []}, set())
@example("Create", "Custom::SmokeTest", {}, set(GOOD))
def test_a_model_is_tried_or_the_property_is_named(
    request: str, resource: str, changes: dict[str, Any], missing: set[str]
) -> None:
    endpoints, properties = Endpoints(), {**GOOD, **changes}
    told = {
        "RequestType": request, "ResourceType": resource, "PhysicalResourceId": "x",
        "ResourceProperties": {
            key: value for key, value in properties.items() if key not in missing
        },
    }  # fmt: skip
    touched = GOOD.keys() & (changes.keys() | missing)
    with patch.object(trial, "_client", lambda _service: endpoints):
        try:
            trial.on_event(told, None)
            trial.is_complete(told, None)
        except (SmokeTestError, PropertyError) as error:
            event("refused")
            # What it names is what was changed, or how the model measures up to it.
            named = str(error).startswith(tuple(f"The property {name} " for name in touched))
            measured = {"EndpointName", "EndpointConfigName", "ModelVersion", "MinimumAccuracy"}
            assert named or (touched & measured and str(error).startswith("Endpoint "))
            assert len(str(error).splitlines()) == 1
        else:
            event(f"{endpoints.asked} questions")
            moved = touched & {"EndpointName", "EndpointConfigName", "ServingEndpointName"}
            assert endpoints.asked == (0 if request == "Delete" else 2) or moved


HEALTHY = {"statusCode": 200, "body": "{}"}


class Function:
    """A Lambda function that answers every invocation alike."""

    def __init__(self, payload: bytes, error: str | None) -> None:
        """Answer, or fail."""
        self._answer: dict[str, Any] = {"FunctionError": error} if error else {}
        self._payload = payload

    def invoke(self, **_request: Any) -> dict[str, Any]:
        return {**self._answer, "Payload": io.BytesIO(self._payload)}


@given(
    st.binary()
    | JSON.map(json.dumps).map(str.encode)
    | st.fixed_dictionaries({key: st.just(value) | JSON for key, value in HEALTHY.items()})
    .map(json.dumps).map(str.encode),
    st.none() | st.just("Unhandled"),
    st.fixed_dictionaries({}, optional={"VersionArn": JSON | st.just("arn:aws:lambda:function")}),
)  # fmt: skip
@example(b'{"statusCode": Infinity, "body": ""}', None, {"VersionArn": "a"})
@example(b"[" * 100_000, None, {"VersionArn": "a"})
@example(b"[" * 100_000, "Unhandled", {"VersionArn": "a"})
@example(b"{}", None, {})
def test_new_code_that_answers_oddly_is_not_released(
    payload: bytes, error: str | None, properties: dict[str, Any]
) -> None:
    told = {"RequestType": "Update", "ResourceProperties": properties}
    # What is no verdict is no right answer to a review.
    with (
        patch.object(release_test, "_lambda", lambda: Function(payload, error)),
        pytest.raises((release_test.ReleaseTestError, PropertyError)) as raised,
    ):
        release_test.on_event(told, None)
    assert str(raised.value).startswith(("The API's new code ", "The property VersionArn "))
    assert len(str(raised.value)) <= release_test.LONGEST_REASON
    assert len(str(raised.value).splitlines()) <= 1


TIMES = st.one_of(
    st.datetimes(timezones=st.timezones() | st.just(UTC)).map(datetime.isoformat),
    st.datetimes().map(datetime.isoformat),
    st.text(),
    JSON,
)


@given(
    st.dictionaries(st.just("time") | st.text(), TIMES),
    st.datetimes(timezones=st.just(UTC)),
    st.none() | st.datetimes(timezones=st.just(UTC)),
    st.sampled_from(["UPDATE_COMPLETE", "CREATE_FAILED", "UPDATE_IN_PROGRESS"]),
)
@example({"time": "2026-01-31T12:00:00"}, datetime(2026, 1, 1, tzinfo=UTC), None, "CREATE_COMPLETE")
@example({}, datetime(2026, 1, 1, tzinfo=UTC), None, "CREATE_COMPLETE")
def test_a_stack_expires_by_the_clock_alone(
    told: dict[str, Any], created: datetime, updated: datetime | None, status: str
) -> None:
    deleted: list[str] = []
    stack: dict[str, Any] = {"StackName": "model", "CreationTime": created, "StackStatus": status}
    stack |= {"LastUpdatedTime": updated} if updated else {}
    client = SimpleNamespace(
        describe_stacks=lambda **_: {"Stacks": [stack]},
        delete_stack=lambda **request: deleted.append(request["StackName"]),
    )
    with ExitStack() as context:
        context.enter_context(
            patch.dict("os.environ", STACK_ID="arn:model", EXPIRES_AFTER_HOURS="2")
        )
        context.enter_context(patch.object(expiry, "_cloudformation", lambda: client))
        try:
            answer = expiry.on_schedule(told, None)
        except expiry.EventError as error:
            assert "2026-01-31T12:00:00Z" in str(error)
            assert deleted == []
            return
    passed = datetime.fromisoformat(told["time"]) - (updated or created)
    expired = passed.total_seconds() >= 7200 and status != "UPDATE_IN_PROGRESS"
    assert deleted == (["arn:model"] if expired else [])
    assert list(answer) == (["deleted"] if expired else ["kept"])
