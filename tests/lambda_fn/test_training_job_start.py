"""Start of training jobs: the request to SageMaker, new roles and repeated failures."""

from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.lambda_fn.fake_aws import FakeS3, FakeSageMaker, Time, client_error
from training_job.jobs import MOST_ATTEMPTS, TooManyAttemptsError, describe, find_or_start
from training_job.regions import OtherRegionError
from training_job.request import METRICS, Spot, TrainingRequest

REQUEST = TrainingRequest(
    job_name="sentiment-dev-0a1b2c3d4e5f",
    role_arn="arn:aws:iam::111122223333:role/sentiment-dev-training",
    image="763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch:2.13-cpu-amzn2023-sagemaker",
    hyperparameters={"epochs": "4"},
    channels={"training": "s3://data/train/", "testing": "s3://data/test/"},
    output="s3://data/models",
    instance_type="ml.m5.xlarge",
    instance_count=2,
    volume_size_gib=30,
    max_runtime_seconds=2700,
    minimum_accuracy=0.8,
)

REFUSALS = (
    (
        f"Could not assume role {REQUEST.role_arn}. Please ensure that the role exists and allows "
        "principal 'sagemaker.amazonaws.com' to assume the role."
    ),
    (
        'No S3 objects found under S3 URL "s3://data/train/" given in input data source. Please ensure '
        "that the bucket exists in the selected region (us-east-1), that objects exist under that S3 "
        f'prefix, and that the role "{REQUEST.role_arn}" has "s3:ListBucket" permissions on bucket '
        '"data".'
    ),
    (
        "User: arn:aws:sts::111122223333:assumed-role/starter/handler is not authorized to perform: "
        "sagemaker:CreateTrainingJob on resource: arn because no identity-based policy allows the "
        "sagemaker:CreateTrainingJob action"
    ),
)


def test_the_job_reads_every_channel_and_reports_metrics() -> None:
    job = REQUEST.job("sentiment-dev-0a1b2c3d4e5f-2")
    assert job["TrainingJobName"] == "sentiment-dev-0a1b2c3d4e5f-2"
    assert [channel["ChannelName"] for channel in job["InputDataConfig"]] == ["testing", "training"]
    assert job["AlgorithmSpecification"]["MetricDefinitions"] == METRICS
    assert job["ResourceConfig"]["InstanceCount"] == 2
    assert job["StoppingCondition"] == {"MaxRuntimeInSeconds": 2700}


def test_the_job_has_the_cost_allocation_tags() -> None:
    job = replace(REQUEST, tags={"environment": "dev", "application": "sentiment"}).job("job")
    assert job["Tags"] == [
        {"Key": "application", "Value": "sentiment"},
        {"Key": "environment", "Value": "dev"},
    ]


@pytest.mark.parametrize("status", ["InProgress", "Completed"])
def test_an_existing_job_gets_new_tags(status: str) -> None:
    """Tags are not part of the job's name, so changed tags train nothing."""
    sagemaker, s3 = FakeSageMaker(), FakeS3()
    name = find_or_start(sagemaker, s3, REQUEST)
    sagemaker.jobs[name]["TrainingJobStatus"] = status
    s3.put(sagemaker.jobs[name]["ModelArtifacts"]["S3ModelArtifacts"])
    tagged = replace(REQUEST, tags={"cost-center": "42"})
    assert find_or_start(sagemaker, s3, tagged) == name
    assert sagemaker.created == [name]
    assert sagemaker.tags == {name: [{"Key": "cost-center", "Value": "42"}]}


def test_on_demand_instances_keep_no_checkpoints() -> None:
    job = REQUEST.job("sentiment-dev-0a1b2c3d4e5f")
    assert "CheckpointConfig" not in job
    assert "EnableManagedSpotTraining" not in job


@pytest.mark.parametrize(("hosts", "encrypted"), [(1, False), (2, True)])
def test_traffic_between_hosts_is_encrypted(*, hosts: int, encrypted: bool) -> None:
    job = replace(REQUEST, instance_count=hosts).job("sentiment-dev-0a1b2c3d4e5f")
    assert job["EnableInterContainerTrafficEncryption"] is encrypted


def test_every_spot_attempt_resumes_from_the_same_checkpoints() -> None:
    request = replace(REQUEST, spot=Spot(3300, "s3://data/checkpoints"))
    sagemaker, requests = FakeSageMaker(), []
    for _ in range(2):
        name = find_or_start(sagemaker, FakeS3(), request)
        requests.append(request.job(name))
        sagemaker.end(name, "Stopped", SecondaryStatus="MaxWaitTimeExceeded")
    assert sagemaker.created == [REQUEST.job_name, f"{REQUEST.job_name}-2"]
    for job in requests:
        assert job["EnableManagedSpotTraining"] is True
        assert job["StoppingCondition"] == {
            "MaxRuntimeInSeconds": 2700,
            "MaxWaitTimeInSeconds": 3300,
        }
        assert job["CheckpointConfig"] == {
            "S3Uri": "s3://data/checkpoints/sentiment-dev-0a1b2c3d4e5f/",
            "LocalPath": "/opt/ml/checkpoints",
        }


@pytest.mark.parametrize("message", REFUSALS)
def test_what_is_new_gets_time_to_propagate(message: str) -> None:
    sagemaker, time = FakeSageMaker(), Time()
    sagemaker.refusals = [message] * 2
    name = find_or_start(sagemaker, FakeS3(), REQUEST, clock=time.clock)
    assert sagemaker.created == [name]
    assert len(time.waits) == 2


@pytest.mark.parametrize("message", REFUSALS)
def test_a_real_mistake_fails_with_the_message_from_aws(message: str) -> None:
    sagemaker, time = FakeSageMaker(), Time()
    sagemaker.refusals = [message] * 1000
    with pytest.raises(ClientError) as raised:
        find_or_start(sagemaker, FakeS3(), REQUEST, clock=time.clock)
    assert raised.value.response["Error"]["Message"] == message
    assert time.seconds < 120


def test_a_dataset_in_another_region_is_refused_at_once() -> None:
    sagemaker, time = FakeSageMaker(), Time()
    sagemaker.refusals = [REFUSALS[1]]
    with pytest.raises(OtherRegionError, match=r"dataset.testing=.* is in eu-west-1"):
        find_or_start(sagemaker, FakeS3("eu-west-1"), REQUEST, clock=time.clock)
    assert time.waits == []


def test_a_new_permission_gets_time_to_propagate() -> None:
    class Denying(FakeSageMaker):
        denials = 2

        def describe_training_job(self, **request: Any) -> dict[str, Any]:
            self.denials -= 1
            if self.denials >= 0:
                raise client_error("AccessDeniedException", REFUSALS[2], "DescribeTrainingJob")
            return super().describe_training_job(**request)

    sagemaker, time = Denying(), Time()
    assert find_or_start(sagemaker, FakeS3(), REQUEST, clock=time.clock) == REQUEST.job_name
    assert len(time.waits) == 2


def test_other_errors_are_not_retried() -> None:
    class Full(FakeSageMaker):
        def create_training_job(self, **_request: Any) -> dict[str, str]:
            raise client_error("ResourceLimitExceeded", "The quota is 0 Instances", "Create")

    time = Time()
    with pytest.raises(ClientError, match="quota is 0"):
        find_or_start(Full(), FakeS3(), REQUEST, clock=time.clock)
    assert time.waits == []


def test_the_number_of_attempts_is_limited() -> None:
    sagemaker, s3 = FakeSageMaker(), FakeS3()
    for _ in range(MOST_ATTEMPTS):
        sagemaker.end(find_or_start(sagemaker, s3, REQUEST), "Failed")
    with pytest.raises(TooManyAttemptsError, match=f"failed {MOST_ATTEMPTS} times"):
        find_or_start(sagemaker, s3, REQUEST)


def test_an_access_error_does_not_mean_a_missing_job() -> None:
    class Denied(FakeSageMaker):
        def describe_training_job(self, **_request: Any) -> dict[str, Any]:
            raise client_error("AccessDeniedException", "not authorized", "DescribeTrainingJob")

    with pytest.raises(ClientError, match="not authorized"):
        describe(Denied(), "sentiment-dev-0a1b2c3d4e5f")


def test_an_access_error_does_not_mean_a_missing_artifact() -> None:
    class Denied(FakeS3):
        def head_object(self, **_request: Any) -> None:
            raise client_error("403", "Forbidden", "HeadObject", 403)

    sagemaker = FakeSageMaker()
    name = find_or_start(sagemaker, Denied(), REQUEST)
    sagemaker.end(name, "Completed")
    with pytest.raises(ClientError, match="Forbidden"):
        find_or_start(sagemaker, Denied(), REQUEST)


def test_customer_keys_and_a_vpc() -> None:
    key = "arn:aws:kms:us-east-1:111122223333:key/0f0e"
    request = replace(
        REQUEST, output_key=key, volume_key=key, subnets=("subnet-1",), security_groups=("sg-1",)
    )
    job = request.job(REQUEST.job_name)
    assert job["OutputDataConfig"]["KmsKeyId"] == key
    assert job["ResourceConfig"]["VolumeKmsKeyId"] == key
    assert job["VpcConfig"] == {"Subnets": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}
    plain = REQUEST.job(REQUEST.job_name)
    assert "VpcConfig" not in plain
    assert "KmsKeyId" not in plain["OutputDataConfig"]
    assert "VolumeKmsKeyId" not in plain["ResourceConfig"]
