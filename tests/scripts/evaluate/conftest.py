"""An API of a few lines on a real socket, which answers as a test wants."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from scripts.evaluate import patience
from tests.scripts.evaluate.serving import Prepared, serving


@dataclass
class Api:
    """What is answered to /predict, in this order; the last one again and again."""

    url: str = ""
    answers: list[Prepared] = field(default_factory=list)
    asked: list[Any] = field(default_factory=list)

    def answer(self, request: str, sent: Any) -> Prepared:
        """Answer health and predictions."""
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
    """Begin with pauses of a thousandth."""
    monkeypatch.setattr(patience, "FIRST_PAUSE", 0.0005)


@pytest.fixture
def api(quick: None) -> Iterator[Api]:  # noqa: ARG001
    """Serve on the loopback interface."""
    served = Api()
    with serving(served.answer) as served.url:
        yield served
