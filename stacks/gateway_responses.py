"""What API Gateway itself answers, as RFC 9457 problem details like the function's own answers."""

import json

from aws_cdk.aws_apigateway import ResponseType, RestApi

PROBLEMS: dict[str, tuple[ResponseType, int, str, str, str]] = {
    "NotFound": (
        ResponseType.MISSING_AUTHENTICATION_TOKEN,
        404,
        "Not found",
        "not_found",
        "There is only POST /predict.",
    ),
    "TooLarge": (
        ResponseType.REQUEST_TOO_LARGE,
        413,
        "Review too long",
        "review_too_long",
        "The request is larger than any review.",
    ),
    "Throttled": (
        ResponseType.THROTTLED,
        429,
        "Too many requests",
        "too_many_requests",
        "Too many requests at once; try again in a moment.",
    ),
    "BadRequest": (
        ResponseType.DEFAULT_4_XX,
        400,
        "Bad request",
        "invalid_request",
        "The request cannot be understood.",
    ),
    "Timeout": (
        ResponseType.INTEGRATION_TIMEOUT,
        504,
        "No answer in time",
        "model_timeout",
        "The model did not answer in time; try again in a moment.",
    ),
    "Failure": (
        ResponseType.DEFAULT_5_XX,
        500,
        "Internal error",
        "internal_error",
        "Something went wrong here; try again in a moment.",
    ),
}


def declare_problem_responses(api: RestApi) -> None:
    """Declare what the API answers where no function runs."""
    for name, (kind, status, title, code, detail) in PROBLEMS.items():
        problem = {
            "type": "about:blank",
            "title": title,
            "status": status,
            "detail": detail,
            "code": code,
            "request_id": "$context.requestId",
        }
        api.add_gateway_response(
            name,
            type=kind,
            status_code=str(status),
            # The quotation marks are API Gateway's way to write a constant.
            response_headers={"Content-Type": "'application/problem+json'"},
            templates={"application/json": json.dumps(problem)},
        )
