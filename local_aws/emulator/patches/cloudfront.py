"""Distributions: origins in the embedded API Gateway, and HTTP in place of HTTPS."""

import re
from typing import Any

from ministack.services import cloudfront

PRIVATE_NAMES = (
    (cloudfront, "_check_viewer_protocol_policy", "(behavior, method, viewer_is_https, request_uri, query_string, headers)"),
    (cloudfront, "_forward_to_origin", "(origin, method, uri, query_string, headers, body, viewer_is_https, client_ip='127.0.0.1', viewer_x_forwarded_for='')"),
    (cloudfront, "_origin_connect_target", "(origin, viewer_is_https)"),
)  # fmt: skip
API_GATEWAY_ORIGIN = re.compile(r"^([a-z0-9]+)\.execute-api\.[a-z0-9-]+\.amazonaws\.com$")


def apply(port: int) -> None:
    """Patch ministack.

    ministack refuses to dial hosts under amazonaws.com, so that nothing can reach the real AWS. An
    origin in API Gateway becomes the emulator itself, which serves viewers over plain HTTP.

    Args:
        port: TCP port of the emulator.
    """
    forward, connect_target = cloudfront._forward_to_origin, cloudfront._origin_connect_target

    def forward_to_origin(origin: dict[str, Any], *arguments: Any, **keywords: Any) -> Any:
        if match := API_GATEWAY_ORIGIN.match(str(origin["domain_name"])):
            origin = {**origin, "domain_name": f"{match[1]}.execute-api.localhost"}
        return forward(origin, *arguments, **keywords)

    def origin_connect_target(origin: dict[str, Any], viewer_is_https: bool) -> Any:  # noqa: FBT001
        if str(origin["domain_name"]).endswith(".execute-api.localhost"):
            return "127.0.0.1", port, False
        return connect_target(origin, viewer_is_https)

    cloudfront._forward_to_origin = forward_to_origin
    cloudfront._origin_connect_target = origin_connect_target
    cloudfront._check_viewer_protocol_policy = lambda *_arguments: None
