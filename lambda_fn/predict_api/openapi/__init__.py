"""OpenAPI document of the API, the single definition of its requests and answers."""

from typing import Any

from predict_api.openapi.paths import MEDIA_TYPE, paths
from predict_api.openapi.schemas import schemas

__all__ = ["MEDIA_TYPE", "document"]

DESCRIPTION = """\
Classifies movie reviews as positive or negative.

Errors are problem details (RFC 9457) with a stable `code`. Every answer has an `X-Request-Id`,
which also appears in the logs; a client may send its own `X-Correlation-Id`.

An idle model may need some seconds to start: the answer is then 503 with `Retry-After`."""


def document(max_review_characters: int, *, feedback: bool = True) -> dict[str, Any]:
    """Return the document.

    Args:
        max_review_characters: length of the longest review that this deployment accepts.
        feedback: whether this deployment accepts feedback.
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
