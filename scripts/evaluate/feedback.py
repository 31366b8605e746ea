"""A month of people's feedback, as labelled reviews to measure the model with."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from scripts.evaluate import EvaluationError
from scripts.evaluate.reviews import Reviews
from scripts.evaluate.trained import trained_on, without_trained
from sentiment.datasets import read_feedback
from stacks.names import FEEDBACK

MONTH = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])")


def read_month(month: str, bucket: str, labels: Sequence[str], version: str) -> Reviews:
    """Return the reviews of a month's feedback with the labels that people gave them.

    The last label counts if several people judged the same review. Reviews that the model was
    trained on are left out.

    Args:
        month: the month, such as 2026-10.
        bucket: the data bucket.
        labels: the model's labels; feedback with others is left out.
        version: the model's version, which is the name of its training job.

    Raises:
        DatasetError: when stored feedback is malformed.
        EvaluationError: when the month has no feedback, the model was trained on all of it, or the
            bucket cannot be read.
    """
    if not MONTH.fullmatch(month):
        raise EvaluationError(f"FEEDBACK={month}: must be a month, such as 2026-10")
    prefix = f"{FEEDBACK}/{month}/"
    with TemporaryDirectory() as folder:
        s3 = boto3.client("s3")
        try:
            found = _download(s3, bucket, prefix, Path(folder))
            known = trained_on(s3, bucket, version)
        except (ClientError, BotoCoreError) as error:
            raise EvaluationError(f"FEEDBACK={month}: {error}") from error
        if not found:
            raise EvaluationError(f"FEEDBACK={month}: s3://{bucket}/{prefix} has no feedback")
        read = read_feedback(Path(folder), labels)
    if not read.texts:
        raise EvaluationError(f"FEEDBACK={month}: no feedback has one of the model's labels")
    last = dict(zip(read.texts, read.labels, strict=True))
    rows = replace(read, texts=list(last), labels=list(last.values()))
    new = without_trained(rows, known, source=f"FEEDBACK={month}")
    return Reviews(f"the feedback of {month}", new)


def _download(s3: Any, bucket: str, prefix: str, folder: Path) -> int:
    """Download the objects under a prefix in the order of their arrival; return their number."""
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    objects = [found for page in pages for found in page.get("Contents", [])]
    objects.sort(key=lambda found: (found["LastModified"], found["Key"]))
    for number, found in enumerate(objects):
        name = f"{number:09}-{Path(found['Key']).stem}.jsonl"  # messages name the file
        s3.download_file(bucket, found["Key"], str(folder / name))
    return len(objects)
