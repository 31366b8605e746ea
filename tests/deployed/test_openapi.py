"""The deployed API conforms to its OpenAPI document for any request."""

import json
from typing import Any
from urllib.parse import urlsplit

import schemathesis
from hypothesis import HealthCheck, settings

from local_aws.urls import send
from predict_api.openapi import document
from scripts import ROOT
from tests.support.deployment import Deployment

COMMITTED = ROOT / "docs" / "openapi.json"
# A review that is too long gets 413. A schema cannot require text besides markup, so a review that
# conforms to the schema may get 400.
CHECKS = {
    "negative_data_rejection": {"expected-statuses": [400, 405, 406, 413, 415]},
    "positive_data_acceptance": {"expected-statuses": ["2xx", 400]},
}
schema = schemathesis.openapi.from_dict(
    document(100_000), config=schemathesis.Config.from_dict({"checks": CHECKS})
)


@schema.parametrize()
@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_schemathesis_finds_nothing(case: Any, deployment: Deployment) -> None:
    url = urlsplit(deployment.outputs["ApiUrl"])
    # The C library does not resolve the API's name.
    case.call_and_validate(
        base_url=f"http://127.0.0.1:{url.port}{url.path.rstrip('/')}", headers={"Host": url.netloc}
    )


def test_the_served_document_equals_the_committed_one(deployment: Deployment) -> None:
    """After an intended change, run `make openapi`."""
    for output, path in (("ApiUrl", "openapi.json"), ("SiteUrl", "api/openapi.json")):
        status, headers, body = send(deployment.outputs[output] + path)
        assert status == 200
        assert headers["content-type"] == "application/openapi+json"
        assert json.loads(body) == json.loads(COMMITTED.read_text("utf-8"))
