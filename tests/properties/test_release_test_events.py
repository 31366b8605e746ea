"""Release test events: new code with any wrong response is not released."""

import io
import json
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from release_test import handler as release_test
from resource_properties import LONGEST_REASON, FailedTestError, PropertyError
from tests.properties.json_values import JSON

HEALTHY = {"statusCode": 200, "body": "{}"}
GOOD = {
    "VersionArn": "arn:aws:lambda:function",
    "EndpointName": "sentiment-dev",
    "MaxReviewCharacters": "100000",
}


class Function:
    """A Lambda function and an endpoint that give every invocation the same response."""

    def __init__(self, payload: bytes, error: str | None) -> None:
        """Set the response and the error."""
        self._answer: dict[str, Any] = {"FunctionError": error} if error else {}
        self._payload = payload

    def invoke(self, **_request: Any) -> dict[str, Any]:
        return {**self._answer, "Payload": io.BytesIO(self._payload)}

    def invoke_endpoint(self, **_request: Any) -> dict[str, Any]:
        return {"Body": io.BytesIO(self._payload)}


@given(
    st.binary()
    | JSON.map(json.dumps).map(str.encode)
    | st.fixed_dictionaries({key: st.just(value) | JSON for key, value in HEALTHY.items()})
    .map(json.dumps).map(str.encode),
    st.none() | st.just("Unhandled"),
    st.fixed_dictionaries({}, optional={key: JSON | st.just(value) for key, value in GOOD.items()})
    | st.just(GOOD),
)  # fmt: skip
@example(b'{"statusCode": Infinity, "body": ""}', None, GOOD)
@example(b"[" * 100_000, None, GOOD)
@example(b"[" * 100_000, "Unhandled", GOOD)
@example(b"{}", None, {})
def test_code_with_a_wrong_response_is_not_released(
    payload: bytes, error: str | None, properties: dict[str, Any]
) -> None:
    sent = {"RequestType": "Update", "ResourceProperties": properties}
    # Without a verdict, no response is correct for a review.
    with (
        patch.object(release_test, "_client", lambda _service: Function(payload, error)),
        pytest.raises((FailedTestError, PropertyError)) as raised,
    ):
        release_test.on_event(sent, None)
    named = tuple(f"The property {name} " for name in GOOD)
    assert str(raised.value).startswith(("The API's new code ", *named))
    assert len(str(raised.value)) <= LONGEST_REASON
    assert len(str(raised.value).splitlines()) <= 1
