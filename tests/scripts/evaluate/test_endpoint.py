"""SageMaker endpoints that are busy, refuse or fail, called with boto3 over HTTP."""

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from local_aws.environment import DEFAULT_REGION, embedded_aws
from predict_api import model
from scripts.evaluate import EvaluationError, run, targets
from scripts.evaluate.run import patiently
from scripts.evaluate.targets import ATTEMPTS, Endpoint, classify
from tests.scripts.evaluate.answers import shares
from tests.scripts.evaluate.predictions import predict
from tests.scripts.evaluate.serving import Prepared, serving

NAME = "sentiment-dev"
GOOD: Prepared = (200, {}, {"probabilities": shares(0.75), "model_version": "m1"})


def failure(status: int, code: str, **more: Any) -> Prepared:
    """Return an error in SageMaker's format."""
    return status, {"x-amzn-errortype": code}, {"__type": code, "Message": "as it is", **more}


def model_error(status: int, message: str = "") -> Prepared:
    """Return SageMaker's error for an error of the container."""
    return failure(424, "ModelError", OriginalStatusCode=status, OriginalMessage=message)


@dataclass
class Aws:
    """A SageMaker with one endpoint, which repeats its last answer."""

    status: str = "InService"
    answers: list[Prepared] = field(default_factory=lambda: [GOOD])
    asked: list[Any] = field(default_factory=list)
    described: list[Prepared] = field(
        default_factory=list
    )  # errors returned before the description

    def answer(self, request: str, sent: Any) -> Prepared:
        if request == "POST /":
            if self.described:
                return self.described.pop(0)
            if sent != {"EndpointName": NAME}:
                return failure(400, "ValidationException", message="Could not find endpoint")
            described = {"EndpointConfigName": NAME, "CreationTime": 1, "LastModifiedTime": 1}
            arn = f"arn:aws:sagemaker:{DEFAULT_REGION}:000000000000:endpoint/{NAME}"
            return 200, {}, {**sent, **described, "EndpointArn": arn, "EndpointStatus": self.status}
        assert request == f"POST /endpoints/{NAME}/invocations"
        self.asked.append(sent)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@pytest.fixture(scope="module")
def server() -> Iterator[list[Aws]]:
    """Direct this process's AWS clients to the last item of a list."""
    served: list[Aws] = []

    def answer(request: str, sent: Any) -> Prepared:
        return served[-1].answer(request, sent)

    with (
        serving(answer) as url,
        pytest.MonkeyPatch.context() as patched,
    ):
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            patched.delenv(name)
        for name, value in embedded_aws(url.rstrip("/"), DEFAULT_REGION).items():
            patched.setenv(name, value)
        yield served


@pytest.fixture
def aws(server: list[Aws], quick: None) -> Aws:  # noqa: ARG001
    """Return a SageMaker for this process's AWS clients."""
    server.append(Aws())
    return server[-1]


@pytest.mark.parametrize(
    "busy",
    [
        failure(400, "ThrottlingException"),
        failure(429, "ThrottlingException"),
        failure(429, "ModelNotReadyException"),
        failure(500, "InternalFailure"),
        failure(502, "BadGateway"),
        failure(503, "ServiceUnavailable"),
        model_error(0),
        model_error(429),
        model_error(503),
        model_error(507),
    ],
)
def test_a_request_to_a_busy_endpoint_is_repeated(aws: Aws, busy: Prepared) -> None:
    aws.answers = [busy, busy, GOOD]
    assert predict(Endpoint(NAME)) == (([shares(0.75)], "m1"), 2)
    assert aws.asked == [{"review": "A film."}] * 3


def test_pauses_do_not_count_as_latency(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "FIRST_PAUSE", 0.4)  # each pause is at least half of this
    aws.answers = [failure(429, "ThrottlingException"), GOOD]
    endpoint = Endpoint(NAME)
    since = time.perf_counter()
    _, seconds, retries = patiently(lambda: classify(endpoint, ["A film."], in_list=False))
    assert retries == 1
    assert seconds < time.perf_counter() - since - 0.2


@pytest.mark.parametrize("status", [400, 413])
def test_a_refused_review_has_a_verdict(aws: Aws, status: int) -> None:
    aws.answers = [model_error(status, '{"code": "empty_review"}'), model_error(status, "Bad.")]
    endpoint = Endpoint(NAME)
    assert predict(endpoint, " ") == ((["empty_review"], ""), 0)
    assert predict(endpoint, " ") == (([f"refused with {status}"], ""), 0)
    assert len(aws.asked) == 2


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (failure(400, "ValidationError"), "ValidationError"),
        (failure(403, "AccessDeniedException"), "AccessDeniedException"),
        (failure(403, "ExpiredTokenException"), "ExpiredTokenException"),
        (model_error(500), "ModelError"),
    ],
)
def test_a_permanent_error_is_not_retried(aws: Aws, wrong: Prepared, reason: str) -> None:
    aws.answers = [wrong, GOOD]
    with pytest.raises(EvaluationError, match=f"{NAME}: .*{reason}"):
        predict(Endpoint(NAME))
    assert len(aws.asked) == 1


def test_a_request_to_a_busy_endpoint_is_attempted_eight_times(aws: Aws) -> None:
    aws.answers = [failure(503, "ServiceUnavailable")]
    with pytest.raises(EvaluationError, match=f"ServiceUnavailable.*, {ATTEMPTS} times"):
        predict(Endpoint(NAME))
    assert len(aws.asked) == ATTEMPTS == 8


def test_a_list_has_a_verdict_for_each_review(aws: Aws) -> None:
    entries = [
        {"probabilities": shares(1), "model_version": "m1"},
        {"error": {"code": "empty_review"}},
    ]
    aws.answers = [(200, {}, {"predictions": entries}), model_error(400, '{"code": "too_many"}')]
    endpoint = Endpoint(NAME)
    assert classify(endpoint, ["A film.", " "], in_list=True) == (
        [shares(1.0), "empty_review"],
        "m1",
    )
    assert aws.asked == [{"reviews": ["A film.", " "]}]
    with pytest.raises(EvaluationError, match="too_many"):
        classify(endpoint, ["A film."], in_list=True)


@pytest.mark.parametrize("content", [{"sentiment": "positive"}, [], "1"])
def test_an_answer_without_a_verdict_is_reported_in_one_line(aws: Aws, content: Any) -> None:
    aws.answers = [(200, {}, content)]
    with pytest.raises(EvaluationError, match="not a verdict"):
        predict(Endpoint(NAME))
    assert len(aws.asked) == 1


def test_a_throttled_describe_call_is_retried(aws: Aws) -> None:
    aws.described = [failure(400, "ThrottlingException"), failure(503, "ServiceUnavailable")]
    aws.answers = [(200, {}, {"model_version": "m1", "metrics": {}})]
    assert Endpoint(NAME).model_card()["model_version"] == "m1"
    assert not aws.described


@pytest.mark.parametrize(
    ("name", "status", "reason"),
    [
        ("absent", "InService", "ENDPOINT=absent: .*Could not find endpoint"),
        (NAME, "Creating", f"ENDPOINT={NAME}: is Creating; it must be InService"),
    ],
)
def test_an_endpoint_out_of_service_is_reported_in_one_line(
    aws: Aws, name: str, status: str, reason: str
) -> None:
    aws.status = status
    with pytest.raises(EvaluationError, match=reason) as refused:
        Endpoint(name)
    assert "\n" not in str(refused.value)


def test_an_endpoint_of_another_application_is_refused(aws: Aws) -> None:
    aws.answers = [(200, {}, [0.5])]
    with pytest.raises(EvaluationError, match="its model does not describe itself"):
        Endpoint(NAME).model_card()


def test_the_command_and_the_api_agree_on_what_is_worth_repeating() -> None:
    assert targets.BUSY_CODES == model.BUSY
    assert targets.BUSY_CONTAINER == model.BUSY_STATUSES
    assert run.LIST_BYTES == model.MAX_REQUEST_BYTES
