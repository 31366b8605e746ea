"""Problem details for callers, as RFC 9457 defines them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

MEDIA_TYPE = "application/problem+json"


@dataclass
class Problem(Exception):  # noqa: N818 - RFC 9457 calls it a problem
    """A reason to refuse a request.

    Attributes:
        status: HTTP status of the answer.
        code: stable identifier for programs.
        detail: one sentence for people.
        headers: additional headers of the answer.
    """

    status: HTTPStatus
    code: str
    detail: str
    headers: Mapping[str, str] = field(default_factory=dict)

    def body(self, request_id: str) -> dict[str, str | int]:
        """Return the problem details object."""
        return {
            "type": "about:blank",
            "title": self.status.phrase,
            "status": self.status.value,
            "detail": self.detail,
            "code": self.code,
            "request_id": request_id,
        }
