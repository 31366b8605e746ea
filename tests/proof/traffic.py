"""A steady stream of requests with known answers, for as long as something happens to what answers."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from local_aws.urls import send
from tests.conftest import Deployment

PAUSE_SECONDS = 0.1
LONGEST_ANSWER_SECONDS = 200  # twice as long as one request may take
LEAST = 10  # requests, without which nothing was tried
KNOWN = {
    b"A wonderful film, superb and moving.": b"1",
    b"A terrible, boring film. Awful.": b"0",
}


@dataclass
class Traffic:
    """Known reviews, one after the other.

    Attributes:
        url: where they are sent.
        asked: how many were.
        right: how many were answered rightly.
        lost: what came instead of the other answers.
    """

    url: str
    asked: int = 0
    right: int = 0
    lost: list[str] = field(default_factory=list)

    def ask(self, until: threading.Event) -> None:
        """Ask until told to end."""
        while not until.wait(PAUSE_SECONDS):
            for review, expected in KNOWN.items():
                self.asked += 1
                try:
                    status, _, body = send(
                        self.url, body=review, headers={"Content-Type": "text/plain"}
                    )
                except Exception as error:  # noqa: BLE001 - whatever it was, the answer is lost
                    self.lost.append(repr(error))
                    continue
                if (status, body) == (200, expected):
                    self.right += 1
                else:
                    self.lost.append(f"{status} {body!r}")

    @property
    def told(self) -> str:
        """What the table says of it."""
        return f"{self.right} of {self.asked} answers right"


@contextmanager
def traffic(deployment: Deployment) -> Iterator[Traffic]:
    """Send a steady stream of requests for the length of a `with` block, and lose none of them."""
    stream, until = Traffic(deployment.outputs["SiteUrl"] + "api/predict"), threading.Event()
    thread = threading.Thread(target=stream.ask, args=[until], daemon=True)
    thread.start()
    try:
        yield stream
        while stream.asked < LEAST and thread.is_alive():  # some things are over in a second
            time.sleep(PAUSE_SECONDS)
    finally:
        until.set()
        thread.join(timeout=LONGEST_ANSWER_SECONDS)
    assert not thread.is_alive()
    assert stream.lost == []
    assert stream.right == stream.asked >= LEAST
