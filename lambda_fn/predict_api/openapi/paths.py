"""The operations: what each takes and answers."""

from predict_api.body import JSON, MAX_REVIEWS, TEXT
from predict_api.feedback import REQUEST_ID, SENTIMENTS
from predict_api.openapi.responses import FROM_MODEL, answered, errors
from predict_api.openapi.schemas import Schema, reference

MEDIA_TYPE = "application/openapi+json"


def paths(*, feedback: bool) -> dict[str, Schema]:
    """Return every operation by path and method.

    Args:
        feedback: whether this deployment takes feedback.
    """
    return {
        "/predict": {"post": _predict()},
        "/predict/batch": {"post": _predict_batch()},
        "/model": {"get": _model()},
        "/health": {"get": _health()},
        "/openapi.json": {"get": _itself()},
        **({"/feedback": {"post": _feedback()}} if feedback else {}),
    }


def _predict() -> Schema:
    review = reference("Review")
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
            "200": answered(
                "The verdict: as text `1` for positive and `0` for negative",
                {
                    TEXT: {"schema": {"type": "string", "enum": ["0", "1"]}},
                    JSON: {"schema": reference("Verdict")},
                },
            ),
            **errors("400", "405", "406", "413", "415", *FROM_MODEL),
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
            "200": answered(
                "The verdicts, in the order of the reviews",
                {JSON: {"schema": reference("Verdicts")}},
            ),
            **errors("400", "405", "413", "415", *FROM_MODEL),
        },
    }


def _feedback() -> Schema:
    sentiment = {"type": "string", "enum": list(SENTIMENTS)}
    properties = {
        "review": reference("Review"),
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
            "201": answered("It is kept", {JSON: {"schema": reference("Receipt")}}),
            **errors("400", "405", "413", "415", "503"),
        },
    }


def _model() -> Schema:
    return {
        "operationId": "describeModel",
        "summary": "Describe the model that answers",
        "responses": {
            "200": answered(
                "Its figures, data, code and settings", {JSON: {"schema": reference("Card")}}
            ),
            **errors("405", *FROM_MODEL),
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
            "200": answered("It does", {JSON: {"schema": reference("Health")}}),
            **errors("400", "405", *FROM_MODEL),
        },
    }


def _itself() -> Schema:
    return {
        "operationId": "describeApi",
        "summary": "This document",
        "responses": {
            "200": answered("The document", {MEDIA_TYPE: {"schema": {"type": "object"}}}),
            **errors("405"),
        },
    }
