"""Operations of the API with their requests and answers."""

from typing import Any

from predict_api.body import JSON, MAX_REVIEWS, TEXT
from predict_api.openapi.codes import ERROR_HEADERS, ERRORS
from predict_api.openapi.schemas import Schema, reference
from predict_api.problem import MEDIA_TYPE as PROBLEM

MEDIA_TYPE = "application/openapi+json"
PREDICTIONS, SERVICE = "predictions", "service"  # tags
ALWAYS = ("403", "405", "429", "500")
FROM_MODEL = ("502", "503", "504")


def paths(*, feedback: bool) -> dict[str, Schema]:
    """Return every operation by path and method.

    Args:
        feedback: whether this deployment accepts feedback.
    """
    operations = {
        "/predict": {"post": _predict()},
        "/predict/batch": {"post": _predict_batch()},
        "/model": _readable(_model()),
        "/health": _readable(_health()),
        "/openapi.json": _readable(_itself()),
        **({"/feedback": {"post": _feedback()}} if feedback else {}),
    }
    return {
        path: {method: _correlated(operation) for method, operation in methods.items()}
        for path, methods in operations.items()
    }


def _correlated(operation: Schema) -> Schema:
    """Add the header that every operation accepts."""
    correlation = {"$ref": "#/components/parameters/X-Correlation-Id"}
    return {**operation, "parameters": [*operation.get("parameters", []), correlation]}


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
    return {
        "tags": [PREDICTIONS],
        "operationId": "predict",
        "summary": "Classify one review",
        "description": "A review sent as text is answered with `1` for positive or `0` for "
        "negative, or with the label if the model has others; a review sent as JSON with JSON. "
        "`Accept` selects the other format.",
        "requestBody": _body(
            {
                # Generated clients use the first type.
                **_json("ReviewRequest"),
                TEXT: {"schema": reference("Review")},
            }
        ),
        "responses": {
            "200": _answer(
                "The verdict; as text, `1` for positive, `0` for negative, or another label",
                {
                    **_json("Verdict"),
                    TEXT: {"schema": {"type": "string", "examples": ["1"]}},
                },
            ),
            **_errors("400", "406", "413", "415", *FROM_MODEL),
        },
    }


def _predict_batch() -> Schema:
    return {
        "tags": [PREDICTIONS],
        "operationId": "predictBatch",
        "summary": f"Classify up to {MAX_REVIEWS} reviews in one request",
        "description": "Each review gets a verdict at its index, or an `error` if it is not valid.",
        "requestBody": _body(_json("BatchRequest")),
        "responses": {
            "200": _answer("The verdicts, in the order of the reviews", _json("Verdicts")),
            **_errors("400", "413", "415", *FROM_MODEL),
        },
    }


def _feedback() -> Schema:
    return {
        "tags": [PREDICTIONS],
        "operationId": "giveFeedback",
        "summary": "Report the correct label of a review",
        "description": "Exists only where `feedback.enabled` is set.",
        "requestBody": _body(_json("FeedbackRequest")),
        "responses": {
            "201": _answer("The feedback is stored", _json("Receipt")),
            **_errors("400", "409", "413", "415", *FROM_MODEL),
        },
    }


def _model() -> Schema:
    return {
        "tags": [SERVICE],
        "operationId": "describeModel",
        "summary": "Describe the model that answers",
        "description": "Metrics on unseen reviews, and the data, code and settings that produced "
        "the model.",
        "responses": {
            "200": _answer(
                "The model's metrics, hyperparameters, and hashes of data and code", _json("Card")
            ),
            **_errors(*FROM_MODEL),
        },
    }


def _health() -> Schema:
    return {
        "tags": [SERVICE],
        "operationId": "checkHealth",
        "summary": "Check whether the API works",
        "description": "With `deep=true` it also calls the model, which may start its container.",
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
        "tags": [SERVICE],
        "operationId": "describeApi",
        "summary": "Return this document",
        "description": "The OpenAPI document of this deployment.",
        "responses": {
            "200": _answer("The document", {MEDIA_TYPE: {"schema": {"type": "object"}}}),
            **_errors(),
        },
    }


def _body(content: dict[str, Any]) -> Schema:
    return {"required": True, "content": content}


def _json(name: str) -> dict[str, Any]:
    return {JSON: {"schema": reference(name)}}


def _answer(description: str, content: dict[str, Any], *headers: str) -> Schema:
    names = ("X-Request-Id", "Cache-Control", *headers)
    return {
        "description": description,
        "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in names},
        "content": content,
    }


def _errors(*statuses: str) -> dict[str, Schema]:
    """Return the errors with these statuses, and those of every operation."""
    answers = {}
    for status in sorted({*statuses, *ALWAYS}):
        description, codes = ERRORS[status]
        listed = ", ".join(f"`{code}`" for code in codes)
        content = {PROBLEM: {"schema": reference("Problem")}}
        headers = ERROR_HEADERS.get(status, ())
        answers[status] = _answer(f"{description}. Codes: {listed}", content, *headers)
    return answers
