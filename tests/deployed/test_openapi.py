"""The deployed API conforms to its OpenAPI document for any request."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import schemathesis
from hypothesis import HealthCheck, settings

from local_aws.urls import send
from predict_api.openapi import document
from scripts import ROOT
from tests.support.deployment import Deployment

COMMITTED = ROOT / "docs" / "openapi.json"
# A review that is too long gets 413. A schema cannot require text besides markup, so a review that
# conforms to the schema may get 400. Nor can it list the model's labels, so feedback may get 409.
CHECKS = {
    "negative_data_rejection": {"expected-statuses": [400, 405, 406, 413, 415]},
    "positive_data_acceptance": {"expected-statuses": ["2xx", 400, 409]},
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
    case.call_and_validate(base_url=deployment.outputs["ApiUrl"].rstrip("/"))


def test_the_served_document_equals_the_committed_one(deployment: Deployment) -> None:
    """After an intended change, run `make openapi`."""
    for output, path in (("ApiUrl", "openapi.json"), ("SiteUrl", "api/openapi.json")):
        status, headers, body = send(deployment.outputs[output] + path)
        assert status == 200
        assert headers["content-type"] == "application/openapi+json"
        assert json.loads(body) == json.loads(COMMITTED.read_text("utf-8"))


def test_the_released_command_finds_nothing(deployment: Deployment, tmp_path: Path) -> None:
    api = deployment.outputs["ApiUrl"]
    run = subprocess.run(
        [Path(sys.executable).with_name("schemathesis"), "run", "--max-examples=5", "--seed=1",
         "--url", api, f"{api}openapi.json"],
        cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout
