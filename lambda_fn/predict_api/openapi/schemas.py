"""Schemas of the bodies of requests and answers, by name."""

from collections.abc import Sequence
from typing import Any

from predict_api.openapi.codes import CODES

Schema = dict[str, Any]
TEXT: Schema = {"type": "string"}
TIME: Schema = {"type": "string", "format": "date-time"}
COUNT: Schema = {"type": "integer", "minimum": 0}
SHARE: Schema = {"type": "number", "minimum": 0, "maximum": 1}
CODE: Schema = {**TEXT, "enum": CODES, "description": "A stable identifier for programs"}


def reference(name: str) -> Schema:
    """Return a reference to one of the schemas."""
    return {"$ref": f"#/components/schemas/{name}"}


def structure(
    properties: dict[str, Schema], *, required: Sequence[str] | None = None, closed: bool = False
) -> Schema:
    """Return the schema of an object.

    Args:
        properties: property name to schema.
        required: names of the required properties; None requires all.
        closed: whether the object must not have other properties.
    """
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties if required is None else required),
        **({"additionalProperties": False} if closed else {}),
    }


def schemas(max_review_characters: int) -> dict[str, Schema]:
    """Return every schema.

    Args:
        max_review_characters: length of the longest review that this deployment accepts.
    """
    return {
        "Review": {
            "type": "string",
            "minLength": 1,
            "maxLength": max_review_characters,
            "description": "A review with some text; HTML markup does not count as text",
        },
        **_verdicts(),
        "Card": structure(
            {
                "model_version": {**TEXT, "description": "Name of the training job"},
                "trained_at": TIME,
                "metrics": {"type": "object"},
                "hyperparameters": {"type": "object"},
                "sha256": {
                    "type": "object",
                    "description": "Hashes of training data, test data and code",
                },
            }
        ),
        "Health": structure(
            {"status": {"const": "ok"}, "model": {"const": "ok"}}, required=["status"]
        ),
        "Receipt": structure({"status": {"const": "recorded"}, "request_id": TEXT}),
        "Problem": structure(
            {
                "type": TEXT,
                "title": TEXT,
                "status": {"type": "integer"},
                "detail": {**TEXT, "description": "A sentence for people"},
                "code": CODE,
                "request_id": TEXT,
            }
        ),
    }


def _verdicts() -> dict[str, Schema]:
    judged: dict[str, Schema] = {
        "sentiment": {"type": "string", "enum": ["positive", "negative"]},
        "probability": {**SHARE, "description": "Calibrated probability of positive"},
        "words": {**COUNT, "description": "Number of words in the review"},
        "known_words": {
            **COUNT,
            "description": "Number of words that the model knows; without any, probability is 0.5",
        },
    }
    weight = {"type": "number", "description": "Log-odds of the word; above 0 towards positive"}
    span: dict[str, Schema] = {
        "start": {"type": "integer", "minimum": 0},
        "end": {"type": "integer", "minimum": 1},
        "weight": weight,
    }
    return {
        "Span": {
            "description": "A word from `start` up to but not including `end`, counted in Unicode "
            "code points of the review as sent, markup included",
            **structure(span),
        },
        "Model": structure(
            {
                "version": TEXT,
                "trained_at": TIME,
                "accuracy": {**SHARE, "description": "Accuracy on held-out reviews"},
            }
        ),
        "Verdict": structure(
            {
                **judged,
                "explanation": {"type": "array", "items": reference("Span")},
                "model": reference("Model"),
                "request_id": TEXT,
            },
            required=[*judged, "model", "request_id"],
        ),
        "Verdicts": structure(
            {
                "predictions": {
                    "type": "array",
                    "items": {
                        "oneOf": [structure(judged), structure({"error": reference("Refusal")})]
                    },
                },
                "model": {"oneOf": [reference("Model"), {"type": "null"}]},
                "request_id": TEXT,
            }
        ),
        "Refusal": structure({"code": CODE, "detail": TEXT}),
    }
