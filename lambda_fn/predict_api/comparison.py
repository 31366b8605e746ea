"""Comparison of the model with the one before it, which its trial recorded."""

import json
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from predict_api.feedback import s3
from predict_api.log import logger

REVIEWS = "right_only_before"  # callers do not get reviews
# S3 answers 403 about missing objects to those who may not list the bucket.
MISSING = {"NoSuchKey", "AccessDenied"}


def comparison(artifacts_uri: str, version: str) -> dict[str, Any] | None:
    """Return the comparison of a model with the one before it, or None if there is none.

    Args:
        artifacts_uri: S3 URI of the training jobs' artifacts.
        version: the model's version, which is the name of its training job.
    """
    bucket, _, folder = artifacts_uri.removeprefix("s3://").partition("/")
    key = f"{folder}/{version}/output/comparison.json"
    try:
        content: Any = json.loads(s3().get_object(Bucket=bucket, Key=key)["Body"].read())
    except ClientError as error:
        if error.response["Error"]["Code"] not in MISSING:
            logger.warning("the comparison cannot be read", exc_info=error)
        return None
    except (BotoCoreError, ValueError) as error:
        logger.warning("the comparison cannot be read", exc_info=error)
        return None
    return {name: value for name, value in content.items() if name != REVIEWS}
