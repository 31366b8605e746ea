"""A stage's limits are enforced: a bucket of tokens for each method, filled at the rate."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from local_aws.urls import local_url, send
from tests.local_aws.conftest import Emulator
from tests.local_aws.support.site_template import api
from tests.local_aws.support.stack import Stack

HARDLY = 0.001  # tokens per second


@pytest.fixture(scope="module")
def stack(emulator: Emulator) -> Iterator[Stack]:
    deployed = Stack(emulator, "throttled")
    yield deployed
    deployed.delete()


def limit(path: str, method: str, *, rate: float, burst: int) -> dict[str, Any]:
    return {
        "ResourcePath": path,
        "HttpMethod": method,
        "ThrottlingRateLimit": rate,
        "ThrottlingBurstLimit": burst,
    }


def deployed(stack: Stack, emulator: Emulator, *limits: dict[str, Any]) -> str:
    """Deploy an API with these limits and return its URL."""
    resources = api()
    resources["Stage"]["Properties"]["MethodSettings"] = list(limits)
    url = {"Fn::Sub": "https://${Api}.execute-api.${AWS::Region}.amazonaws.com/api/predict"}
    outputs = stack.deploy(resources, Url=url).outputs
    return local_url(outputs["Url"], emulator.port)


def statuses(url: str, requests: int) -> list[int]:
    return [send(url, body=b"x")[0] for _ in range(requests)]


def test_a_burst_is_answered_and_more_is_refused(stack: Stack, emulator: Emulator) -> None:
    url = deployed(stack, emulator, limit("/*", "*", rate=HARDLY, burst=5))
    assert statuses(url, 8) == [200] * 5 + [429] * 3
    status, headers, body = send(url, body=b"x")
    assert (status, headers["x-amzn-errortype"]) == (429, "TooManyRequestsException")
    assert json.loads(body) == {"message": "Too Many Requests"}


def test_tokens_are_refilled_at_the_rate(stack: Stack, emulator: Emulator) -> None:
    url = deployed(stack, emulator, limit("/*", "*", rate=HARDLY, burst=2))
    assert 429 in statuses(url, 3)
    url = deployed(stack, emulator, limit("/*", "*", rate=40, burst=2))
    began = time.monotonic()
    answered = statuses(url, 30).count(200)
    lasted = time.monotonic() - began
    assert 2 <= answered <= 2 + 40 * lasted + 1


def test_a_method_may_have_its_own_limit(stack: Stack, emulator: Emulator) -> None:
    everything = limit("/*", "*", rate=1000, burst=1000)
    predict = limit("/~1predict", "POST", rate=HARDLY, burst=1)
    url = deployed(stack, emulator, everything, predict)
    assert statuses(url, 3)[1:] == [429] * 2
    assert statuses(deployed(stack, emulator, everything), 3) == [200] * 3
