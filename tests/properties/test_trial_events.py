"""Smoke test and probe events: any endpoint response leads to a verdict or a one-line reason."""

import io
import json
from dataclasses import asdict
from typing import Any
from unittest.mock import patch

import pytest
from botocore.exceptions import ReadTimeoutError
from hypothesis import event, example, given
from hypothesis import strategies as st

from known_reviews import FILM_REVIEWS
from resource_properties import LONGEST_REASON, FailedTestError, PropertyError
from tests.lambda_fn.fake_aws import Time, check, client_error
from tests.properties.json_values import JSON
from trial import handler as trial
from trial.probe import probe_update
from trial.registry import APPROVED, FORBIDDEN, Package, register
from trial.smoke_test import Expected, check_answers

VERDICT = {"sentiment": "positive", "probability": 0.9, "model_version": "m-1"}
KNOWN = [
    {"text": "Ein guter Film", "label": "positive"},
    {"text": "Ein schlechter Film", "label": "negative"},
]
ANSWERS = st.one_of(
    st.binary(),
    JSON.map(lambda content: json.dumps(content).encode()),
    st.fixed_dictionaries(
        {key: st.just(value) | JSON for key, value in VERDICT.items()}
    ).map(lambda content: json.dumps(content).encode()),
    st.fixed_dictionaries(
        {**dict.fromkeys(VERDICT, JSON), "model_version": st.just("m-1")},
        optional={"known_reviews": JSON | st.just(KNOWN), "predictions": JSON},
    ).map(lambda content: json.dumps(content).encode()),
    st.text().map(lambda text: client_error("ModelError", text * 1000, "InvokeEndpoint", 424)),
    st.just(ReadTimeoutError(endpoint_url="https://runtime")),
    st.just(b"[" * 100_000),
)  # fmt: skip


class Endpoint:
    """Gives every request the same answer; its first status is Updating, the next InService."""

    def __init__(self, answer: bytes | Exception) -> None:
        """Set the answer to return or the error to raise."""
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
def test_any_wrong_answer_is_reported_in_one_short_line(answer: bytes | Exception) -> None:
    # One answer cannot be correct for both a good and a bad review, whichever they are.
    with pytest.raises(FailedTestError) as raised:
        check_answers(
            Endpoint(answer),
            "sentiment-dev",
            Expected("m-1"),
            patience_seconds=300,
            clock=Time().clock,
        )
    message = str(raised.value)
    assert message.startswith("Endpoint sentiment-dev ")
    assert len(message) <= LONGEST_REASON
    assert len(message.splitlines()) == 1


@given(ANSWERS)
def test_the_probe_reports_the_number_of_failures(answer: bytes | Exception) -> None:
    endpoint = Endpoint(answer)
    failed = probe_update(
        lambda _service: endpoint,
        "sentiment-dev",
        "sentiment-dev",
        lambda: 60,
        lambda _seconds: None,
    )
    assert failed == endpoint.reported
    assert failed == 1  # the answer to a list is not a description


GOOD = {
    "EndpointName": "sentiment-dev-candidate",
    "EndpointConfigName": "config-2",
    "ServingEndpointName": "sentiment-dev",
    "ModelVersion": "m-1",
    "PatienceSeconds": "300",
    "MinimumAccuracy": "0.8",
    "CapturePercent": "0",
    "Tags": {"environment": "dev"},
    "TrainedOnFilms": "true",
}


class Endpoints:
    """A serving endpoint with the old configuration and others with the new one; all are correct."""

    def __init__(self) -> None:
        """Start without requests."""
        self.asked = 0

    def describe_endpoint(self, **request: Any) -> dict[str, str]:
        serving = request["EndpointName"] == GOOD["ServingEndpointName"]
        config = "config-1" if serving else "config-2"
        return {"EndpointStatus": "InService", "EndpointConfigName": config}

    def invoke_endpoint(self, **request: Any) -> dict[str, Any]:
        self.asked += 1
        sent = json.loads(request["Body"])
        known = [*KNOWN, *map(asdict, FILM_REVIEWS)]
        answer: dict[str, Any] = {"model_version": "m-1"}
        if sent == {"card": True}:
            answer |= {"known_reviews": KNOWN, "metrics": {"balanced_accuracy": 0.9}}
        else:
            (answer["sentiment"],) = [
                review["label"] for review in known if review["text"] == sent["review"]
            ]
        return {"Body": io.BytesIO(json.dumps(answer).encode())}

    def delete_endpoint(self, **_request: Any) -> None:
        """Succeed."""


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
def test_a_model_is_tested_or_the_invalid_property_is_named(
    request: str, resource: str, changes: dict[str, Any], missing: set[str]
) -> None:
    endpoints, properties = Endpoints(), {**GOOD, **changes}
    sent: dict[str, Any] = {
        "RequestType": request, "ResourceType": resource, "PhysicalResourceId": "x",
        "ResourceProperties": {
            key: value for key, value in properties.items() if key not in missing
        },
    }  # fmt: skip
    touched = GOOD.keys() & (changes.keys() | missing)
    with (
        patch.object(trial, "_client", lambda _service: endpoints),
        patch.object(trial, "CLOCK", Time().clock),
    ):
        try:
            trial.on_event(sent, None)
            trial.is_complete(sent, None)
        except (FailedTestError, PropertyError) as error:
            event("refused")
            # The reason names a changed property or a comparison of the model with one.
            named = str(error).startswith(tuple(f"The property {name} " for name in touched))
            measured = {
                "CapturePercent", "EndpointName", "EndpointConfigName", "ModelVersion",
                "MinimumAccuracy",
            }  # fmt: skip
            assert named or (touched & measured and str(error).startswith("Endpoint "))
            assert len(str(error).splitlines()) == 1
        else:
            event(f"{endpoints.asked} requests")
            moved = touched & {"EndpointName", "EndpointConfigName", "ServingEndpointName"}
            films = "TrainedOnFilms" in sent["ResourceProperties"]
            asked = 1 + len(KNOWN) + len(FILM_REVIEWS) * films
            assert endpoints.asked == (0 if request == "Delete" else asked) or moved


class Registry:
    """A registry without packages, which keeps the properties of a new one."""

    def __init__(self) -> None:
        """Start without properties."""
        self.kept: dict[str, str] = {}

    def get_paginator(self, _operation: str) -> "Registry":
        return self

    def paginate(self, **request: Any) -> list[dict[str, Any]]:
        check("sagemaker", "ListModelPackages", request)
        return [{"ModelPackageSummaryList": []}]

    def create_model_package(self, **request: Any) -> dict[str, str]:
        check("sagemaker", "CreateModelPackage", request)
        return {"ModelPackageArn": "arn:aws:sagemaker:us-east-1:000000000000:model-package/a/1"}

    def describe_model_package(self, **request: Any) -> dict[str, Any]:
        check("sagemaker", "DescribeModelPackage", request)
        return {}

    def update_model_package(self, **request: Any) -> None:
        check("sagemaker", "UpdateModelPackage", request)
        self.kept = request["CustomerMetadataProperties"]


PACKAGE: dict[str, Any] = {
    "Package": {"Group": "a", "Artifact": "s3://data/model.tar.gz", "Image": "a"},
    "Environment": {"A": "b"},
    "InstanceTypes": {"Transform": "ml.m5.large"},
    "ModelVersion": "m-1",
}
CARD = ("model_version", "trained_at", "metrics", "sha256", "files")


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(CARD, JSON)))
@example({"model_version": "", "sha256": {"": "", "\ud800": "\n"}, "files": {"a": [None]}})
def test_any_description_of_a_model_fits_into_the_registry(card: dict[str, Any]) -> None:
    registry, package = Registry(), Package.from_properties(PACKAGE)
    assert package is not None
    register(registry, package, APPROVED, card=card)
    for key, value in registry.kept.items():
        assert 1 <= len(key) <= 128
        assert 1 <= len(value) <= 256
        assert FORBIDDEN.search(key + value) is None


@given(st.sampled_from(sorted(PACKAGE)), JSON)
@example("Package", {"Group": "a"})
def test_an_invalid_package_is_named(name: str, value: Any) -> None:
    try:
        Package.from_properties({**PACKAGE, name: value})
    except PropertyError as error:
        members = ("Group", "Artifact", "Image") if name == "Package" else ()
        assert str(error).startswith(tuple(f"The property {one} " for one in (name, *members)))
