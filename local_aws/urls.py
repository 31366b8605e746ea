"""URLs of the embedded AWS on this machine, and requests to them."""

import re
import urllib.error
import urllib.request
from collections.abc import Mapping
from urllib.parse import urlsplit

API_GATEWAY = re.compile(
    r"^https://([a-z0-9]+)\.execute-api\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?(/.*)?$"
)
CLOUDFRONT = re.compile(r"^https://([A-Za-z0-9]+)\.cloudfront\.net(/.*)?$")


def local_url(value: str, port: int) -> str:
    """Translate an API Gateway or CloudFront URL to one on this machine.

    Other values are returned unchanged. An API gets the loopback address, which every program can
    reach. A site needs its own host name: browsers and curl resolve `*.localhost` (RFC 6761,
    section 6.3), Python and Node.js do not. They reach it under /_aws/cloudfront/ID/.
    """
    if match := API_GATEWAY.match(value):
        return f"http://127.0.0.1:{port}/_aws/execute-api/{match[1]}{match[2] or '/'}"
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
    """Send an HTTP request, also to a `*.localhost` URL, which the C library does not resolve.

    Returns:
        Status, headers with lower-case names, and body. Error statuses are returned, not raised;
        redirects are returned, not followed.
    """
    parts = urlsplit(url)
    query = f"?{parts.query}" if parts.query else ""
    is_local = parts.hostname == "127.0.0.1" or str(parts.hostname).endswith("localhost")
    address = f"http://127.0.0.1:{parts.port}{parts.path or '/'}{query}" if is_local else url
    outgoing = urllib.request.Request(  # noqa: S310 - callers give http and https URLs
        address, data=body, headers={**(headers or {}), "Host": parts.netloc}, method=method
    )
    proxies = [urllib.request.ProxyHandler({})] if is_local else []
    opener = urllib.request.build_opener(*proxies, _AsItIs)
    try:
        with opener.open(outgoing, timeout=timeout) as answer:
            return answer.status, {k.lower(): v for k, v in answer.headers.items()}, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, {k.lower(): v for k, v in error.headers.items()}, error.read()


class _AsItIs(urllib.request.HTTPRedirectHandler):
    """Handler that does not follow redirects."""

    def redirect_request(self, *_arguments: object) -> None:
        """Return None, so that the redirect is the answer."""
