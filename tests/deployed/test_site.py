"""The deployed site: page, run-time configuration and security headers."""

import json

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
