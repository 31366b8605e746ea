"""Cross-origin requests (CORS) from the pages of allowed origins.

https://fetch.spec.whatwg.org/#http-cors-protocol
"""

from collections.abc import Iterable, Sequence
from http import HTTPStatus

from predict_api.answer import Answer, answer
from predict_api.api_request import ApiRequest

HEADERS = "Content-Type, X-Correlation-Id"
EXPOSED = "X-Request-Id, Retry-After"
PREFLIGHT_SECONDS = 3600


def allow(given: Answer, origin: str, allowed: Sequence[str]) -> Answer:
    """Let a page of an allowed origin read an answer."""
    if not allowed:
        return given
    headers = {"Vary": "Origin"}
    if origin in allowed:
        headers |= {
            "Access-Control-Allow-Origin": origin,
            "Access-Control-Expose-Headers": EXPOSED,
        }
    return {**given, "headers": {**given["headers"], **headers}}


def preflight(request: ApiRequest, methods: Iterable[str]) -> Answer | None:
    """Answer the request that a browser sends first; None for any other request.

    Args:
        request: a request.
        methods: methods that its path accepts.
    """
    asks = request.event.get("httpMethod") == "OPTIONS" and request.header(
        "access-control-request-method"
    )
    if not asks or request.header("origin") not in request.settings.allowed_origins:
        return None
    headers = {
        "Access-Control-Allow-Methods": ", ".join(methods),
        "Access-Control-Allow-Headers": HEADERS,
        "Access-Control-Max-Age": str(PREFLIGHT_SECONDS),
    }
    return answer("", request.request_id, status=HTTPStatus.NO_CONTENT, headers=headers)
