"""The endpoint whose model scores files, on recorded services."""

import io
from typing import Any

import pytest
from botocore.exceptions import ClientError

from scripts.score import ScoreError
from scripts.score.deployment import find
from scripts.synthesis import context
from stacks.settings.load import read_settings

SETTINGS = read_settings(context("dev"))


class Account:
    """Every service of an account with an endpoint and a model that scores files."""

    def __init__(self, status: str, serving: str, scoring: str) -> None:
        """Take the endpoint's status, and the artifacts of both models."""
        self._status = status
        self._artifacts = {"serving": serving, "scoring": scoring}

    def describe_endpoint(self, **_given: str) -> dict[str, Any]:
        if self._status == "missing":
            error = {"Code": "ValidationException", "Message": "Could not find endpoint"}
            raise ClientError({"Error": error}, "DescribeEndpoint")
        return {"EndpointStatus": self._status, "EndpointConfigName": "config"}

    def describe_endpoint_config(self, **_given: str) -> dict[str, Any]:
        return {"ProductionVariants": [{"ModelName": "serving"}]}

    def describe_model(self, **given: str) -> dict[str, Any]:
        artifact = self._artifacts[given["ModelName"]]
        return {"PrimaryContainer": {"Image": "image", "ModelDataUrl": artifact}}

    def describe_stacks(self, **_given: str) -> dict[str, Any]:
        outputs = {"ScoringModelName": "scoring", "DataBucketName": "data"}
        return {
            "Stacks": [
                {"Outputs": [{"OutputKey": k, "OutputValue": v} for k, v in outputs.items()]}
            ]
        }

    def invoke_endpoint(self, **_given: str) -> dict[str, Any]:
        return {"Body": io.BytesIO(b'{"labels": ["negative", "positive"], "model_version": "m1"}')}


def account(monkeypatch: pytest.MonkeyPatch, status: str, serving: str, scoring: str) -> None:
    made = Account(status, serving, scoring)
    monkeypatch.setattr("boto3.client", lambda _service: made)


def test_identity_follows_the_model(monkeypatch: pytest.MonkeyPatch) -> None:
    found = []
    for artifact in ("s3://old", "s3://new", "s3://old"):
        account(monkeypatch, "InService", artifact, artifact)
        found.append(find(SETTINGS, place="here"))
    assert found[0] == found[2]
    assert found[0].identity != found[1].identity
    assert (found[0].model, found[0].bucket) == ("scoring", "data")


@pytest.mark.parametrize(
    ("status", "serving", "message"),
    [
        ("Updating", "s3://new", "is Updating, so its model may be replaced: run again when"),
        ("InService", "s3://old", "is being replaced: run again when the deployment has ended"),
        ("missing", "s3://new", "no endpoint sentiment-dev in here: run `make local`"),
    ],
)
def test_replaced_or_missing_model_is_one_line(
    monkeypatch: pytest.MonkeyPatch, status: str, serving: str, message: str
) -> None:
    account(monkeypatch, status, serving, "s3://new")
    with pytest.raises(ScoreError, match=message) as error:
        find(SETTINGS, place="here")
    assert "\n" not in str(error.value)
