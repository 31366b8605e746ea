"""Feedback on verdicts, stored as the JSON lines that training reads."""

import json
import re
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from http import HTTPStatus
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from predict_api.body import checked, limited, read_json
from predict_api.log import logger
from predict_api.problem import Problem

FOLDER = "feedback"
LABEL = r"[^\x00-\x1f\x7f]{1,60}"
REQUEST_ID = r"[A-Za-z0-9._:=-]{1,64}"
RETRY_AFTER = {"Retry-After": "5"}
FORM = (
    'The body must have the form {"review": "text", "predicted": "positive", '
    '"correct": "negative", "request_id": "…"}, where request_id is that of the verdict.'
)


@dataclass(frozen=True)
class Feedback:
    """A person's feedback on a verdict.

    Attributes:
        review: text of the review.
        predicted: the label that the model gave, such as `positive`.
        correct: the correct label, equal to `predicted` when the verdict was right.
        request_id: id of the request that returned the verdict.
    """

    review: str
    predicted: str
    correct: str
    request_id: str

    def line(self, at: datetime) -> str:
        """Return a JSON line; training reads `text` and `label` and ignores the rest."""
        content = {
            "text": self.review,
            "label": self.correct,
            "predicted": self.predicted,
            "request_id": self.request_id,
            "received_at": at.isoformat(timespec="seconds"),
        }
        return json.dumps(content) + "\n"


def read_feedback(body: bytes, content_type: str, max_characters: int) -> Feedback:
    """Return the feedback in a request.

    Raises:
        Problem: with a 4xx status, when the request is not valid feedback.
    """
    content: Any = read_json(limited(body, max_characters), content_type)
    match content:
        case {
            "review": review,
            "predicted": str(predicted),
            "correct": str(correct),
            "request_id": str(request_id),
            **rest,
        } if not rest and re.fullmatch(REQUEST_ID, request_id) and _labels(predicted, correct):
            return Feedback(checked(review, max_characters), predicted, correct, request_id)
    raise Problem(HTTPStatus.BAD_REQUEST, "invalid_request", FORM)


def _labels(*texts: str) -> bool:
    return all(re.fullmatch(LABEL, text) for text in texts)


def store(feedback: Feedback, *, bucket: str, request_id: str, at: datetime) -> None:
    """Write feedback to its own object, in a folder per month.

    Args:
        feedback: the feedback to store.
        bucket: data bucket, which encrypts and later expires the object.
        request_id: id of the feedback request, which makes the key unique.
        at: current time in UTC.

    Raises:
        Problem: 503 with Retry-After, when S3 refuses it.
    """
    try:
        s3().put_object(
            Bucket=bucket,
            Key=f"{FOLDER}/{at:%Y-%m}/{request_id}.jsonl",
            Body=feedback.line(at).encode(),
            ContentType="application/jsonl",
        )
    except (ClientError, BotoCoreError) as error:
        logger.exception("feedback was not stored")
        raise Problem(
            HTTPStatus.SERVICE_UNAVAILABLE,
            "feedback_not_kept",
            "The feedback could not be stored. Try again in a few seconds.",
            RETRY_AFTER,
        ) from error


@cache
def s3() -> Any:
    """Return the S3 client, created once per function instance."""
    return boto3.client("s3", config=Config(connect_timeout=2, read_timeout=5))
