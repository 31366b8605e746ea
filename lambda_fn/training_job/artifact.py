"""Model artifact (model.tar.gz) of a training job in S3, and the reports next to it.

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
    """Mark what exists of a training for deletion by the lifecycle rule."""
    for one in _with_output(s3, uri):
        s3.put_object_tagging(**location(one), Tagging={"TagSet": [RETIRED]})


def restore(s3: Any, uri: str) -> None:
    """Protect it from the lifecycle rule, even if it was retired before."""
    for one in _with_output(s3, uri):
        s3.delete_object_tagging(**location(one))


def _with_output(s3: Any, uri: str) -> list[str]:
    """Return the URIs of the artifact and of what is next to it, if they exist.

    The output and the comparison contain reviews.
    """
    folder = uri.rpartition("/")[0]
    others = (f"{folder}/{name}" for name in ("output.tar.gz", "comparison.json"))
    return [one for one in (uri, *others) if exists(s3, one)]


def location(uri: str) -> dict[str, str]:
    """Return the bucket and key of an S3 URI, as parameters of S3's operations."""
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return {"Bucket": bucket, "Key": key}
