"""OpenAPI document of the API, the single definition of its requests and answers."""

from typing import Any

from predict_api.openapi.paths import MEDIA_TYPE, paths
from predict_api.openapi.schemas import schemas

__all__ = ["MEDIA_TYPE", "document"]

DESCRIPTION = """\
Classifies movie reviews as positive or negative, or texts by the labels of their training data.

Errors are problem details (RFC 9457) with a stable `code`. Every answer has an `X-Request-Id`,
which also appears in the logs; a client may send its own `X-Correlation-Id`.

An idle model may need some seconds to start: the answer is then 503 with `Retry-After`."""

HEADERS = {
    "X-Request-Id": ("Id of the request in the logs", "string"),
    "Cache-Control": ("`no-store`, because an answer depends on the review", "string"),
    "Retry-After": ("Seconds to wait before the request is sent again", "integer"),
    "Allow": ("Methods that the path accepts", "string"),
}


def document(max_review_characters: int, *, feedback: bool = True) -> dict[str, Any]:
    """Return the document.

    Args:
        max_review_characters: length of the longest review that this deployment accepts.
        feedback: whether this deployment accepts feedback.
    """
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Movie review sentiment",
            "version": "1",
            "description": DESCRIPTION,
            "license": {"name": "Apache 2.0", "identifier": "Apache-2.0"},
            "contact": {"name": "The owner of this deployment"},
        },
        # The path of the stage, at the API's own address and at the page's
        "servers": [{"url": "/api", "description": "The API at the host of this document"}],
        "security": [],
        "tags": [
            {"name": "predictions", "description": "The labels of reviews"},
            {"name": "service", "description": "The model and the API itself"},
        ],
        "paths": paths(feedback=feedback),
        "components": {
            "schemas": schemas(max_review_characters, feedback=feedback),
            "parameters": {
                "X-Correlation-Id": {
                    "name": "X-Correlation-Id",
                    "in": "header",
                    "description": "An id of up to 64 letters, digits, `.`, `_`, `:` and `-` for "
                    "the logs; any other value is ignored",
                    "schema": {"type": "string"},
                }
            },
            "headers": {name: _header(*about) for name, about in HEADERS.items()},
        },
    }


def _header(description: str, kind: str) -> dict[str, Any]:
    return {"description": description, "schema": {"type": kind}}
