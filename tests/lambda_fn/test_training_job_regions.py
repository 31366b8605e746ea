"""A dataset in another region is named with its region."""

from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from local_aws.environment import DUMMY_KEY
from training_job.regions import OtherRegionError, refuse_other_regions

CHANNELS = {"training": "s3://elsewhere/dt=2026-11-28/", "testing": "s3://here/test/"}


def client(answers: dict[str, tuple[int, str | None]]) -> Any:
    """Return a client of S3 whose HeadBucket answers each bucket with a status and a region."""
    s3 = boto3.client(
        "s3",
        region_name="us-east-1",
        aws_access_key_id=DUMMY_KEY,
        aws_secret_access_key=DUMMY_KEY,
    )
    stubber = Stubber(s3)
    for bucket, (status, region) in answers.items():
        metadata = {"HTTPHeaders": {"x-amz-bucket-region": region} if region else {}}
        if status == 200:
            stubber.add_response("head_bucket", {"ResponseMetadata": metadata}, {"Bucket": bucket})
        else:
            stubber.add_client_error(
                "head_bucket", str(status), http_status_code=status, response_meta=metadata
            )
    stubber.activate()
    return s3


@pytest.mark.parametrize("status", [200, 403])
def test_the_bucket_and_its_region_are_named(status: int) -> None:
    s3 = client({"here": (200, "us-east-1"), "elsewhere": (status, "eu-west-1")})
    with pytest.raises(OtherRegionError) as error:
        refuse_other_regions(s3, CHANNELS)
    assert str(error.value) == (
        "dataset.training=s3://elsewhere/dt=2026-11-28/ is refused: the bucket elsewhere is in "
        "eu-west-1, and SageMaker reads only buckets in us-east-1; copy the reviews to one, or "
        "deploy to eu-west-1"
    )


def test_buckets_in_the_region_and_missing_ones_are_left_to_sagemaker() -> None:
    s3 = client({"here": (403, "us-east-1"), "elsewhere": (404, None)})
    refuse_other_regions(s3, CHANNELS)
