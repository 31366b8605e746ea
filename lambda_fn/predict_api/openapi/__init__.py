"""The OpenAPI document of the API, which is also the one place that says how bodies look."""

from typing import Any

from predict_api.openapi.paths import MEDIA_TYPE, paths
from predict_api.openapi.schemas import schemas

__all__ = ["MEDIA_TYPE", "document"]

DESCRIPTION = """\
Tells whether a movie review is positive.

Errors are problem details (RFC 9457) with a stable `code`. Every answer has an `X-Request-Id`,
which stands in the logs; a caller may send an `X-Correlation-Id` of its own.

A model that has slept may need some seconds to start: the answer is then 503 with `Retry-After`."""


def document(max_review_characters: int, *, feedback: bool = True) -> dict[str, Any]:
    """Return the document.

    Args:
        max_review_characters: length of the longest review that this deployment takes.
        feedback: whether it takes feedback.
    """
    return {
        "openapi": "3.1.0",
        "info": {"title": "Movie review sentiment", "version": "1", "description": DESCRIPTION},
        "paths": paths(feedback=feedback),
        "components": {
            "schemas": schemas(max_review_characters),
            "headers": {
                "X-Request-Id": {
                    "description": "Id of the request in the logs",
                    "schema": {"type": "string"},
                }
            },
        },
    }
