"""The answers of operations, errors above all."""

from typing import Any

from predict_api.openapi.schemas import Schema, reference
from predict_api.problem import MEDIA_TYPE as PROBLEM

ERRORS = {
    "400": "There is no review: `empty_review`, `not_utf8`, `invalid_json`, `invalid_request`",
    "403": "The request is refused: `forbidden`",
    "405": "Another method is needed: `method_not_allowed`; `Allow` says which",
    "406": "The answer can be text/plain or application/json: `not_acceptable`",
    "413": "The review is too long or there are too many: `review_too_long`, `too_many_reviews`",
    "415": "The content type must be another: `unsupported_media_type`",
    "429": "Too many requests at once: `too_many_requests`; `Retry-After` says when",
    "500": "A fault of ours: `internal_error`; with `Retry-After` where it may pass",
    "502": "The model could not judge the review: `model_failed`",
    "503": "The model is starting or busy, the API is busy, or feedback was not kept: "
    "`model_warming_up`, `api_busy`, `feedback_not_kept`; `Retry-After` says when",
    "504": "The model did not answer in time: `model_timeout`; `Retry-After` says when",
}
ALWAYS = ("403", "429", "500")
FROM_MODEL = ("502", "503", "504")


def answered(description: str, content: dict[str, Any]) -> Schema:
    """Return an answer, which has a request id like every other."""
    header = {"$ref": "#/components/headers/X-Request-Id"}
    return {"description": description, "headers": {"X-Request-Id": header}, "content": content}


def errors(*statuses: str) -> dict[str, Schema]:
    """Return the errors of these statuses, and those that any operation may answer."""
    content = {PROBLEM: {"schema": reference("Problem")}}
    return {status: answered(ERRORS[status], content) for status in sorted({*statuses, *ALWAYS})}
