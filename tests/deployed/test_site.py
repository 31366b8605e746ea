"""The deployed site: page, run-time configuration and security headers."""

import gzip
import json

import pytest

from local_aws.urls import send
from tests.support.deployment import Deployment


def test_the_page_is_served_through_cloudfront(deployment: Deployment) -> None:
    status, headers, body = send(deployment.outputs["SiteUrl"])
    assert status == 200
    assert headers["content-type"].startswith("text/html")
    assert b"<textarea" in body


def test_configuration_is_read_at_run_time(deployment: Deployment) -> None:
    status, headers, body = send(deployment.outputs["SiteUrl"] + "config.json")
    assert status == 200
    assert headers["content-type"].startswith("application/json")
    assert json.loads(body)["api"] == "/api"


def test_security_headers_are_sent(deployment: Deployment) -> None:
    _, headers, _ = send(deployment.outputs["SiteUrl"])
    assert "'unsafe-inline'" not in headers["content-security-policy"]
    assert headers["strict-transport-security"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"


def test_an_unknown_address_has_a_page_of_ours(deployment: Deployment) -> None:
    for path in ("nothing", "nothing/here.html"):
        status, headers, body = send(deployment.outputs["SiteUrl"] + path)
        assert status == 404
        assert headers["content-type"].startswith("text/html")
        assert b"There is no page here" in body
        assert b"<Error>" not in body


def test_an_unknown_path_of_the_api_has_its_own_answer_there_too(deployment: Deployment) -> None:
    for output, path in (("SiteUrl", "api/nothing"), ("ApiUrl", "nothing")):
        status, headers, body = send(deployment.outputs[output] + path)
        assert status == 404
        assert headers["content-type"].startswith("application/problem+json")
        assert json.loads(body)["code"] == "not_found"


@pytest.mark.parametrize("path", ["api-docs", "api-docs/"])
def test_the_api_is_described_on_a_page(deployment: Deployment, path: str) -> None:
    status, headers, body = send(deployment.outputs["SiteUrl"] + path)
    assert status == 200
    assert headers["content-type"].startswith("text/html")
    assert b"api-docs.js" in body


@pytest.mark.parametrize("output", ["SiteUrl", "ApiUrl"])
def test_long_answers_are_compressed(deployment: Deployment, output: str) -> None:
    path = "api/openapi.json" if output == "SiteUrl" else "openapi.json"
    url = deployment.outputs[output] + path
    _, _, plain = send(url)
    _, headers, packed = send(url, headers={"Accept-Encoding": "gzip"})
    assert headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed) == plain
    assert len(packed) < len(plain) / 4
