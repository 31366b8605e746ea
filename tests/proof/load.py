"""Open-loop load: reviews are sent when they are due, whatever became of those before.

Latency counts from the moment at which a request was due: a server that stalls delays what its users
see, and hides nothing by being asked less often (G. Tene, "How NOT to Measure Latency", calls the
latter coordinated omission).
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
# Longer than API Gateway waits for anything
PATIENCE_SECONDS = 60.0
LOST = 0  # the status of a request without an answer


@dataclass(frozen=True)
class Reply:
    """What became of one request.

    Attributes:
        review: what was sent.
        latency: seconds from the moment at which it was due to its last byte.
        ended: when that came, on the monotonic clock.
        status: of HTTP, or LOST.
        headers: with lower-case names.
        body: as it came, or why there is none.
    """

    review: str
    latency: float
    ended: float
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def content(self) -> dict[str, Any]:
        """The body's JSON object."""
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
    """Send reviews in turn, `rate` a second, each on a connection of its own.

    Args:
        url: of POST /predict; a `*.localhost` name is reached on the loopback interface.
        reviews: sent again from the first when there are too few.
        rate: requests a second.
        seconds: for how long.
        until: ends it before.

    Returns:
        The replies in the order in which they were due.
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
    """Send a review that was due at a moment of the monotonic clock."""
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
    """Of latencies, in milliseconds."""

    p50: float
    p95: float
    p99: float

    @classmethod
    def of(cls, milliseconds: Iterable[float]) -> "Percentiles":
        """Return those of at least two latencies."""
        cuts = quantiles(milliseconds, n=100, method="inclusive")
        return cls(cuts[49], cuts[94], cuts[98])

    def __str__(self) -> str:
        """Show them as a row of the table does."""
        return " / ".join(f"{each:,.0f}" for each in (self.p50, self.p95, self.p99))


def latency(replies: Iterable[Reply]) -> Percentiles:
    """Return the percentiles of what callers waited."""
    return Percentiles.of(reply.latency * 1000 for reply in replies)
