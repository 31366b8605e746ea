"""A steady stream of requests with known answers, for as long as something happens to what answers."""

import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from local_aws.urls import send
from tests.support.deployment import Deployment

PAUSE_SECONDS = 0.1
LONGEST_ANSWER_SECONDS = 200  # twice as long as one request may take
LEAST = 10  # requests, without which nothing was tried
KNOWN = {
    "A wonderful film, superb and moving.": "positive",
    "A terrible, boring film. Awful.": "negative",
}


@dataclass
class Traffic:
    """Known reviews, one after the other.

    Attributes:
        url: where they are sent.
        asked: how many were.
        models: how many each model answered rightly, by its version.
        lost: what came instead of the other answers.
    """

    url: str
    asked: int = 0
    models: Counter[str] = field(default_factory=Counter)
    lost: list[str] = field(default_factory=list)

    def ask(self) -> None:
        """Ask for each review's verdict."""
        for review, sentiment in KNOWN.items():
            self.asked += 1
            try:
                status, _, body = send(
                    self.url,
                    body=json.dumps({"review": review}).encode(),
                    headers={"Content-Type": "application/json"},
                )
                answer = json.loads(body)
            except Exception as error:  # noqa: BLE001 - whatever it was, the answer is lost
                self.lost.append(repr(error))
                continue
            if (status, answer.get("sentiment")) == (200, sentiment):
                self.models[answer["model"]["version"]] += 1
            else:
                self.lost.append(f"{status} {body!r}")

    def ask_until(self, end: threading.Event) -> None:
        """Ask until told to end."""
        while not end.wait(PAUSE_SECONDS):
            self.ask()

    @property
    def told(self) -> str:
        """What the table says of it."""
        by = "the old model" if len(self.models) == 1 else f"{len(self.models)} models"
        return f"{self.models.total()} of {self.asked} answers right, by {by}"


@contextmanager
def traffic(deployment: Deployment, *, models: int = 1) -> Iterator[Traffic]:
    """Send a steady stream of requests for the length of a `with` block, and lose none of them.

    Args:
        deployment: what is asked.
        models: how many models may answer: the one that does at the beginning and, where the
            deployment brings another one, that.
    """
    stream, end = Traffic(deployment.outputs["SiteUrl"] + "api/predict"), threading.Event()
    stream.ask()
    first = set(stream.models)
    thread = threading.Thread(target=stream.ask_until, args=[end], daemon=True)
    thread.start()
    try:
        yield stream
        while stream.asked < LEAST and thread.is_alive():  # some things are over in a second
            time.sleep(PAUSE_SECONDS)
    finally:
        end.set()
        thread.join(timeout=LONGEST_ANSWER_SECONDS)
    assert not thread.is_alive()
    assert stream.lost == []
    assert stream.models.total() == stream.asked >= LEAST
    assert len(first) == 1
    assert first <= set(stream.models)
    assert len(stream.models) == models, stream.models
