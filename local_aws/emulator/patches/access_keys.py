"""Access keys: a key that looks real is refused, unless this emulator has issued it.

ministack accepts every key unless it enforces IAM. Somebody who forgets to replace the keys of a
real account would never notice it.
"""

import re
from typing import Any

import ministack.app
from ministack.core import iam_evaluator

PRIVATE_NAMES = (
    (ministack.app, "_credential_failure", "(service, iam_action, request_id, denied, headers)"),
    (ministack.app, "_handle_pre_body_request", "async (method, path, headers, query_params, request_id)"),
    (ministack.app, "detect_service", "(method, path, headers, query_params)"),
    (ministack.app, "extract_access_key_id", "(headers, query_params=None)"),
    (iam_evaluator, "AuthError", "(code, message, details=<factory>)"),
    (iam_evaluator, "resolve_caller_identity", "(access_key_id)"),
)  # fmt: skip
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
REAL = re.compile(r"(?:AKIA|ASIA)")
UNKNOWN = (
    "The security token included in the request is invalid. The embedded AWS has not issued this "
    "access key; use its own keys, or a dummy key such as test."
)


def apply() -> None:
    """Patch ministack."""
    handle = ministack.app._handle_pre_body_request

    async def refuse_or_handle(
        method: str, path: str, headers: dict[str, str], query: dict[str, Any], request_id: str
    ) -> Any:
        key = ministack.app.extract_access_key_id(headers, query)
        if REAL.match(key) and iam_evaluator.resolve_caller_identity(key) is None:
            service = ministack.app.detect_service(method, path, headers, query)
            error = iam_evaluator.AuthError("UnrecognizedClientException", UNKNOWN)
            return ministack.app._credential_failure(service, "", request_id, error, headers)
        return await handle(method, path, headers, query, request_id)

    ministack.app._handle_pre_body_request = refuse_or_handle
