"""Requests for both model servers: reviews in every form, and bad requests."""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from tests.model_code.test_predict import BAD

TEXT, JSON = "text/plain", "application/json"
LISTED = 250
LISTED_AND_EXPLAINED = 50


class Question(NamedTuple):
    """One request to a model server, with the expected status."""

    body: bytes
    headers: dict[str, str]
    status: int = 200


def questions(reviews: list[str]) -> list[Question]:
    """Return each review as text, explained, in lists and in explained lists, then unusual requests."""
    return [
        *(Question(review.encode(), _headers(TEXT)) for review in reviews),
        *(_json({"review": review, "explain": True}) for review in reviews),
        *(_json({"reviews": part}) for part in _parts(reviews, LISTED)),
        *(
            _json({"reviews": part, "explain": True})
            for part in _parts(reviews, LISTED_AND_EXPLAINED)
        ),
        *_unusual(reviews[0]),
        *_refused(),
    ]


def _unusual(review: str) -> Iterator[Question]:
    """Yield unusual requests that are accepted."""
    yield _json({"card": True})
    yield _json({"reviews": ["", review, "<br />", 1, "x" * 100_001], "explain": True})
    yield Question("Grüße: 映画は最高 \U0001f600".encode(), _headers(TEXT))
    yield Question(review.encode(), {"Content-Type": f"{TEXT}; charset=utf-8", "Accept": "*/*"})
    yield Question(review.encode(), {})
    yield Question(json.dumps({"review": review}).encode(), {"Content-Type": JSON, "Accept": TEXT})


def _refused() -> Iterator[Question]:
    """Yield bad requests, each with its status."""
    for body, content_type, status, _ in BAD.values():
        yield Question(body, _headers(content_type), status)
    yield Question(b"fine", {"Content-Type": TEXT, "Accept": "image/png"}, 406)
    # The toolkit decodes JSON before calling predict.py, and fails instead of refusing the request.
    yield Question(b"\xff", _headers(JSON), 500)


def _json(content: dict[str, Any]) -> Question:
    return Question(json.dumps(content).encode(), _headers(JSON))


def _headers(content_type: str) -> dict[str, str]:
    return {"Content-Type": content_type, "Accept": "text/plain, application/json"}


def _parts(reviews: list[str], size: int) -> Iterator[list[str]]:
    return (reviews[start : start + size] for start in range(0, len(reviews), size))
