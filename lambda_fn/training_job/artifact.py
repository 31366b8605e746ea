"""The model.tar.gz in S3 that a training job left behind.

An artifact whose resource was deleted is tagged as retired. A lifecycle rule of the bucket deletes
retired artifacts after a while, and never one that an endpoint still needs.
"""

from typing import Any

from botocore.exceptions import ClientError

RETIRED = {"Key": "state", "Value": "retired"}


def exists(s3: Any, uri: str) -> bool:
    """Tell whether the object is there."""
    try:
        s3.head_object(**_location(uri))
    except ClientError as error:
        if error.response["Error"]["Code"] in {"404", "NoSuchKey", "NotFound"}:
            return False
        raise
    return True


def retire(s3: Any, uri: str) -> None:
    """Let the lifecycle rule delete the object, if it is there."""
    if exists(s3, uri):
        s3.put_object_tagging(**_location(uri), Tagging={"TagSet": [RETIRED]})


def restore(s3: Any, uri: str) -> None:
    """Keep the object, although it may have been retired before."""
    s3.delete_object_tagging(**_location(uri))


def _location(uri: str) -> dict[str, str]:
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return {"Bucket": bucket, "Key": key}
