"""Probe with known reviews during the update of an endpoint."""

import io
import json
from collections.abc import Callable
from itertools import cycle
from typing import Any

import pytest

from known_reviews import FILM_REVIEWS
from tests.lambda_fn.fake_aws import GERMAN, check, client_error
from trial.handler import PROMPT
from trial.probe import RESERVE_SECONDS, probe_update

ENDPOINT = "sentiment-prod"


class FakeEndpoint:
    """An endpoint that updates for a number of descriptions, and the published metrics."""

    def __init__(self, looks: int, *answers: Callable[[dict[str, Any]], Any]) -> None:
        """Update for `looks` descriptions; successive requests go to one answer after the other."""
        self._looks, self._answers = looks, cycle(answers)
        self.metrics: list[float] = []

    def client(self, _service: str) -> "FakeEndpoint":
        return self

    def describe_endpoint(self, **request: Any) -> dict[str, str]:
        check("sagemaker", "DescribeEndpoint", request)
        self._looks -= 1
        return {"EndpointStatus": "Updating" if self._looks >= 0 else "InService"}

    def invoke_endpoint(self, **request: Any) -> dict[str, io.BytesIO]:
        check("sagemaker-runtime", "InvokeEndpoint", request)
        answer = next(self._answers)(json.loads(request["Body"]))
        body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        return {"Body": io.BytesIO(body)}

    def put_metric_data(self, **request: Any) -> None:
        check("cloudwatch", "PutMetricData", request)
        (datum,) = request["MetricData"]
        assert (request["Namespace"], datum["MetricName"]) == (ENDPOINT, "FailedProbes")
        assert datum["Dimensions"] == [{"Name": "EndpointName", "Value": ENDPOINT}]
        self.metrics.append(datum["Value"])


def model(
    version: str, card: dict[str, Any], verdict: Callable[[str], Any]
) -> Callable[[dict[str, Any]], Any]:
    """Return a model with a description of itself and a verdict on each review."""

    def answer(sent: dict[str, Any]) -> Any:
        if sent == {"card": True}:
            return {"model_version": version, **card}
        verdicts = [
            {"model_version": version, "sentiment": verdict(text)} for text in sent["reviews"]
        ]
        return {"predictions": verdicts}

    return answer


ENGLISH_VERDICTS = {review.text: review.label for review in FILM_REVIEWS}
GERMAN_VERDICTS = {review["text"]: review["label"] for review in GERMAN}
# Each calls the other's positive reviews negative.
english = model("english", {}, lambda text: ENGLISH_VERDICTS.get(text, "negative"))
german = model(
    "german", {"known_reviews": GERMAN}, lambda text: GERMAN_VERDICTS.get(text, "negative")
)
optimist = model("optimist", {"known_reviews": GERMAN}, lambda _: "positive")


def refuse(_sent: dict[str, Any]) -> bytes:
    raise client_error("ModelError", "Received server error (500)", "InvokeEndpoint", 424)


def run(endpoint: FakeEndpoint, seconds: float = 60.0) -> int:
    """Probe with a clock that advances only by sleeping."""
    left = [seconds]

    def sleep(duration: float) -> None:
        left[0] -= duration

    return probe_update(endpoint.client, ENDPOINT, ENDPOINT, lambda: left[0], sleep)


def test_nothing_is_sent_without_an_update() -> None:
    endpoint = FakeEndpoint(0, refuse)
    assert run(endpoint) == 0
    assert endpoint.metrics == []


@pytest.mark.parametrize("model", [english, german])
def test_right_answers_are_not_counted(model: Callable[[dict[str, Any]], Any]) -> None:
    endpoint = FakeEndpoint(3, model)
    assert run(endpoint) == 0
    assert endpoint.metrics == [0.0, 0.0, 0.0]


@pytest.mark.parametrize(
    ("answer", "wrong"),
    [
        (refuse, 1),
        (lambda _: b"no JSON", 1),
        (lambda _: [], 1),
        (lambda _: {"sentiment": "positive"}, 1),
        (lambda _: {"model_version": "1", "predictions": []}, 1),
        (lambda _: {"model_version": "1", "predictions": [{"error": {}}] * 2}, 1),
        (model("1", {"known_reviews": []}, lambda _: "positive"), 1),
        (model("1", {}, lambda _: "positive"), 1),
        (model("1", {}, lambda _: None), 2),
        (optimist, 1),
    ],
)
def test_wrong_and_missing_answers_are_counted(
    answer: Callable[[dict[str, Any]], Any], wrong: int
) -> None:
    endpoint = FakeEndpoint(1, answer)
    assert run(endpoint) == wrong
    assert endpoint.metrics == [float(wrong)]


def test_each_model_is_measured_with_its_own_reviews() -> None:
    """During an update, either the old or the new model answers a request."""
    assert run(FakeEndpoint(4, english, german, german, english)) == 0


def test_a_new_model_of_nonsense_is_found_next_to_the_old_one() -> None:
    endpoint = FakeEndpoint(3, english, english, optimist, english, english, optimist)
    assert run(endpoint) == 1
    assert endpoint.metrics == [0.0, 0.0, 1.0]


def test_the_probe_ends_before_the_function_times_out() -> None:
    endpoint = FakeEndpoint(1000, english)
    run(endpoint, seconds=60.0)
    assert len(endpoint.metrics) == 8  # every 5 s in the first 40 s


def test_a_missing_endpoint_is_not_probed() -> None:
    endpoint = FakeEndpoint(0, english)

    def missing(**_request: Any) -> None:
        raise client_error("ValidationException", 'Could not find endpoint "x"', "DescribeEndpoint")

    endpoint.describe_endpoint = missing  # type: ignore[method-assign,assignment]
    assert run(endpoint) == 0


def test_a_silent_endpoint_is_reported_before_the_function_times_out() -> None:
    requests = 2  # the model's description of itself, and its known reviews
    longest = (PROMPT.connect_timeout + PROMPT.read_timeout) * requests
    assert longest < RESERVE_SECONDS
