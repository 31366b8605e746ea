"""Regions of the buckets that a training job reads."""

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from training_job.artifact import location

REGION = "x-amz-bucket-region"


class OtherRegionError(Exception):
    """SageMaker cannot read a dataset, because its bucket is in another region."""


def refuse_other_regions(s3: Any, channels: Mapping[str, str]) -> None:
    """Refuse channels with a bucket in another region than SageMaker.

    S3 names a bucket's region even to callers that it refuses, so this needs no permission.
    Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html

    Raises:
        OtherRegionError: naming the first such channel.
    """
    here = s3.meta.region_name
    for name, uri in sorted(channels.items()):
        bucket = location(uri)["Bucket"]
        found = _region(s3, bucket)
        if found not in {None, here}:
            raise OtherRegionError(
                f"dataset.{name}={uri} is refused: the bucket {bucket} is in {found}, and "
                f"SageMaker reads only buckets in {here}; copy the reviews to one, or deploy to "
                f"{found}"
            )


def _region(s3: Any, bucket: str) -> str | None:
    """Return a bucket's region, or None for a bucket that does not exist."""
    try:
        answer = s3.head_bucket(Bucket=bucket)
    except ClientError as error:
        answer = error.response
    region: str | None = answer["ResponseMetadata"]["HTTPHeaders"].get(REGION)
    return region
