"""Buckets in another region, which SageMaker never reads, and in another account."""

import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from local_aws.environment import DUMMY_KEY, endpoint_url
from tests.lambda_fn.test_training_job_lifecycle import properties
from tests.local_aws.conftest import Emulator
from tests.local_aws.support import jobs
from tests.local_aws.support.endpoints import ROLE
from tests.repository.test_data_page import BUCKET, bucket_policy
from training_job import handler
from training_job.regions import OtherRegionError

OTHER_ACCOUNT, OTHER_REGION = "111122223333", "eu-west-1"
KEY = "dt=2026-11-28/model.tar.gz"


def owner(emulator: Emulator, bucket: str) -> Any:
    """Return the client of another account and region, with a new bucket that has one object."""
    region = OTHER_REGION if bucket == "elsewhere" else "us-east-1"
    s3 = boto3.client(
        "s3",
        region_name=region,
        endpoint_url=endpoint_url(emulator.port),
        aws_access_key_id=DUMMY_KEY if bucket == "elsewhere" else OTHER_ACCOUNT,
        aws_secret_access_key=DUMMY_KEY,
    )
    place = {"LocationConstraint": region} if region != "us-east-1" else None
    s3.create_bucket(Bucket=bucket, **({"CreateBucketConfiguration": place} if place else {}))
    s3.put_object(Bucket=bucket, Key=KEY, Body=b"text,label\n")
    return s3


def start_job(emulator: Emulator, bucket: str, name: str) -> None:
    source = {"S3DataType": "S3Prefix", "S3Uri": f"s3://{bucket}/"}
    channel = {"ChannelName": "training", "DataSource": {"S3DataSource": source}}
    request = jobs.request(name, "complete", InputDataConfig=[channel])
    emulator.client("sagemaker").create_training_job(**request)


def make_model(emulator: Emulator, bucket: str) -> None:
    emulator.client("sagemaker").create_model(
        ModelName="of-another",
        ExecutionRoleArn=ROLE,
        PrimaryContainer={"Image": "pytorch-inference", "ModelDataUrl": f"s3://{bucket}/{KEY}"},
    )


def test_a_bucket_in_another_region_is_refused(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner(emulator, "elsewhere")
    with pytest.raises(ClientError, match=r"No S3 objects found .*\bus-east-1\b"):
        start_job(emulator, "elsewhere", "elsewhere")
    with pytest.raises(ClientError, match=r"Could not find model data .* must exist in us-east-1"):
        make_model(emulator, "elsewhere")

    monkeypatch.setattr(handler, "_client", emulator.client)
    asked = properties("sentiment-dev-elsewhere") | {
        "Channels": {"training": "s3://elsewhere/"},
        "RoleArn": ROLE,
    }
    line = (
        "dataset.training=s3://elsewhere/ is refused: the bucket elsewhere is in eu-west-1, and "
        "SageMaker reads only buckets in us-east-1; copy the reviews to one, or deploy to eu-west-1"
    )
    with pytest.raises(OtherRegionError) as refused:
        handler.on_event({"RequestType": "Create", "ResourceProperties": asked}, None)
    assert str(refused.value) == line


def test_a_bucket_of_another_account_needs_the_documented_policy(emulator: Emulator) -> None:
    s3 = owner(emulator, BUCKET)
    with pytest.raises(ClientError, match="No S3 objects found"):
        start_job(emulator, BUCKET, "foreign")
    with pytest.raises(ClientError, match="Could not find model data"):
        make_model(emulator, BUCKET)
    policy = bucket_policy()
    for statement in policy["Statement"]:
        # The embedded S3 sees the account of a role, not its name.
        del statement["Condition"]
        statement["Principal"] = {"AWS": "arn:aws:iam::000000000000:root"}
    s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(policy))
    start_job(emulator, BUCKET, "foreign")
    make_model(emulator, BUCKET)
    emulator.client("sagemaker").stop_training_job(TrainingJobName="foreign")
