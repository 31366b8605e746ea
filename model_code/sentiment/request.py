"""Reading what is sent to the endpoint, and refusing what is not a review."""

import json
from dataclasses import dataclass
from typing import Any

from sentiment.tokens import mask_markup

try:
    from sagemaker_inference.errors import BaseInferenceToolkitError
except ImportError:  # another toolkit answers 400 with the text of any exception

    class BaseInferenceToolkitError(Exception):  # type: ignore[no-redef]
        """Stands in for the PyTorch toolkit's error, with the same arguments."""

        def __init__(self, status_code: int, message: str, phrase: str) -> None:
            """Keep the message as the exception's text."""
            super().__init__(message)
            self.status_code, self.message, self.phrase = status_code, message, phrase


TEXT = "text/plain"
JSON = "application/json"
MAX_CHARACTERS = 100_000
MAX_REVIEWS = 512


class RequestError(BaseInferenceToolkitError):  # type: ignore[misc]
    """A request that gets a 4xx status and one line of JSON with `code` and `message`."""

    def __init__(self, status: int, code: str, message: str) -> None:
        """Make the error; `code` is stable, `message` is for people."""
        super().__init__(status, json.dumps({"code": code, "message": message}), code)

    def __str__(self) -> str:
        """Return the JSON line, which the Hugging Face toolkit answers with."""
        return str(self.message)


@dataclass(frozen=True)
class Request:
    """The reviews of one request.

    Attributes:
        reviews: one to 512 texts.
        media_type: `text/plain` or `application/json`, as sent.
        many: whether a list was sent, and a list is to be answered.
        explain: whether each answer is to say what moved it.
    """

    reviews: list[str]
    media_type: str
    many: bool = False
    explain: bool = False


def read(body: bytes | bytearray | str, content_type: str | None) -> Request:
    """Return the reviews of a request.

    Args:
        body: what was sent; toolkits hand over bytes, a bytearray or a decoded text.
        content_type: the header, perhaps with parameters; None counts as text/plain.

    Raises:
        RequestError: when it holds no review, a review is too long, or it is of another format.
    """
    media_type = (content_type or TEXT).split(";")[0].strip().lower()
    if media_type not in {TEXT, JSON}:
        raise RequestError(
            415,
            "unsupported_media_type",
            f"content type {media_type[:80]!r}; allowed are {TEXT}, {JSON}",
        )
    text = _decode(body)
    request = Request([text], TEXT) if media_type == TEXT else _read_json(text)
    for index, review in enumerate(request.reviews):
        _check(review, f"reviews[{index}]" if request.many else "review")
    return request


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
        case {"review": str(review)} if len(content) == 1 and isinstance(explain, bool):
            return Request([review], JSON, explain=explain)
        case {"reviews": [*reviews]} if (
            len(content) == 1
            and isinstance(explain, bool)
            and all(isinstance(review, str) for review in reviews)
        ):
            if not 1 <= len(reviews) <= MAX_REVIEWS:
                raise RequestError(
                    413,
                    "too_many_reviews",
                    f"{len(reviews)} reviews; allowed are 1 to {MAX_REVIEWS}",
                )
            return Request(reviews, JSON, many=True, explain=explain)
    raise RequestError(
        400,
        "invalid_request",
        'allowed are {"review": "text"} and {"reviews": ["text", ...]}, '
        'each with or without "explain": true or false',
    )


def _check(review: str, name: str) -> None:
    if len(review) > MAX_CHARACTERS:
        raise RequestError(
            413,
            "review_too_long",
            f"{name} has {len(review):,} characters; allowed are {MAX_CHARACTERS:,}",
        )
    if not mask_markup(review).strip():
        raise RequestError(400, "empty_review", f"{name} has no text")
