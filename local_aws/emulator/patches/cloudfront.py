"""Distributions: origins in the embedded API Gateway, HTTP in place of HTTPS, and a second address."""

import re
from typing import Any

import ministack.app
from ministack.services import cloudfront

PRIVATE_NAMES = (
    (ministack.app, "_handle_cloudfront_dataplane_request", "async (host, path, raw_path, raw_query_string, method, headers, body, query_params, client_ip)"),
    (cloudfront, "_check_viewer_protocol_policy", "(behavior, method, viewer_is_https, request_uri, query_string, headers)"),
    (cloudfront, "_forward_to_origin", "(origin, method, uri, query_string, headers, body, viewer_is_https, client_ip='127.0.0.1', viewer_x_forwarded_for='')"),
    (cloudfront, "_origin_connect_target", "(origin, viewer_is_https)"),
)  # fmt: skip
SITE_PATH = re.compile(r"^/_aws/cloudfront/([a-z0-9]+)(/.*)$", re.DOTALL)
API_GATEWAY_ORIGIN = re.compile(r"^([a-z0-9]+)\.execute-api\.[a-z0-9-]+\.amazonaws\.com$")


def apply(port: int) -> None:
    """Patch ministack.

    ministack refuses to dial hosts under amazonaws.com, so that nothing can reach the real AWS. An
    origin in API Gateway becomes the emulator itself, which serves viewers over plain HTTP. Programs
    that do not resolve `*.localhost` reach a site at `http://127.0.0.1:PORT/_aws/cloudfront/ID/`.

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

    handle = ministack.app._handle_cloudfront_dataplane_request

    async def handle_by_path(host: str, path: str, raw_path: str, *arguments: Any) -> Any:
        found, found_raw = SITE_PATH.match(path), SITE_PATH.match(raw_path)
        if found and found_raw:
            host, path, raw_path = f"{found[1]}.cloudfront.localhost", found[2], found_raw[2]
        return await handle(host, path, raw_path, *arguments)

    ministack.app._handle_cloudfront_dataplane_request = handle_by_path
    cloudfront._forward_to_origin = forward_to_origin
    cloudfront._origin_connect_target = origin_connect_target
    cloudfront._check_viewer_protocol_policy = lambda *_arguments: None
