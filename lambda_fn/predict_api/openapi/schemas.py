"""Schemas of the bodies of requests and answers, by name."""

from collections.abc import Sequence
from typing import Any

from predict_api.body import MAX_REVIEWS
from predict_api.feedback import LABEL, REQUEST_ID
from predict_api.openapi.codes import CODES
from predict_api.verdict import SENTIMENTS

Schema = dict[str, Any]
TEXT: Schema = {"type": "string"}
OBJECT: Schema = {"type": "object", "additionalProperties": True}
TIME: Schema = {"type": "string", "format": "date-time"}
COUNT: Schema = {"type": "integer", "minimum": 0}
SHARE: Schema = {"type": "number", "minimum": 0, "maximum": 1}
# A character that `str.strip` keeps
NOT_BLANK = r"[^\t-\r\x1c- \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]"
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


def schemas(max_review_characters: int, *, feedback: bool) -> dict[str, Schema]:
    """Return every schema.

    Args:
        max_review_characters: length of the longest review that this deployment accepts.
        feedback: whether this deployment accepts feedback.
    """
    return {
        "Review": {
            "type": "string",
            "minLength": 1,
            "pattern": NOT_BLANK,
            # Not as maxLength: a longer review is valid, but gets 413.
            "description": "A review with some text, of at most "
            f"{max_review_characters:,} characters; HTML markup does not count as text",
        },
        **_requests(),
        **(_feedback() if feedback else {}),
        **_verdicts(),
        "Card": structure(
            {
                "model_version": {**TEXT, "description": "Name of the training job"},
                "trained_at": TIME,
                "metrics": OBJECT,
                "hyperparameters": OBJECT,
                "sha256": {
                    **OBJECT,
                    "description": "Hashes of training data, test data and code",
                },
                "reliability": {
                    "type": "array",
                    "items": OBJECT,
                    "description": "Accuracy at each confidence, on the test reviews",
                },
                "comparison": {
                    **OBJECT,
                    "description": "Comparison with the model before it, which its trial made "
                    "(rollout.challenger)",
                },
            },
            required=["model_version", "trained_at", "metrics", "hyperparameters", "sha256"],
        ),
        "Health": structure(
            {"status": {**TEXT, "const": "ok"}, "model": {**TEXT, "const": "ok"}},
            required=["status"],
        ),
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


def _requests() -> dict[str, Schema]:
    review = reference("Review")
    explain = {
        "type": "boolean",
        # Not as default: generated clients would then require it.
        "description": "Whether the answer includes the words and phrases that moved the verdict; "
        "false if missing",
    }
    reviews = {
        "type": "array",
        "items": {"description": "A review; an invalid one gets an `error` at its index"},
        "minItems": 1,
        "description": f"At most {MAX_REVIEWS} reviews; more get 413",
    }
    return {
        "ReviewRequest": {
            **structure({"review": review, "explain": explain}, required=["review"], closed=True),
            "examples": [{"review": "Dull, but well played.", "explain": True}],
        },
        "BatchRequest": {
            **structure({"reviews": reviews}, closed=True),
            "examples": [{"reviews": ["A superb film.", "Dull."]}],
        },
    }


def _feedback() -> dict[str, Schema]:
    label = {**TEXT, "pattern": f"^{LABEL}$"}
    properties = {
        "review": reference("Review"),
        "predicted": {**label, "description": "The label that the model gave"},
        "correct": {**label, "description": "The correct one of the model's labels"},
        "request_id": {
            **TEXT,
            "pattern": f"^{REQUEST_ID}$",
            "description": "Id of the request that returned the verdict",
        },
    }
    return {
        "FeedbackRequest": structure(properties, closed=True),
        "Receipt": structure({"status": {**TEXT, "const": "recorded"}, "request_id": TEXT}),
    }


def _verdicts() -> dict[str, Schema]:
    sentiment: dict[str, Schema] = {
        "sentiment": {
            "type": "string",
            "enum": list(SENTIMENTS),
            "description": "The label; only if the labels are positive and negative",
        },
        "probability": {
            **SHARE,
            "description": "Probability of positive; only if the labels are positive and negative",
        },
    }
    judged: dict[str, Schema] = {
        "label": {**TEXT, "description": "The most probable label"},
        "probabilities": {
            "type": "object",
            "additionalProperties": SHARE,
            "description": "Calibrated probability of each label; their sum is 1",
        },
        "words": {**COUNT, "description": "Number of words in the review"},
        "known_words": {
            **COUNT,
            "description": "Number of words that the model knows; without any, all labels are "
            "equally probable",
        },
    }
    weight = {
        "type": "number",
        "description": "Its contribution to the log-odds: of the second label if there are two "
        "(such as positive), otherwise of the verdict's label against all others",
    }
    span: dict[str, Schema] = {
        "start": {"type": "integer", "minimum": 0},
        "end": {"type": "integer", "minimum": 1},
        "weight": weight,
    }
    return {
        "Span": {
            "description": "A word or phrase from `start` up to but not including `end`, counted "
            "in Unicode code points of the review as sent, markup included",
            **structure(span),
        },
        "Model": structure(
            {
                "version": TEXT,
                "trained_at": TIME,
                "accuracy": {**SHARE, "description": "Accuracy on held-out reviews"},
            }
        ),
        "Judgement": structure({**sentiment, **judged}, required=[*judged]),
        "Verdict": structure(
            {
                **sentiment,
                **judged,
                **_explanation(),
                "model": reference("Model"),
                "request_id": TEXT,
            },
            required=[*judged, "model", "request_id"],
        ),
        "Verdicts": structure(
            {
                "predictions": {
                    "type": "array",
                    "items": {"oneOf": [reference("Judgement"), reference("Refused")]},
                },
                "model": {"oneOf": [reference("Model"), {"type": "null"}]},
                "request_id": TEXT,
            }
        ),
        "Refused": structure({"error": reference("Refusal")}),
        "Refusal": structure({"code": CODE, "detail": TEXT}),
    }


def _explanation() -> dict[str, Schema]:
    """Return the parts of an explanation, which come with `"explain": true`."""
    spans: Schema = {"type": "array", "items": reference("Span")}
    return {
        "explanation": {
            **spans,
            "description": "Words in the order of the text; with `bias` and `rest` their weights "
            "add up to the log-odds of the probability",
        },
        "phrases": {
            **spans,
            "description": "Runs of adjacent words of one direction, strongest first",
        },
        "bias": {"type": "number", "description": "Log-odds before the first word"},
        "rest": {
            "type": "number",
            "description": "Log-odds of the words that a very long explanation leaves out",
        },
    }
