"""Model artifact (model.tar.gz) of a training job in S3.

The artifact of a deleted resource is tagged as retired. A lifecycle rule of the bucket deletes
retired artifacts later, but never one that an endpoint still needs.
"""

from typing import Any

from botocore.exceptions import ClientError

RETIRED = {"Key": "state", "Value": "retired"}


def exists(s3: Any, uri: str) -> bool:
    """Return whether the object exists."""
    try:
        s3.head_object(**location(uri))
    except ClientError as error:
        if error.response["Error"]["Code"] in {"404", "NoSuchKey", "NotFound"}:
            return False
        raise
    return True


def retire(s3: Any, uri: str) -> None:
    """Mark the object, if it exists, for deletion by the lifecycle rule."""
    if exists(s3, uri):
        s3.put_object_tagging(**location(uri), Tagging={"TagSet": [RETIRED]})


def restore(s3: Any, uri: str) -> None:
    """Protect the object from the lifecycle rule, even if it was retired before."""
    s3.delete_object_tagging(**location(uri))


def location(uri: str) -> dict[str, str]:
    """Return the bucket and key of an S3 URI, as parameters of S3's operations."""
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return {"Bucket": bucket, "Key": key}
