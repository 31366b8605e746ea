"""Smoke test of an endpoint."""

import io
import json
import math
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from known_reviews import FILM_REVIEWS
from resource_properties import FailedTestError
from tests.lambda_fn.fake_aws import GERMAN, Time, check, client_error
from trial import handler
from trial.smoke_test import Expected, check_answers, check_config

ENDPOINT = "sentiment-dev"
JOB = "sentiment-dev-0a1b2c3d4e5f"
EXPECTED = Expected(JOB)
RIGHT = {"model_version": JOB}
METRICS = {"accuracy": 0.97, "balanced_accuracy": 0.91}


class Runtime:
    """An endpoint that fails a number of times, then answers."""

    def __init__(
        self,
        answer: Callable[[str], Any] | None = None,
        errors: tuple[Exception, ...] = (),
        version: str = JOB,
        known: list[dict[str, str]] | None = None,
        metrics: Any = METRICS,
    ) -> None:
        """Raise the errors first, then answer; `known` are the model's known reviews."""
        self.errors = list(errors)
        self.reviews: list[str] = []
        self.version = version
        self.answer = answer or self.right
        self.card = {"model_version": version, "metrics": metrics}
        self.card |= {"known_reviews": known} if known else {}

    def right(self, review: str) -> dict[str, Any]:
        """Answer like a good model."""
        positive = "wonderful" in review or "underbar" in review
        return {
            "sentiment": "positive" if positive else "negative",
            "probability": 0.97 if positive else 0.02,
            **RIGHT,
            "model_version": self.version,
        }

    def invoke_endpoint(self, **request: Any) -> dict[str, Any]:
        """Fail or answer."""
        check("sagemaker-runtime", "InvokeEndpoint", request)
        if self.errors:
            raise self.errors.pop(0)
        sent = json.loads(request["Body"])
        if sent == {"card": True}:
            return {"Body": io.BytesIO(json.dumps(self.card).encode())}
        self.reviews.append(sent["review"])
        return {"Body": io.BytesIO(json.dumps(self.answer(sent["review"])).encode())}


class SageMaker:
    """An endpoint's description."""

    def __init__(
        self, status: str = "InService", config: str = "config-2", captured: int | None = None
    ) -> None:
        """Describe an endpoint, which captures data unless `captured` is None."""
        self.description: dict[str, Any] = {
            "EndpointStatus": status,
            "EndpointConfigName": config,
        }
        if captured is not None:
            self.description["DataCaptureConfig"] = {
                "EnableCapture": captured > 0,
                "CaptureStatus": "Started" if captured else "Stopped",
                "CurrentSamplingPercentage": captured,
                "DestinationS3Uri": "s3://data/captured",
                "KmsKeyId": "",
            }

    def describe_endpoint(self, **request: Any) -> dict[str, Any]:
        """Return the description."""
        check("sagemaker", "DescribeEndpoint", request)
        return self.description


def model_error(status: int) -> ClientError:
    """Return boto3's error for a container that answered with this status."""
    error = client_error(
        "ModelError", "Received an error from the container", "InvokeEndpoint", 424
    )
    return ClientError({**error.response, "OriginalStatusCode": status}, "InvokeEndpoint")


def test_right_answers_from_the_right_model_pass() -> None:
    runtime = Runtime()
    check_answers(runtime, ENDPOINT, EXPECTED, patience_seconds=300, clock=Time().clock)
    assert runtime.reviews == [review.text for review in FILM_REVIEWS]


def test_a_model_of_another_language_is_asked_about_its_own_reviews() -> None:
    runtime = Runtime(known=GERMAN)
    check_answers(runtime, ENDPOINT, EXPECTED, patience_seconds=300, clock=Time().clock)
    assert runtime.reviews == [review["text"] for review in GERMAN]


def test_a_model_of_the_packaged_films_is_asked_about_both() -> None:
    runtime, expected = Runtime(known=GERMAN), Expected(JOB, films=True)
    check_answers(runtime, ENDPOINT, expected, patience_seconds=300, clock=Time().clock)
    assert runtime.reviews[len(GERMAN) :] == [review.text for review in FILM_REVIEWS]

    def nonsense(review: str) -> dict[str, Any]:
        """Answer correctly only what the model itself has chosen."""
        own = {known["text"]: known["label"] for known in GERMAN}
        return {**RIGHT, "sentiment": own.get(review, "negative")}

    with pytest.raises(FailedTestError, match=r"positive review “A wonderful film.* as negative"):
        check_answers(
            Runtime(nonsense, known=GERMAN),
            ENDPOINT,
            expected,
            patience_seconds=300,
            clock=Time().clock,
        )


def test_a_model_that_knows_one_sentiment_cannot_vouch_for_itself() -> None:
    runtime = Runtime(lambda _: {**RIGHT, "sentiment": "positive"}, known=GERMAN[:2])
    with pytest.raises(FailedTestError, match="without known reviews of several labels"):
        check_answers(runtime, ENDPOINT, EXPECTED, patience_seconds=300, clock=Time().clock)


def test_a_refusal_quotes_the_review_and_both_verdicts() -> None:
    with pytest.raises(FailedTestError) as refusal:
        check_answers(
            Runtime(lambda _: {**RIGHT, "sentiment": "negative"}, known=GERMAN),
            ENDPOINT,
            EXPECTED,
            patience_seconds=300,
            clock=Time().clock,
        )
    assert str(refusal.value) == (
        f"Endpoint {ENDPOINT} classifies the clearly positive review "
        "“Ein wunderbarer Film, großartig gespielt.” as negative"
    )


def test_any_version_may_answer_when_none_was_trained() -> None:
    check_answers(
        Runtime(version="trained-elsewhere"),
        ENDPOINT,
        Expected(None),
        patience_seconds=300,
        clock=Time().clock,
    )


def test_an_answer_of_another_model_fails() -> None:
    runtime = Runtime(version="sentiment-dev-000000000000")
    with pytest.raises(FailedTestError, match=f"model sentiment-dev-000000000000, not {JOB}"):
        check_answers(runtime, ENDPOINT, EXPECTED, patience_seconds=300, clock=Time().clock)


@pytest.mark.parametrize("needed", [0.92, 1.0])
def test_a_model_below_the_minimum_accuracy_fails_wherever_it_was_trained(needed: float) -> None:
    runtime, clock = Runtime(version="trained-elsewhere"), Time().clock
    check_answers(runtime, ENDPOINT, Expected(None, 0.91), patience_seconds=300, clock=clock)
    with pytest.raises(FailedTestError, match=f"accuracy 0.91; the minimum is {needed}"):
        check_answers(runtime, ENDPOINT, Expected(None, needed), patience_seconds=300, clock=clock)


@pytest.mark.parametrize("metrics", [{"accuracy": 0.79}, {"balanced_accuracy": math.nan}, {}, None])
def test_a_model_without_enough_accuracy_fails(metrics: Any) -> None:
    runtime, expected = Runtime(metrics=metrics), Expected(JOB, 0.8)
    with pytest.raises(FailedTestError, match=r"balanced accuracy .*; the minimum is 0\.8"):
        check_answers(runtime, ENDPOINT, expected, patience_seconds=300, clock=Time().clock)


def test_a_model_of_an_earlier_version_has_an_accuracy_only() -> None:
    runtime, expected = Runtime(metrics={"accuracy": 0.81}), Expected(JOB, 0.8)
    check_answers(runtime, ENDPOINT, expected, patience_seconds=300, clock=Time().clock)


@pytest.mark.parametrize("verdict", ["positive", "negative"])
def test_a_model_with_a_constant_answer_fails(verdict: str) -> None:
    runtime = Runtime(answer=lambda _: {**RIGHT, "sentiment": verdict})
    with pytest.raises(FailedTestError, match=f"review “.*” as {verdict}"):
        check_answers(runtime, ENDPOINT, EXPECTED, patience_seconds=300, clock=Time().clock)


@pytest.mark.parametrize("answer", [1, [], None, {"sentiment": None}])
def test_an_answer_of_the_wrong_type_fails(answer: Any) -> None:
    with pytest.raises(FailedTestError, match=ENDPOINT):
        check_answers(
            Runtime(answer=lambda _: answer),
            ENDPOINT,
            EXPECTED,
            patience_seconds=300,
            clock=Time().clock,
        )


@pytest.mark.parametrize(
    "error",
    [
        model_error(500),
        model_error(503),
        client_error("ThrottlingException", "Rate exceeded", "InvokeEndpoint", 400),
        client_error("ModelNotReadyException", "not ready", "InvokeEndpoint", 429),
        ReadTimeoutError(endpoint_url="https://runtime.sagemaker.us-east-1.amazonaws.com"),
    ],
)
def test_the_test_waits_for_a_starting_container(error: Exception) -> None:
    time = Time()
    check_answers(
        Runtime(errors=(error, error, error)),
        ENDPOINT,
        EXPECTED,
        patience_seconds=300,
        clock=time.clock,
    )
    assert time.seconds > 0


def test_a_model_that_never_loads_fails_in_time() -> None:
    time = Time()
    with pytest.raises(FailedTestError, match=r"does not answer: .* error from the container"):
        check_answers(
            Runtime(errors=(model_error(500),) * 10_000),
            ENDPOINT,
            EXPECTED,
            patience_seconds=300,
            clock=time.clock,
        )
    assert time.seconds <= 300


@pytest.mark.parametrize(
    "error",
    [
        model_error(400),
        client_error("ValidationException", "Endpoint not found", "InvokeEndpoint", 400),
        client_error("AccessDeniedException", "not authorized", "InvokeEndpoint", 403),
    ],
)
def test_a_wrong_request_is_not_repeated(error: Exception) -> None:
    time = Time()
    with pytest.raises(FailedTestError, match="does not answer"):
        check_answers(
            Runtime(errors=(error,)), ENDPOINT, EXPECTED, patience_seconds=300, clock=time.clock
        )
    assert time.seconds == 0


def served(sagemaker: SageMaker, *, capture: int = 0) -> float:
    """Check the endpoint's configuration and return for how long."""
    time = Time()
    check_config(sagemaker, ENDPOINT, "config-2", capture_percent=capture, clock=time.clock)
    return time.seconds


def test_the_new_configuration_must_be_in_service() -> None:
    assert served(SageMaker()) == 0
    assert served(SageMaker(status="Updating")) == 0  # for example while it scales
    with pytest.raises(FailedTestError, match="is RollingBack, not InService"):
        served(SageMaker(status="RollingBack"))
    with pytest.raises(FailedTestError, match="serves configuration config-1, not config-2"):
        served(SageMaker(config="config-1"))


def test_a_description_may_be_some_seconds_old() -> None:
    sagemaker = SageMaker(config="config-1")
    descriptions = iter([dict(sagemaker.description)] * 2)
    current = SageMaker()
    sagemaker.describe_endpoint = lambda **_: next(descriptions, current.description)  # type: ignore[method-assign]
    assert 0 < served(sagemaker) <= 30


@pytest.mark.parametrize(("in_service", "wanted"), [(5, 0), (5, 20), (0, 5), (None, 5)])
def test_the_endpoint_must_capture_what_the_settings_say(
    in_service: int | None, wanted: int
) -> None:
    sagemaker = SageMaker(captured=in_service)
    served(sagemaker, capture=in_service or 0)
    with pytest.raises(FailedTestError, match=f"captures {in_service or 0} % .* of {wanted} %"):
        served(sagemaker, capture=wanted)


def test_a_capture_that_does_not_work_captures_nothing() -> None:
    sagemaker = SageMaker(captured=5)
    sagemaker.description["DataCaptureConfig"]["CaptureStatus"] = "Stopped"
    with pytest.raises(FailedTestError, match=r"captures 0 % .* of 5 %"):
        served(sagemaker, capture=5)


def test_a_new_permission_gets_time_to_propagate() -> None:
    denied = client_error("AccessDeniedException", "x is not authorized to perform: y", "Describe")
    sagemaker, refusals = SageMaker(), [denied]
    describe = sagemaker.describe_endpoint

    def describe_endpoint(**request: Any) -> dict[str, Any]:
        if refusals:
            raise refusals.pop()
        return describe(**request)

    sagemaker.describe_endpoint = describe_endpoint  # type: ignore[method-assign]
    assert 0 < served(sagemaker) <= 30


def test_the_handler_tests_on_create_and_update(monkeypatch: pytest.MonkeyPatch) -> None:
    runtime = Runtime()
    clients = {"sagemaker": SageMaker(), "sagemaker-runtime": runtime}
    monkeypatch.setattr(handler, "_client", clients.__getitem__)
    properties = {
        "EndpointName": ENDPOINT,
        "EndpointConfigName": "config-2",
        "ModelVersion": JOB,
        "MinimumAccuracy": "0.8",
        "PatienceSeconds": "300",
        "CapturePercent": "0",
    }
    ids = set()
    for request in ("Create", "Update"):
        event = {
            "RequestType": request,
            "ResourceType": "Custom::SmokeTest",
            "ResourceProperties": properties,
        }
        ids.add(handler.on_event(event, None)["PhysicalResourceId"])
        assert handler.is_complete(event, None) == {"IsComplete": True}
    assert handler.on_event({**event, "RequestType": "Delete"}, None) == {}
    assert len(runtime.reviews) == 4
    assert len(ids) == 1  # a different id would make CloudFormation replace the resource
