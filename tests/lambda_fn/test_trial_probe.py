"""Probe with known reviews during the update of an endpoint."""

import io
import json
from collections.abc import Callable
from typing import Any

import pytest

from known_reviews import KNOWN_REVIEWS
from tests.lambda_fn.fake_aws import check, client_error
from trial.handler import PROMPT
from trial.probe import RESERVE_SECONDS, probe_update

ENDPOINT = "sentiment-prod"


class FakeEndpoint:
    """An endpoint that updates for a number of descriptions, and the published metrics."""

    def __init__(self, looks: int, answer: Callable[[str], bytes]) -> None:
        """Update for `looks` descriptions and answer reviews with `answer`."""
        self._looks, self._answer = looks, answer
        self.metrics: list[float] = []

    def client(self, _service: str) -> "FakeEndpoint":
        return self

    def describe_endpoint(self, **request: Any) -> dict[str, str]:
        check("sagemaker", "DescribeEndpoint", request)
        self._looks -= 1
        return {"EndpointStatus": "Updating" if self._looks >= 0 else "InService"}

    def invoke_endpoint(self, **request: Any) -> dict[str, io.BytesIO]:
        check("sagemaker-runtime", "InvokeEndpoint", request)
        return {"Body": io.BytesIO(self._answer(json.loads(request["Body"])["review"]))}

    def put_metric_data(self, **request: Any) -> None:
        check("cloudwatch", "PutMetricData", request)
        (datum,) = request["MetricData"]
        assert (request["Namespace"], datum["MetricName"]) == (ENDPOINT, "FailedProbes")
        assert datum["Dimensions"] == [{"Name": "EndpointName", "Value": ENDPOINT}]
        self.metrics.append(datum["Value"])


def right(review: str) -> bytes:
    (verdict,) = [name for name, text in KNOWN_REVIEWS.items() if text == review]
    return json.dumps({"sentiment": verdict}).encode()


def refuse(_review: str) -> bytes:
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


def test_right_answers_are_not_counted() -> None:
    endpoint = FakeEndpoint(3, right)
    assert run(endpoint) == 0
    assert endpoint.metrics == [0.0, 0.0, 0.0]


@pytest.mark.parametrize(
    ("answer", "wrong"),
    [
        (refuse, 2),
        (lambda _: b"no JSON", 2),
        (lambda _: b"[]", 2),
        (lambda _: b'{"sentiment": "positive"}', 1),
    ],
)
def test_wrong_and_missing_answers_are_counted(answer: Callable[[str], bytes], wrong: int) -> None:
    endpoint = FakeEndpoint(1, answer)
    assert run(endpoint) == wrong
    assert endpoint.metrics == [float(wrong)]


def test_the_probe_ends_before_the_function_times_out() -> None:
    endpoint = FakeEndpoint(1000, right)
    run(endpoint, seconds=60.0)
    assert len(endpoint.metrics) == 8  # every 5 s in the first 40 s


def test_a_missing_endpoint_is_not_probed() -> None:
    endpoint = FakeEndpoint(0, right)

    def missing(**_request: Any) -> None:
        raise client_error("ValidationException", 'Could not find endpoint "x"', "DescribeEndpoint")

    endpoint.describe_endpoint = missing  # type: ignore[method-assign,assignment]
    assert run(endpoint) == 0


def test_a_silent_endpoint_is_reported_before_the_function_times_out() -> None:
    longest = (PROMPT.connect_timeout + PROMPT.read_timeout) * len(KNOWN_REVIEWS)
    assert longest < RESERVE_SECONDS
