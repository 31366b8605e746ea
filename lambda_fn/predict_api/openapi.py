"""The OpenAPI document of the API, which is also the one place that says how bodies look."""

from typing import Any

from predict_api.body import JSON, MAX_REVIEWS, TEXT
from predict_api.feedback import REQUEST_ID, SENTIMENTS
from predict_api.problem import MEDIA_TYPE as PROBLEM

MEDIA_TYPE = "application/openapi+json"
Schema = dict[str, Any]

DESCRIPTION = """\
Tells whether a movie review is positive.

Errors are problem details (RFC 9457) with a stable `code`. Every answer has an `X-Request-Id`,
which stands in the logs; a caller may send an `X-Correlation-Id` of its own.

A model that has slept may need some seconds to start: the answer is then 503 with `Retry-After`."""

ERRORS = {
    "400": "There is no review: `empty_review`, `not_utf8`, `invalid_json`, `invalid_request`",
    "403": "The request is refused: `forbidden`",
    "405": "Another method is needed: `method_not_allowed`; `Allow` says which",
    "406": "The answer can be text/plain or application/json: `not_acceptable`",
    "413": "The review is too long or there are too many: `review_too_long`, `too_many_reviews`",
    "415": "The content type must be another: `unsupported_media_type`",
    "429": "Too many requests at once: `too_many_requests`; `Retry-After` says when",
    "500": "A fault of ours: `internal_error`",
    "502": "The model could not judge the review: `model_failed`",
    "503": "The model is starting or busy, or feedback was not kept: `model_warming_up`, "
    "`feedback_not_kept`; `Retry-After` says when",
    "504": "The model did not answer in time: `model_timeout`",
}
ALWAYS = ("403", "429", "500")
FROM_MODEL = ("502", "503", "504")


def document(max_review_characters: int, *, feedback: bool = True) -> dict[str, Any]:
    """Return the document.

    Args:
        max_review_characters: length of the longest review that this deployment takes.
        feedback: whether it takes feedback.
    """
    return {
        "openapi": "3.1.0",
        "info": {"title": "Movie review sentiment", "version": "1", "description": DESCRIPTION},
        "paths": {
            "/predict": {"post": _predict()},
            "/predict/batch": {"post": _predict_batch()},
            "/model": {"get": _model()},
            "/health": {"get": _health()},
            "/openapi.json": {"get": _itself()},
            **({"/feedback": {"post": _feedback()}} if feedback else {}),
        },
        "components": {
            "schemas": _schemas(max_review_characters),
            "headers": {
                "X-Request-Id": {
                    "description": "Id of the request in the logs",
                    "schema": {"type": "string"},
                }
            },
        },
    }


def _predict() -> Schema:
    review = _reference("Review")
    return {
        "operationId": "predict",
        "summary": "Judge one review",
        "requestBody": {
            "required": True,
            "content": {
                TEXT: {"schema": review, "examples": {"rave": {"value": "A superb film."}}},
                JSON: {
                    "schema": {
                        "type": "object",
                        "properties": {
                            "review": review,
                            "explain": {
                                "type": "boolean",
                                "default": False,
                                "description": "Whether to say which words moved the verdict",
                            },
                        },
                        "required": ["review"],
                        "additionalProperties": False,
                    },
                    "examples": {"pan": {"value": {"review": "Dull.", "explain": True}}},
                },
            },
        },
        "responses": {
            "200": _answer(
                "The verdict: as text `1` for positive and `0` for negative",
                {
                    TEXT: {"schema": {"type": "string", "enum": ["0", "1"]}},
                    JSON: {"schema": _reference("Verdict")},
                },
            ),
            **_errors("400", "405", "406", "413", "415", *FROM_MODEL),
        },
    }


def _predict_batch() -> Schema:
    reviews = {
        "type": "array",
        "items": {"description": "A review; what cannot be judged is told in its place"},
        "minItems": 1,
        "maxItems": MAX_REVIEWS,
    }
    return {
        "operationId": "predictBatch",
        "summary": f"Judge up to {MAX_REVIEWS} reviews in one call",
        "requestBody": {
            "required": True,
            "content": {
                JSON: {
                    "schema": {
                        "type": "object",
                        "properties": {"reviews": reviews},
                        "required": ["reviews"],
                        "additionalProperties": False,
                    },
                    "examples": {"two": {"value": {"reviews": ["A superb film.", "Dull."]}}},
                }
            },
        },
        "responses": {
            "200": _answer(
                "The verdicts, in the order of the reviews",
                {JSON: {"schema": _reference("Verdicts")}},
            ),
            **_errors("400", "405", "413", "415", *FROM_MODEL),
        },
    }


def _feedback() -> Schema:
    sentiment = {"type": "string", "enum": list(SENTIMENTS)}
    properties = {
        "review": _reference("Review"),
        "predicted": {**sentiment, "description": "The verdict"},
        "correct": {**sentiment, "description": "What it should have been; the same if it was"},
        "request_id": {
            "type": "string",
            "pattern": f"^{REQUEST_ID}$",
            "description": "Of the request that the verdict answered",
        },
    }
    return {
        "operationId": "giveFeedback",
        "summary": "Say whether a verdict was right; where `feedback.enabled` is set",
        "requestBody": {
            "required": True,
            "content": {
                JSON: {
                    "schema": {
                        "type": "object",
                        "properties": properties,
                        "required": list(properties),
                        "additionalProperties": False,
                    }
                }
            },
        },
        "responses": {
            "201": _answer("It is kept", {JSON: {"schema": _reference("Receipt")}}),
            **_errors("400", "405", "413", "415", "503"),
        },
    }


def _model() -> Schema:
    return {
        "operationId": "describeModel",
        "summary": "Describe the model that answers",
        "responses": {
            "200": _answer(
                "Its figures, data, code and settings", {JSON: {"schema": _reference("Card")}}
            ),
            **_errors("405", *FROM_MODEL),
        },
    }


def _health() -> Schema:
    return {
        "operationId": "tellHealth",
        "summary": "Tell whether the API works",
        "parameters": [
            {
                "name": "deep",
                "in": "query",
                "description": "Whether to ask the model, too, which may wake it",
                "schema": {"type": "string", "enum": ["true", "false"]},
            }
        ],
        "responses": {
            "200": _answer("It does", {JSON: {"schema": _reference("Health")}}),
            **_errors("400", "405", *FROM_MODEL),
        },
    }


def _itself() -> Schema:
    return {
        "operationId": "describeApi",
        "summary": "This document",
        "responses": {
            "200": _answer("The document", {MEDIA_TYPE: {"schema": {"type": "object"}}}),
            **_errors("405"),
        },
    }


def _schemas(max_review_characters: int) -> dict[str, Schema]:
    probability = {"type": "number", "minimum": 0, "maximum": 1}
    text = {"type": "string"}
    judged = {
        "sentiment": {"type": "string", "enum": ["positive", "negative"]},
        "probability": {**probability, "description": "Of positive; calibrated"},
    }
    return {
        "Review": {
            "type": "string",
            "minLength": 1,
            "maxLength": max_review_characters,
            "description": "A review with some text in it; HTML is left out of account",
        },
        "Span": {
            "type": "object",
            "description": "A word, by its first and after its last character: Unicode code points "
            "of the review as it was sent, HTML and all",
            "properties": {
                "start": {"type": "integer", "minimum": 0},
                "end": {"type": "integer", "minimum": 1},
                "weight": {
                    "type": "number",
                    "description": "Log-odds that it adds; above 0 towards positive",
                },
            },
            "required": ["start", "end", "weight"],
        },
        "Model": {
            "type": "object",
            "properties": {
                "version": text,
                "trained_at": {"type": "string", "format": "date-time"},
                "accuracy": {**probability, "description": "On reviews it was not trained on"},
            },
            "required": ["version", "trained_at", "accuracy"],
        },
        "Verdict": {
            "type": "object",
            "properties": {
                **judged,
                "explanation": {"type": "array", "items": _reference("Span")},
                "model": _reference("Model"),
                "request_id": text,
            },
            "required": ["sentiment", "probability", "model", "request_id"],
        },
        "Verdicts": {
            "type": "object",
            "properties": {
                "predictions": {
                    "type": "array",
                    "items": {
                        "oneOf": [
                            {
                                "type": "object",
                                "properties": judged,
                                "required": ["sentiment", "probability"],
                            },
                            {
                                "type": "object",
                                "properties": {"error": _reference("Refusal")},
                                "required": ["error"],
                            },
                        ]
                    },
                },
                "model": {"oneOf": [_reference("Model"), {"type": "null"}]},
                "request_id": text,
            },
            "required": ["predictions", "model", "request_id"],
        },
        "Refusal": {
            "type": "object",
            "properties": {"code": text, "detail": text},
            "required": ["code", "detail"],
        },
        "Card": {
            "type": "object",
            "properties": {
                "model_version": {**text, "description": "Name of the training job"},
                "trained_at": {"type": "string", "format": "date-time"},
                "metrics": {"type": "object"},
                "hyperparameters": {"type": "object"},
                "sha256": {"type": "object", "description": "Of training data, test data and code"},
            },
            "required": ["model_version", "trained_at", "metrics", "hyperparameters", "sha256"],
        },
        "Health": {
            "type": "object",
            "properties": {"status": {"const": "ok"}, "model": {"const": "ok"}},
            "required": ["status"],
        },
        "Receipt": {
            "type": "object",
            "properties": {"status": {"const": "recorded"}, "request_id": text},
            "required": ["status", "request_id"],
        },
        "Problem": {
            "type": "object",
            "properties": {
                "type": text,
                "title": text,
                "status": {"type": "integer"},
                "detail": {**text, "description": "A sentence for people"},
                "code": {**text, "description": "A stable name for programs"},
                "request_id": text,
            },
            "required": ["type", "title", "status", "detail", "code", "request_id"],
        },
    }


def _answer(description: str, content: dict[str, Any]) -> Schema:
    header = {"$ref": "#/components/headers/X-Request-Id"}
    return {"description": description, "headers": {"X-Request-Id": header}, "content": content}


def _errors(*statuses: str) -> dict[str, Schema]:
    content = {PROBLEM: {"schema": _reference("Problem")}}
    return {status: _answer(ERRORS[status], content) for status in sorted({*statuses, *ALWAYS})}


def _reference(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}
