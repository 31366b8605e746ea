"""Steady traffic with known answers, to run during a deployment or a failure."""

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
LONGEST_ANSWER_SECONDS = 200  # twice the timeout of a request
LEAST = 10  # requests that make a test meaningful
KNOWN = {
    "A wonderful film, superb and moving.": "positive",
    "A terrible, boring film. Awful.": "negative",
}


@dataclass
class Traffic:
    """Requests with known reviews, one at a time.

    Attributes:
        url: URL that the reviews are sent to.
        asked: number of requests sent.
        models: number of correct answers, by model version.
        lost: errors and wrong answers.
    """

    url: str
    asked: int = 0
    models: Counter[str] = field(default_factory=Counter)
    lost: list[str] = field(default_factory=list)

    def ask(self) -> None:
        """Request the verdict on each review."""
        for review, sentiment in KNOWN.items():
            self.asked += 1
            try:
                status, _, body = send(
                    self.url,
                    body=json.dumps({"review": review}).encode(),
                    headers={"Content-Type": "application/json"},
                )
                answer = json.loads(body)
            except Exception as error:  # noqa: BLE001 - any error loses the answer
                self.lost.append(repr(error))
                continue
            if (status, answer.get("sentiment")) == (200, sentiment):
                self.models[answer["model"]["version"]] += 1
            else:
                self.lost.append(f"{status} {body!r}")

    def ask_until(self, end: threading.Event) -> None:
        """Send requests until the event is set."""
        while not end.wait(PAUSE_SECONDS):
            self.ask()

    @property
    def summary(self) -> str:
        """The result for the proof table."""
        by = "the old model" if len(self.models) == 1 else f"{len(self.models)} models"
        return f"{self.models.total()} of {self.asked} answers correct, by {by}"


@contextmanager
def traffic(deployment: Deployment, *, models: int = 1) -> Iterator[Traffic]:
    """Send requests for the length of a `with` block, and check that every answer is correct.

    Args:
        deployment: deployment that receives the requests.
        models: number of models that must answer: 2 if the block replaces the model, otherwise 1.
    """
    stream, end = Traffic(deployment.outputs["SiteUrl"] + "api/predict"), threading.Event()
    stream.ask()
    first = set(stream.models)
    thread = threading.Thread(target=stream.ask_until, args=[end], daemon=True)
    thread.start()
    try:
        yield stream
        while stream.asked < LEAST and thread.is_alive():  # the block may last less than a second
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
