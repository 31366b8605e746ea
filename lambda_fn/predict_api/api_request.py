"""One request of API Gateway's Lambda proxy integration."""

import base64
import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from predict_api.model import Model
from predict_api.problem import Problem
from predict_api.settings import Settings

# Ids from callers that are safe to write to a log
CORRELATION_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}")


def id_of(event: Any) -> str:
    """Return the request id in an event of API Gateway's Lambda proxy integration.

    Raises:
        Problem: 400, for an event of anything else: a test in the console, a function URL, an HTTP
            API or a load balancer.
    """
    match event:
        case {
            "resource": str(),
            "httpMethod": str(),
            "requestContext": {"requestId": str(request_id)},
        } if request_id:
            return request_id
        case {"requestContext": {"requestId": str(request_id)}} if request_id:
            missing = "resource and httpMethod"
        case _:
            missing = "request id (requestContext.requestId)"
    raise Problem(
        HTTPStatus.BAD_REQUEST,
        "invalid_request",
        f"The event has no {missing}. Send the request through the REST API, which adds it.",
    )


@dataclass(frozen=True)
class ApiRequest:
    """HTTP request with the context that an operation needs to answer it.

    Attributes:
        event: the event of API Gateway.
        request_id: id of the request, which also appears in the logs.
        settings: settings of this deployment.
    """

    event: dict[str, Any]
    request_id: str
    settings: Settings

    @property
    def correlation_id(self) -> str:
        """Correlation id that the caller sent, if valid; otherwise the request id."""
        sent = self.header("x-correlation-id")
        return sent if CORRELATION_ID.fullmatch(sent) else self.request_id

    @property
    def model(self) -> Model:
        """The model to ask."""
        return Model(self.settings.endpoint_name, self.correlation_id)

    def header(self, name: str) -> str:
        """Return the header with this lower-case name, empty when it is missing."""
        headers = self.event.get("headers") or {}
        return next((str(headers[key]) for key in headers if key.lower() == name), "")

    def query(self, name: str) -> str | None:
        """Return a query parameter."""
        value: str | None = (self.event.get("queryStringParameters") or {}).get(name)
        return value

    @property
    def body(self) -> bytes:
        """The body as the client sent it.

        Raises:
            Problem: 400, when it is marked as base64 but is not.
        """
        body = str(self.event.get("body") or "")
        if not self.event.get("isBase64Encoded"):
            return body.encode("utf-8", "surrogatepass")
        try:
            return base64.b64decode(body)
        except ValueError:
            raise Problem(
                HTTPStatus.BAD_REQUEST, "invalid_request", "The body is not valid base64."
            ) from None
