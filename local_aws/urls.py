"""URLs of the embedded AWS on this machine, and requests to them."""

import re
from collections.abc import Mapping
from contextlib import closing
from http.client import HTTPConnection
from urllib.parse import urlsplit

API_GATEWAY = re.compile(
    r"^https://([a-z0-9]+)\.execute-api\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?(/.*)?$"
)
CLOUDFRONT = re.compile(r"^https://([A-Za-z0-9]+)\.cloudfront\.net(/.*)?$")


def local_url(value: str, port: int) -> str:
    """Translate an API Gateway or CloudFront URL to one on this machine.

    Other values are returned unchanged. Browsers and curl resolve `*.localhost` to the loopback
    address (RFC 6761, section 6.3).
    """
    if match := API_GATEWAY.match(value):
        return f"http://{match[1]}.execute-api.localhost:{port}{match[2] or '/'}"
    if match := CLOUDFRONT.match(value):
        return f"http://{match[1]}.cloudfront.localhost:{port}{match[2] or '/'}"
    return value


def send(
    url: str,
    *,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    method: str | None = None,
    timeout: float = 90,
) -> tuple[int, dict[str, str], bytes]:
    """Send an HTTP request to a `*.localhost` URL, which the C library does not resolve.

    Returns:
        Status, headers with lower-case names, and body. Error statuses are returned, not raised;
        redirects are returned, not followed.
    """
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    method = method or ("GET" if body is None else "POST")
    with closing(HTTPConnection("127.0.0.1", parts.port, timeout=timeout)) as connection:
        connection.request(method, target, body, {**(headers or {}), "Host": parts.netloc})
        answer = connection.getresponse()
        return answer.status, {k.lower(): v for k, v in answer.headers.items()}, answer.read()
