"""URLs of the embedded AWS, and requests to them."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from local_aws.urls import local_url, send


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        (
            "https://a1b2.execute-api.eu-west-1.amazonaws.com/api/",
            "http://127.0.0.1:4711/_aws/execute-api/a1b2/api/",
        ),
        (
            "https://a1b2.execute-api.cn-north-1.amazonaws.com.cn",
            "http://127.0.0.1:4711/_aws/execute-api/a1b2/",
        ),
        ("https://d1b2.cloudfront.net/", "http://d1b2.cloudfront.localhost:4711/"),
        ("s3://bucket/model.tar.gz", "s3://bucket/model.tar.gz"),
        ("https://example.com/d1b2.cloudfront.net/", "https://example.com/d1b2.cloudfront.net/"),
    ],
)
def test_local_url(output: str, expected: str) -> None:
    assert local_url(output, 4711) == expected


class Echo(BaseHTTPRequestHandler):
    """A handler that returns the Host header and redirects from /away."""

    def do_GET(self) -> None:
        """Answer one request."""
        body = self.headers["Host"].encode()
        self.send_response(302 if self.path == "/away" else 404)
        self.send_header("Location", "https://example.com/")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Stay silent."""


@pytest.fixture
def port() -> Iterator[int]:
    with HTTPServer(("127.0.0.1", 0), Echo) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(("path", "status"), [("/", 404), ("/away", 302)])
def test_send_returns_the_answer_of_the_server(
    port: int, path: str, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """This includes errors and redirects, whatever the caller's proxy."""
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    host = f"site.cloudfront.localhost:{port}"
    answered, headers, body = send(f"http://{host}{path}")
    assert (answered, body) == (status, host.encode())
    assert headers["location"] == "https://example.com/"
