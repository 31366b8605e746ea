"""The load generator sends requests on schedule and measures the callers' wait."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from local_aws.testing import free_port
from tests.proof.load import LOST, Percentiles, ask, send_load

REQUESTS = 20


class Barrier(BaseHTTPRequestHandler):
    """Holds all responses until every request has arrived."""

    arrived = threading.Barrier(REQUESTS)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.arrived.wait(timeout=120)
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        """Log nothing."""


@contextmanager
def barrier_server() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Barrier) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://somebody.localhost:{server.server_port}/predict"
        server.shutdown()
        thread.join()


def test_no_request_waits_for_another() -> None:
    reviews = [f"film {number}" for number in range(REQUESTS)]
    with barrier_server() as url:
        replies = send_load(url, reviews, rate=100, seconds=REQUESTS / 100)
    assert [reply.status for reply in replies] == [200] * REQUESTS
    assert [reply.content["review"] for reply in replies] == reviews
    # None is answered before the last is due.
    assert replies[0].latency >= (REQUESTS - 1) / 100


def test_latency_counts_from_the_moment_a_request_was_due() -> None:
    reply = ask(f"http://nobody.localhost:{free_port()}/predict", "late", time.monotonic() - 100)
    assert reply.latency >= 100


def test_a_request_without_a_response_is_lost_with_the_reason() -> None:
    replies = send_load(
        f"http://nobody.localhost:{free_port()}/predict", ["film"], rate=100, seconds=0.02
    )
    assert [reply.status for reply in replies] == [LOST, LOST]
    assert all(b"refused" in reply.body for reply in replies)


def test_an_event_ends_the_load() -> None:
    until = threading.Event()
    until.set()
    assert send_load("http://nobody.localhost:1/", ["film"], rate=1, seconds=600, until=until) == []


def test_percentiles() -> None:
    assert str(Percentiles.of(range(1001))) == "500 / 950 / 990"
