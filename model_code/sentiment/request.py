"""Parsing and validation of requests to the endpoint."""

import json
from dataclasses import dataclass, field
from typing import Any

from sentiment.record_lines import CSV, JSON_LINES
from sentiment.tokens import is_blank

try:
    from sagemaker_inference.errors import BaseInferenceToolkitError
except ImportError:  # the scikit-learn image has another toolkit

    class BaseInferenceToolkitError(Exception):  # type: ignore[no-redef]
        """Replacement for the PyTorch toolkit's error, with the same arguments."""

        def __init__(self, status_code: int, message: str, phrase: str) -> None:
            """Use the message as the exception's text."""
            super().__init__(message)
            self.status_code, self.message, self.phrase = status_code, message, phrase


TEXT = "text/plain"
JSON = "application/json"
MEDIA_TYPES = (TEXT, JSON, JSON_LINES, CSV)
MAX_CHARACTERS = 100_000
MAX_REVIEWS = 512


class RequestError(BaseInferenceToolkitError):  # type: ignore[misc]
    """An invalid request, answered with a 4xx status and one line of JSON."""

    def __init__(self, status: int, code: str, message: str) -> None:
        """Create the error; `code` is for programs, `message` for people."""
        super().__init__(status, json.dumps({"code": code, "message": message}), code)

    def __str__(self) -> str:
        """Return the JSON line."""
        return str(self.message)


@dataclass(frozen=True)
class Request:
    """One request: reviews to classify, or a request for the model's metadata.

    Attributes:
        reviews: up to 512 valid texts.
        media_type: one of MEDIA_TYPES.
        many: whether the request has a list, so that the answer is a list.
        explain: whether each answer includes an explanation.
        refused: index of each invalid review of the list, with the error.
        card: whether the request is for the model's metadata.
        lines: the body of application/jsonlines or text/csv, whose lines are read one block after
            another.
    """

    reviews: list[str]
    media_type: str
    many: bool = False
    explain: bool = False
    refused: dict[int, RequestError] = field(default_factory=dict)
    card: bool = False
    lines: str | None = None


def read(body: bytes | bytearray | str, content_type: str | None) -> Request:
    """Return the parsed request; an invalid review of a list does not refuse the list.

    Args:
        body: body of the request, whose type depends on the toolkit.
        content_type: Content-Type header, possibly with parameters; None means text/plain.

    Raises:
        RequestError: when there is no review, the review is too long, or the format is unknown.
    """
    media_type = (content_type or TEXT).split(";")[0].strip().lower()
    if media_type not in MEDIA_TYPES:
        raise RequestError(
            415,
            "unsupported_media_type",
            f"the content type is {media_type[:80]!r}; it must be one of {', '.join(MEDIA_TYPES)}",
        )
    text = _decode(body)
    if media_type in {JSON_LINES, CSV}:
        return Request([], media_type, many=True, lines=text)
    if media_type == JSON:
        return _read_json(text)
    return Request([checked(text)], TEXT)


def _decode(body: bytes | bytearray | str) -> str:
    if isinstance(body, str):
        return body
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise RequestError(
            400, "not_utf8", f"the body is not UTF-8 at byte {error.start}"
        ) from None


def _read_json(text: str) -> Request:
    try:
        content: Any = json.loads(text)
    except (ValueError, RecursionError) as error:
        where = (
            f" at line {error.lineno}, column {error.colno}"
            if isinstance(error, json.JSONDecodeError)
            else ""
        )
        raise RequestError(400, "invalid_json", f"the body is not JSON{where}") from None
    explain = content.pop("explain", False) if isinstance(content, dict) else False
    match content:
        case {"card": True} if len(content) == 1 and not explain:
            return Request([], JSON, card=True)
        case {"review": str(review)} if len(content) == 1 and isinstance(explain, bool):
            return Request([checked(review)], JSON, explain=explain)
        case {"reviews": [_, *_] as reviews} if len(content) == 1 and isinstance(explain, bool):
            return _read_list(reviews, explain=explain)
    raise RequestError(
        400,
        "invalid_request",
        'the body must be {"review": "text"} or {"reviews": ["text", ...]}, '
        'each with or without "explain": true or false, or {"card": true}',
    )


def _read_list(reviews: list[Any], *, explain: bool) -> Request:
    if len(reviews) > MAX_REVIEWS:
        raise RequestError(
            413, "too_many_reviews", f"{len(reviews)} reviews; the limit is {MAX_REVIEWS}"
        )
    good: list[str] = []
    refused: dict[int, RequestError] = {}
    for index, review in enumerate(reviews):
        try:
            good.append(checked(review))
        except RequestError as error:
            refused[index] = error
    return Request(good, JSON, many=True, explain=explain, refused=refused)


def checked(review: Any) -> str:
    """Return the review if it is a valid text.

    Raises:
        RequestError: when it is not.
    """
    if not isinstance(review, str):
        raise RequestError(400, "invalid_request", "the review must be a string")
    if len(review) > MAX_CHARACTERS:
        raise RequestError(
            413,
            "review_too_long",
            f"the review has {len(review):,} characters; the limit is {MAX_CHARACTERS:,}",
        )
    if is_blank(review):
        raise RequestError(400, "empty_review", "the review has no text")
    return review
