"""Account quotas of SageMaker's endpoints, and updates that stay within them."""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

import local_aws.sagemaker.endpoints
from local_aws.sagemaker.capacity import CONCURRENCY
from tests.local_aws.conftest import Emulator
from tests.local_aws.support import endpoints
from tests.local_aws.support.service import Client, define, in_process
from tests.support.waiting import until
from trial.candidate import Candidate, settle

QUOTAS = {"ml.m5.large for endpoint usage": 2.0, CONCURRENCY: 10.0}


@pytest.fixture(scope="module")
def sagemaker(emulator: Emulator, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """SageMaker with room for two small fleets of each kind."""
    state = tmp_path_factory.mktemp("quotas")
    with in_process(emulator, state, quota=lambda name: QUOTAS.get(name, math.inf)) as client:
        yield client


def status(sagemaker: Client, name: str) -> str:
    try:
        return str(sagemaker.describe_endpoint(EndpointName=name)["EndpointStatus"])
    except ClientError:
        return "gone"


@pytest.mark.parametrize(
    ("kind", "variant"), [("real-time", endpoints.INSTANCE), ("serverless", endpoints.SERVERLESS)]
)
def test_an_update_after_a_trial_needs_no_more_than_two_fleets(
    sagemaker: Client, kind: str, variant: dict[str, Any]
) -> None:
    old, new = (define(sagemaker, f"{kind}-{age}", **variant) for age in ("old", "new"))
    sagemaker.create_endpoint(EndpointName=kind, EndpointConfigName=old)
    until(lambda: status(sagemaker, kind) == "InService")
    candidate = Candidate(f"{kind}-candidate", config=new, serving=kind)
    asked: list[str] = []
    until(lambda: settle(sagemaker, candidate, lambda: asked.append(kind)))
    assert asked == [kind]
    sagemaker.update_endpoint(EndpointName=kind, EndpointConfigName=new)
    until(lambda: status(sagemaker, kind) == "InService")
    assert sagemaker.describe_endpoint(EndpointName=kind)["EndpointConfigName"] == new
    sagemaker.delete_endpoint(EndpointName=kind)
    until(lambda: status(sagemaker, kind) == "gone")


def test_a_deleted_endpoint_keeps_its_capacity_and_name_for_a_while(
    emulator: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local_aws.sagemaker.endpoints, "DELETION_SECONDS", 3600)
    with in_process(emulator, tmp_path, quota=QUOTAS.__getitem__) as sagemaker:
        two = {**endpoints.INSTANCE, "InitialInstanceCount": 2}
        define(sagemaker, "two", **two)
        sagemaker.create_endpoint(EndpointName="two", EndpointConfigName="two")
        until(lambda: status(sagemaker, "two") == "InService")
        for _ in range(2):
            sagemaker.delete_endpoint(EndpointName="two")
            assert status(sagemaker, "two") == "Deleting"
        with pytest.raises(ClientError, match="Cannot create already existing endpoint"):
            sagemaker.create_endpoint(EndpointName="two", EndpointConfigName="two")
        with pytest.raises(ClientError) as refused:
            sagemaker.create_endpoint(EndpointName="third", EndpointConfigName="two")
        assert refused.value.response["Error"]["Code"] == "ResourceLimitExceeded"
        assert (
            "'ml.m5.large for endpoint usage' is 2 Instances, with current utilization of "
            "2 Instances and a request delta of 2 Instances"
        ) in refused.value.response["Error"]["Message"]
        assert status(sagemaker, "third") == "gone"


def test_a_failed_update_releases_its_fleet(sagemaker: Client) -> None:
    name = "real-time"  # of a deleted endpoint, which has released its name and its capacity
    define(sagemaker, "first")
    define(sagemaker, "broken", artifact="broken")
    sagemaker.create_endpoint(EndpointName=name, EndpointConfigName="first")
    until(lambda: status(sagemaker, name) == "InService")
    for _ in range(2):
        sagemaker.update_endpoint(EndpointName=name, EndpointConfigName="broken")
        until(lambda: status(sagemaker, name) == "InService")
    assert sagemaker.describe_endpoint(EndpointName=name)["EndpointConfigName"] == "first"
