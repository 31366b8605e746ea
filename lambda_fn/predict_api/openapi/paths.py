"""Operations of the API with their requests and answers."""

from typing import Any

from predict_api.body import JSON, MAX_REVIEWS, TEXT
from predict_api.feedback import REQUEST_ID, SENTIMENTS
from predict_api.openapi.codes import ERRORS
from predict_api.openapi.schemas import Schema, reference, structure
from predict_api.problem import MEDIA_TYPE as PROBLEM

MEDIA_TYPE = "application/openapi+json"
ALWAYS = ("403", "405", "429", "500")
FROM_MODEL = ("502", "503", "504")


def paths(*, feedback: bool) -> dict[str, Schema]:
    """Return every operation by path and method.

    Args:
        feedback: whether this deployment accepts feedback.
    """
    return {
        "/predict": {"post": _predict()},
        "/predict/batch": {"post": _predict_batch()},
        "/model": _readable(_model()),
        "/health": _readable(_health()),
        "/openapi.json": _readable(_itself()),
        **({"/feedback": {"post": _feedback()}} if feedback else {}),
    }


def _readable(get: Schema) -> Schema:
    """Return an operation that only reads as GET, and as HEAD without a body."""
    head = {
        **get,
        "operationId": f"{get['operationId']}Headers",
        "summary": f"{get['summary']}, without the body",
        "responses": {
            status: {name: part for name, part in answer.items() if name != "content"}
            for status, answer in get["responses"].items()
        },
    }
    return {"get": get, "head": head}


def _predict() -> Schema:
    review = reference("Review")
    explain = {
        "type": "boolean",
        "default": False,
        "description": "Whether the answer includes the words that influenced the verdict",
    }
    request = structure({"review": review, "explain": explain}, required=["review"], closed=True)
    return {
        "operationId": "predict",
        "summary": "Classify one review",
        "requestBody": _body(
            {
                TEXT: {"schema": review, "examples": {"rave": {"value": "A superb film."}}},
                JSON: {
                    "schema": request,
                    "examples": {"pan": {"value": {"review": "Dull.", "explain": True}}},
                },
            }
        ),
        "responses": {
            "200": _answer(
                "The verdict; as text, `1` for positive and `0` for negative",
                {
                    TEXT: {"schema": {"type": "string", "enum": ["0", "1"]}},
                    JSON: {"schema": reference("Verdict")},
                },
            ),
            **_errors("400", "406", "413", "415", *FROM_MODEL),
        },
    }


def _predict_batch() -> Schema:
    reviews = {
        "type": "array",
        "items": {"description": "A review; an invalid one gets an `error` at its index"},
        "minItems": 1,
        "maxItems": MAX_REVIEWS,
    }
    example = {"value": {"reviews": ["A superb film.", "Dull."]}}
    schema = structure({"reviews": reviews}, closed=True)
    return {
        "operationId": "predictBatch",
        "summary": f"Classify up to {MAX_REVIEWS} reviews in one request",
        "requestBody": _body({JSON: {"schema": schema, "examples": {"two": example}}}),
        "responses": {
            "200": _answer("The verdicts, in the order of the reviews", _json("Verdicts")),
            **_errors("400", "413", "415", *FROM_MODEL),
        },
    }


def _feedback() -> Schema:
    sentiment = {"type": "string", "enum": list(SENTIMENTS)}
    properties = {
        "review": reference("Review"),
        "predicted": {**sentiment, "description": "The model's verdict"},
        "correct": {**sentiment, "description": "The correct sentiment"},
        "request_id": {
            "type": "string",
            "pattern": f"^{REQUEST_ID}$",
            "description": "Id of the request that returned the verdict",
        },
    }
    return {
        "operationId": "giveFeedback",
        "summary": "Report the correct sentiment; available when `feedback.enabled` is set",
        "requestBody": _body({JSON: {"schema": structure(properties, closed=True)}}),
        "responses": {
            "201": _answer("The feedback is stored", _json("Receipt")),
            **_errors("400", "413", "415", "503"),
        },
    }


def _model() -> Schema:
    return {
        "operationId": "describeModel",
        "summary": "Describe the model that answers",
        "responses": {
            "200": _answer(
                "The model's metrics, hyperparameters, and hashes of data and code", _json("Card")
            ),
            **_errors(*FROM_MODEL),
        },
    }


def _health() -> Schema:
    return {
        "operationId": "checkHealth",
        "summary": "Check whether the API works",
        "parameters": [
            {
                "name": "deep",
                "in": "query",
                "description": "Whether to check the model as well, which may start it",
                "schema": {"type": "string", "enum": ["true", "false"]},
            }
        ],
        "responses": {
            "200": _answer("The API works", _json("Health")),
            **_errors("400", *FROM_MODEL),
        },
    }


def _itself() -> Schema:
    return {
        "operationId": "describeApi",
        "summary": "Return this document",
        "responses": {
            "200": _answer("The document", {MEDIA_TYPE: {"schema": {"type": "object"}}}),
            **_errors(),
        },
    }


def _body(content: dict[str, Any]) -> Schema:
    return {"required": True, "content": content}


def _json(name: str) -> dict[str, Any]:
    return {JSON: {"schema": reference(name)}}


def _answer(description: str, content: dict[str, Any]) -> Schema:
    header = {"$ref": "#/components/headers/X-Request-Id"}
    return {"description": description, "headers": {"X-Request-Id": header}, "content": content}


def _errors(*statuses: str) -> dict[str, Schema]:
    """Return the errors with these statuses, and those of every operation."""
    answers = {}
    for status in sorted({*statuses, *ALWAYS}):
        description, codes = ERRORS[status]
        listed = ", ".join(f"`{code}`" for code in codes)
        content = {PROBLEM: {"schema": reference("Problem")}}
        answers[status] = _answer(f"{description}. Codes: {listed}", content)
    return answers
