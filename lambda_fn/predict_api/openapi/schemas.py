"""What the bodies of requests and answers look like, by name."""

from typing import Any

from predict_api.openapi.codes import CODES

Schema = dict[str, Any]


def reference(name: str) -> Schema:
    """Return a reference to one of the schemas."""
    return {"$ref": f"#/components/schemas/{name}"}


def schemas(max_review_characters: int) -> dict[str, Schema]:
    """Return every schema.

    Args:
        max_review_characters: length of the longest review that this deployment takes.
    """
    probability = {"type": "number", "minimum": 0, "maximum": 1}
    text = {"type": "string"}
    code = {**text, "enum": CODES, "description": "A stable name for programs"}
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
                "explanation": {"type": "array", "items": reference("Span")},
                "model": reference("Model"),
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
                                "properties": {"error": reference("Refusal")},
                                "required": ["error"],
                            },
                        ]
                    },
                },
                "model": {"oneOf": [reference("Model"), {"type": "null"}]},
                "request_id": text,
            },
            "required": ["predictions", "model", "request_id"],
        },
        "Refusal": {
            "type": "object",
            "properties": {"code": code, "detail": text},
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
                "code": code,
                "request_id": text,
            },
            "required": ["type", "title", "status", "detail", "code", "request_id"],
        },
    }
