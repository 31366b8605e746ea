"""Resources that SageMaker shows late, and properties that an update retains."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from eventual_consistency import WAITS_SECONDS, repeat
from local_aws.credentials import Credentials, RoleError, without_roles
from local_aws.sagemaker import SageMakerService
from local_aws.sagemaker.store import Store
from resource_properties import FailedTestError
from tests.lambda_fn.fake_aws import Time
from tests.local_aws.conftest import Emulator
from tests.local_aws.support import endpoints, jobs
from tests.local_aws.support.service import Client, configure, define, in_process
from tests.support.waiting import until
from training_job import jobs as training
from trial.candidate import Candidate, settle
from trial.smoke_test import check_config

LAG = 30.0  # longer than a busy machine pauses, and shorter than the handlers are patient
CAPTURE = {
    "EnableCapture": True,
    "InitialSamplingPercentage": 100,
    "DestinationS3Uri": "s3://in-process-models/captured",
    "CaptureOptions": [{"CaptureMode": "Input"}],
}


@pytest.fixture(scope="module")
def lagging(emulator: Emulator, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """SageMaker that sees new resources late."""
    with in_process(emulator, tmp_path_factory.mktemp("lagging"), lag=LAG) as client:
        yield client


@pytest.fixture
def time_passing(monkeypatch: pytest.MonkeyPatch) -> Time:
    """A clock of SageMaker and the handlers that is ahead by the time slept on it."""
    ahead, real = Time(), time.time
    monkeypatch.setattr(time, "time", lambda: real() + ahead.seconds)
    return ahead


def serving(sagemaker: Client, name: str, config: str) -> None:
    """Wait until an endpoint serves a configuration."""

    def served() -> bool:
        found = sagemaker.describe_endpoint(EndpointName=name)
        return (found["EndpointStatus"], found["EndpointConfigName"]) == ("InService", config)

    until(served)


def test_new_resources_are_seen_late(lagging: Client, time_passing: Time) -> None:
    define(lagging, "late")
    with pytest.raises(ClientError, match="Could not find endpoint configuration"):
        lagging.create_endpoint(EndpointName="late", EndpointConfigName="late")
    with pytest.raises(ClientError, match="Could not find endpoint configuration"):
        lagging.describe_endpoint_config(EndpointConfigName="late")
    time_passing.sleep(LAG)
    lagging.create_endpoint(EndpointName="late", EndpointConfigName="late")
    with pytest.raises(ClientError, match='Could not find endpoint "'):
        lagging.describe_endpoint(EndpointName="late")
    time_passing.sleep(LAG)
    serving(lagging, "late", "late")


def test_a_trial_begins_with_a_configuration_that_is_not_seen_yet(
    lagging: Client, time_passing: Time
) -> None:
    define(lagging, "new")
    candidate = Candidate("new-candidate", config="new", serving="none", gated=False)
    asked: list[bool] = []

    def settled() -> bool:
        done = settle(lagging, candidate, lambda: asked.append(True), time_passing.clock)
        time_passing.sleep(LAG)
        return done

    until(settled)
    assert asked == [True]
    assert time_passing.waits[0] == WAITS_SECONDS[0]  # the first request came too early


def test_a_training_begins_with_a_role_that_is_not_seen_yet(
    emulator: Emulator, tmp_path_factory: pytest.TempPathFactory, time_passing: Time
) -> None:
    def assume(role: str) -> Credentials:
        if time_passing.seconds < LAG:
            raise RoleError(f"Could not assume role {role}. Please ensure that the role exists")
        return without_roles(role)

    jobs.put_source(emulator)
    state = tmp_path_factory.mktemp("role")
    with in_process(emulator, state, lag=LAG, assume=assume) as sagemaker:
        request = jobs.request("late", "stop")
        with pytest.raises(ClientError, match="Could not assume role"):
            sagemaker.create_training_job(**request)
        repeat(lambda: sagemaker.create_training_job(**request), time_passing.clock)
        assert training.describe(sagemaker, "late") is None
        assert training.describe_new(sagemaker, "late", time_passing.clock) is not None


def test_metrics_arrive_after_the_end(tmp_path: Path, time_passing: Time) -> None:
    ended = time.time()
    job = {
        "TrainingJobName": "done", "CreationTime": ended - 60, "TrainingEndTime": ended,
        "TrainingJobStatus": "Completed", "FinalMetricDataList": [{"MetricName": "test:accuracy"}],
        "AlgorithmSpecification": {"TrainingInputMode": "File", "TrainingImage": "pytorch:2"},
        "OutputDataConfig": {"S3OutputPath": "s3://models/"},
    }  # fmt: skip
    Store(tmp_path / "records").put("training-job", "done", job)
    sagemaker = Client(SageMakerService(tmp_path, "http://127.0.0.1:9", "us-east-1", lag=LAG))
    assert "FinalMetricDataList" not in sagemaker.describe_training_job(TrainingJobName="done")
    time_passing.sleep(2 * LAG)
    found = sagemaker.describe_training_job(TrainingJobName="done")
    assert found["FinalMetricDataList"] == job["FinalMetricDataList"]


def test_an_update_that_retains_properties_keeps_the_capture_on(
    emulator: Emulator, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with in_process(emulator, tmp_path_factory.mktemp("capture")) as sagemaker:
        define(sagemaker, "captured")
        two = {**endpoints.INSTANCE, "InitialInstanceCount": 2}
        configure(sagemaker, "on", model="captured", capture=CAPTURE, **two)
        sagemaker.create_endpoint(EndpointName="captured", EndpointConfigName="on")
        serving(sagemaker, "captured", "on")
        check_config(sagemaker, "captured", "on", capture_percent=100)
        retain: dict[str, Any] = {"RetainAllVariantProperties": True}
        exclude = [{"VariantPropertyType": "DataCaptureConfig"}]
        with pytest.raises(ClientError, match="not currently supported"):
            sagemaker.update_endpoint(
                EndpointName="captured", EndpointConfigName="captured", **retain,
                ExcludeRetainedVariantProperties=exclude,
            )  # fmt: skip
        sagemaker.update_endpoint(EndpointName="captured", EndpointConfigName="captured", **retain)
        serving(sagemaker, "captured", "captured")
        found = sagemaker.describe_endpoint(EndpointName="captured")
        assert found["ProductionVariants"][0]["CurrentInstanceCount"] == 2
        with pytest.raises(FailedTestError, match="captures 100 % of its requests instead of 0 %"):
            check_config(sagemaker, "captured", "captured", capture_percent=0, clock=Time().clock)
        sagemaker.update_endpoint(EndpointName="captured", EndpointConfigName="captured")
        serving(sagemaker, "captured", "captured")
        check_config(sagemaker, "captured", "captured", capture_percent=0)
