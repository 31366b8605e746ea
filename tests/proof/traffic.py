"""A steady stream of requests with known answers, for as long as something happens to what answers."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from local_aws.urls import send
from tests.conftest import Deployment

PAUSE_SECONDS = 0.1
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
        lost: the answers that were not right.
    """

    url: str
    asked: int = 0
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
                except OSError as error:
                    self.lost.append(repr(error))
                    continue
                if (status, body) != (200, expected):
                    self.lost.append(f"{status} {body!r}")

    @property
    def right(self) -> str:
        """What the table says of it."""
        return f"{self.asked - len(self.lost)} of {self.asked} answers right"


@contextmanager
def traffic(deployment: Deployment) -> Iterator[Traffic]:
    """Send a steady stream of requests for the length of a `with` block."""
    stream, until = Traffic(deployment.outputs["SiteUrl"] + "api/predict"), threading.Event()
    thread = threading.Thread(target=stream.ask, args=[until], daemon=True)
    thread.start()
    try:
        yield stream
    finally:
        until.set()
        thread.join(timeout=60)
