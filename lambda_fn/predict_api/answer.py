"""Answers in the form that API Gateway expects.

https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
"""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from predict_api.body import JSON, TEXT
from predict_api.problem import MEDIA_TYPE, Problem

# Clients read text as ISO-8859-1 unless it says otherwise; JSON is UTF-8 by definition.
CONTENT_TYPES = {TEXT: f"{TEXT}; charset=utf-8"}

Answer = dict[str, Any]


def answer(
    content: str | dict[str, Any],
    request_id: str,
    *,
    media_type: str = JSON,
    status: HTTPStatus = HTTPStatus.OK,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """Return an answer with a text or a JSON body."""
    return {
        "statusCode": status.value,
        "headers": {
            "Content-Type": CONTENT_TYPES.get(media_type, media_type),
            "Cache-Control": "no-store",
            "X-Request-Id": request_id,
            **(headers or {}),
        },
        "body": content if isinstance(content, str) else json.dumps(content),
    }


def refusal(problem: Problem, request_id: str) -> Answer:
    """Return the answer for a problem."""
    return answer(
        problem.body(request_id),
        request_id,
        media_type=MEDIA_TYPE,
        status=problem.status,
        headers=problem.headers,
    )
