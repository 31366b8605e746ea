"""Open-loop load generator: requests are sent on schedule, even while earlier ones are pending.

Latency counts from the time a request was due, so a stalled server cannot hide its delay by
receiving fewer requests. G. Tene calls that error coordinated omission ("How NOT to Measure
Latency").
"""

import itertools
import json
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from statistics import quantiles
from typing import Any
from urllib.parse import urlsplit

from urllib3 import HTTPConnectionPool
from urllib3.exceptions import HTTPError

MAX_IN_FLIGHT = 1000
# Longer than API Gateway's own timeout
PATIENCE_SECONDS = 60.0
LOST = 0  # status of a request without a response


@dataclass(frozen=True)
class Reply:
    """The response to one request, or its absence.

    Attributes:
        review: review in the request.
        latency: seconds from the time the request was due to the last byte of the response.
        ended: time of that byte, on the monotonic clock.
        status: HTTP status, or LOST.
        headers: response headers, with lower-case names.
        body: response body, or the error when there is no response.
    """

    review: str
    latency: float
    ended: float
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def content(self) -> dict[str, Any]:
        """The JSON object in the body."""
        content: dict[str, Any] = json.loads(self.body)
        return content


def send_load(
    url: str,
    reviews: Sequence[str],
    *,
    rate: float,
    seconds: float,
    until: threading.Event | None = None,
) -> list[Reply]:
    """Send reviews at a fixed rate, each on a new connection.

    Args:
        url: URL of POST /predict; a `*.localhost` name is reached on the loopback interface.
        reviews: reviews to send, repeated if there are too few.
        rate: requests per second.
        seconds: duration.
        until: event that ends the load early.

    Returns:
        The replies, in the order of their due times.
    """
    requests = round(rate * seconds)
    begin = time.monotonic()
    with ThreadPoolExecutor(max_workers=min(requests, MAX_IN_FLIGHT)) as pool:
        sent = []
        for number, review in zip(range(requests), itertools.cycle(reviews), strict=False):
            due = begin + number / rate
            time.sleep(max(0.0, due - time.monotonic()))
            if until is not None and until.is_set():
                break
            sent.append(pool.submit(ask, url, review, due))
        return [future.result() for future in sent]


def ask(url: str, review: str, due: float) -> Reply:
    """Send a review that was due at a time of the monotonic clock."""
    parts = urlsplit(url)
    body = json.dumps({"review": review}).encode()
    headers = {"Host": parts.netloc, "Content-Type": "application/json", "Connection": "close"}
    with HTTPConnectionPool("127.0.0.1", parts.port, timeout=PATIENCE_SECONDS) as connection:
        try:
            answer = connection.urlopen("POST", parts.path, body, headers, retries=False)
        except HTTPError as error:
            ended = time.monotonic()
            return Reply(review, ended - due, ended, LOST, {}, repr(error).encode())
    ended = time.monotonic()
    found = {name.lower(): value for name, value in answer.headers.items()}
    return Reply(review, ended - due, ended, answer.status, found, answer.data)


@dataclass(frozen=True)
class Percentiles:
    """Percentiles of latencies, in milliseconds."""

    p50: float
    p95: float
    p99: float

    @classmethod
    def of(cls, milliseconds: Iterable[float]) -> "Percentiles":
        """Compute the percentiles of at least two latencies."""
        cuts = quantiles(milliseconds, n=100, method="inclusive")
        return cls(cuts[49], cuts[94], cuts[98])

    def __str__(self) -> str:
        """Format the percentiles for the proof table."""
        return " / ".join(f"{each:,.0f}" for each in (self.p50, self.p95, self.p99))


def latency(replies: Iterable[Reply]) -> Percentiles:
    """Return the percentiles of the replies' latencies."""
    return Percentiles.of(reply.latency * 1000 for reply in replies)
