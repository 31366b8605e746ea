"""Parsing of request bodies."""

import json
import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from predict_api.problem import Problem

TEXT = "text/plain"
JSON = "application/json"
CHARSET = re.compile(r';\s*charset="?([^\s;"]+)', re.IGNORECASE)
CHARSETS = {"utf-8", "utf8", "us-ascii", "ascii"}
WEIGHT = re.compile(r";\s*q=([01](?:\.\d{0,3})?)\s*(?:;|$)", re.IGNORECASE)
MAX_BYTES_A_CHARACTER = 6  # a JSON string may spell any character of the BMP as \uXXXX
ENVELOPE_BYTES = 1024
MAX_REVIEWS = 512  # the model's own limit per request
# An event of Lambda has at most 6 MB. API Gateway encodes the body as base64, which adds a third,
# and repeats the request's line and headers, which have up to 10 KB.
# https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
BODY_LIMIT_BYTES = 4_500_000


@dataclass(frozen=True)
class Review:
    """A review, and the format of its answer.

    Attributes:
        text: text of the review.
        media_type: media type of the answer.
        explain: whether the answer includes the words' weights.
    """

    text: str
    media_type: str
    explain: bool = False


def read_review(body: bytes, content_type: str, accept: str, max_characters: int) -> Review:
    """Return the review in a request.

    Args:
        body: body of the request.
        content_type: Content-Type header, possibly with parameters.
        accept: Accept header; with text/plain a JSON request also gets `1` or `0`.
        max_characters: length of the longest accepted review.

    Raises:
        Problem: with a 4xx status, when the request has no valid review.
    """
    media_type = _media_type(content_type, {TEXT, JSON})
    text = _decode(limited(body, max_characters))
    answered = _answer_type(media_type, accept)
    if media_type == TEXT:
        return Review(checked(text, max_characters), answered)
    match _from_json(text):
        case {"review": str(review), **rest} if rest.keys() <= {"explain"} and isinstance(
            explain := rest.get("explain", False), bool
        ):
            return Review(checked(review, max_characters), answered, explain)
    raise Problem(
        HTTPStatus.BAD_REQUEST,
        "invalid_request",
        'The body must have the form {"review": "text"}, with or without "explain": true.',
    )


def read_reviews(body: bytes, content_type: str) -> list[Any]:
    """Return the list in a batch request; pass each entry to `checked`.

    Raises:
        Problem: with a 4xx status, when the request has no such list.
    """
    if len(body) >= BODY_LIMIT_BYTES:
        raise Problem(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            "too_many_reviews",
            f"The body must be shorter than {BODY_LIMIT_BYTES:,} bytes; send fewer reviews.",
        )
    match read_json(body, content_type):
        case {"reviews": [*reviews], **rest} if not rest:
            if 1 <= len(reviews) <= MAX_REVIEWS:
                return reviews
            if reviews:
                raise Problem(
                    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                    "too_many_reviews",
                    f"A batch may have at most {MAX_REVIEWS} reviews, not {len(reviews):,}.",
                )
    raise Problem(
        HTTPStatus.BAD_REQUEST,
        "invalid_request",
        'The body must have the form {"reviews": ["text", "text"]}, with at least one review.',
    )


def read_json(body: bytes, content_type: str) -> Any:
    """Return the content of a JSON body.

    Raises:
        Problem: with a 4xx status, when the body is not JSON.
    """
    _media_type(content_type, {JSON})
    return _from_json(_decode(body))


def limited(body: bytes, max_characters: int) -> bytes:
    """Return the body if it is not longer than one review can be.

    Raises:
        Problem: 413, when it is longer.
    """
    if len(body) > max_characters * MAX_BYTES_A_CHARACTER + ENVELOPE_BYTES:
        raise _too_long(max_characters)
    return body


def checked(review: Any, max_characters: int) -> str:
    """Return the review if it is a valid text.

    Raises:
        Problem: with a 4xx status, when it is not.
    """
    if not isinstance(review, str):
        raise Problem(HTTPStatus.BAD_REQUEST, "invalid_request", "The review must be a string.")
    if len(review) > max_characters:
        raise _too_long(max_characters)
    if not review.strip():
        raise Problem(HTTPStatus.BAD_REQUEST, "empty_review", "The review is empty.")
    # JSON can contain half of a surrogate pair, which UTF-8 cannot encode.
    try:
        review.encode("utf-8")
    except UnicodeEncodeError as error:
        raise Problem(
            HTTPStatus.BAD_REQUEST,
            "invalid_request",
            f"The review contains an unpaired surrogate at character {error.start}.",
        ) from None
    return review


def _media_type(content_type: str, allowed: set[str]) -> str:
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type not in allowed:
        raise Problem(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            "unsupported_media_type",
            f"The content type must be {' or '.join(sorted(allowed, reverse=True))}.",
        )
    charset = CHARSET.search(content_type)
    if charset and charset[1].lower() not in CHARSETS:
        raise Problem(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            "unsupported_media_type",
            "The charset of the body must be UTF-8.",
        )
    return media_type


def _too_long(max_characters: int) -> Problem:
    return Problem(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        "review_too_long",
        f"A review may have at most {max_characters:,} characters.",
    )


def _decode(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Problem(
            HTTPStatus.BAD_REQUEST,
            "not_utf8",
            f"The body must be UTF-8; byte {error.start} is not.",
        ) from None


def _from_json(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise Problem(
            HTTPStatus.BAD_REQUEST,
            "invalid_json",
            f"The body is not JSON: line {error.lineno}, column {error.colno}: {error.msg}.",
        ) from None
    except (RecursionError, ValueError):
        raise Problem(
            HTTPStatus.BAD_REQUEST, "invalid_json", "The body is not JSON, or is nested too deeply."
        ) from None


def _answer_type(media_type: str, accept: str) -> str:
    """Return the media type the client prefers (RFC 9110, 12.5.1); a tie goes to the request's."""
    weights = {}
    for part in accept.split(",") if accept.strip() else ["*/*"]:
        weight = WEIGHT.search(part)
        weights[part.partition(";")[0].strip().lower()] = float(weight[1]) if weight else 1.0

    def quality(answer: str) -> float:
        ranges = (answer, answer.partition("/")[0] + "/*", "*/*")
        return next((weights[name] for name in ranges if name in weights), 0.0)

    best = max((media_type, TEXT, JSON), key=quality)
    if quality(best) > 0:
        return best
    raise Problem(
        HTTPStatus.NOT_ACCEPTABLE,
        "not_acceptable",
        f"The Accept header must allow {TEXT} or {JSON}.",
    )
