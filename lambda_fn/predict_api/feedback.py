"""What people say of verdicts, kept as the JSON lines that training reads."""

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
SENTIMENTS = ("positive", "negative")
REQUEST_ID = r"[A-Za-z0-9._:=-]{1,64}"
RETRY_AFTER = {"Retry-After": "5"}
FORM = (
    'The body must be of the form {"review": "text", "predicted": "positive", '
    '"correct": "negative", "request_id": "…"}, with the id of the verdict\'s request.'
)


@dataclass(frozen=True)
class Feedback:
    """What somebody says of a verdict.

    Attributes:
        review: the review.
        predicted: the verdict, `positive` or `negative`.
        correct: what it should have been, the same where the verdict is right.
        request_id: id of the request that the verdict answered.
    """

    review: str
    predicted: str
    correct: str
    request_id: str

    def line(self, at: datetime) -> str:
        """Return the line that training reads as a labelled review; it passes over the rest."""
        content = {
            "text": self.review,
            "label": self.correct,
            "predicted": self.predicted,
            "request_id": self.request_id,
            "received_at": at.isoformat(timespec="seconds"),
        }
        return json.dumps(content) + "\n"


def read_feedback(body: bytes, content_type: str, max_characters: int) -> Feedback:
    """Return the feedback that a request carries.

    Raises:
        Problem: with a 4xx status, when there is none in it.
    """
    content: Any = read_json(limited(body, max_characters), content_type)
    match content:
        case {
            "review": review,
            "predicted": "positive" | "negative" as predicted,
            "correct": "positive" | "negative" as correct,
            "request_id": str(request_id),
            **rest,
        } if not rest and re.fullmatch(REQUEST_ID, request_id):
            return Feedback(checked(review, max_characters), predicted, correct, request_id)
    raise Problem(HTTPStatus.BAD_REQUEST, "invalid_request", FORM)


def store(feedback: Feedback, *, bucket: str, request_id: str, at: datetime) -> None:
    """Keep feedback in an object of its own, in the folder of its month.

    Args:
        feedback: what to keep.
        bucket: the data bucket, which encrypts it and deletes it when it is old.
        request_id: id of the request that brought it, no other of which has this one.
        at: the time, UTC.

    Raises:
        Problem: 503 with Retry-After, when it could not be kept.
    """
    try:
        s3().put_object(
            Bucket=bucket,
            Key=f"{FOLDER}/{at:%Y-%m}/{request_id}.jsonl",
            Body=feedback.line(at).encode(),
            ContentType="application/jsonl",
        )
    except (ClientError, BotoCoreError) as error:
        logger.exception("feedback was not kept")
        raise Problem(
            HTTPStatus.SERVICE_UNAVAILABLE,
            "feedback_not_kept",
            "The feedback could not be kept; try again in a few seconds.",
            RETRY_AFTER,
        ) from error


@cache
def s3() -> Any:
    """Return the client; made once, kept while the function stays warm."""
    return boto3.client("s3", config=Config(connect_timeout=2, read_timeout=5))
