"""A small API on a real socket with answers set by the test."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from scripts.evaluate import run
from tests.scripts.evaluate.serving import Prepared, serving


@dataclass
class Api:
    """An API that answers predictions from a list and then repeats the last answer."""

    url: str = ""
    answers: list[Prepared] = field(default_factory=list)
    asked: list[Any] = field(default_factory=list)

    def answer(self, request: str, sent: Any) -> Prepared:
        """Answer a health check or a prediction."""
        match request:
            case "GET /old/health":
                return 301, {"Location": "https://new.test/"}, {}
            case "GET /api/health":
                return 200, {}, {"status": "ok"}
            case _ if sent is None:
                return 404, {}, {}
        self.asked.append(sent)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Divide the pauses between attempts by a thousand."""
    monkeypatch.setattr(run, "FIRST_PAUSE", 0.0005)


@pytest.fixture
def api(quick: None) -> Iterator[Api]:  # noqa: ARG001
    """Serve an API on the loopback interface."""
    served = Api()
    with serving(served.answer) as served.url:
        yield served
