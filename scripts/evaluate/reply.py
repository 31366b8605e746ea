"""What a deployed model says to one request, and what is asked of whatever answers."""

from dataclasses import dataclass
from typing import Any, Protocol

from scripts.evaluate.errors import EvaluationError

Verdict = float | str


@dataclass(frozen=True)
class Reply:
    """The answer to one request.

    Attributes:
        verdicts: of each review in its order P(positive), or the code with which it was refused.
        version: the model that judged; empty when all were refused.
        seconds: from the request to its answer, attempts before it not counted.
        retries: how many attempts there were before.
    """

    verdicts: list[Verdict]
    version: str
    seconds: float
    retries: int


class Target(Protocol):
    """What is measured.

    Attributes:
        name: how it is called in the report.
    """

    name: str

    def card(self) -> dict[str, Any]:
        """Return what the model knows of itself."""

    def ask(self, review: str) -> Reply:
        """Return the verdict on one review."""

    def ask_all(self, reviews: list[str]) -> Reply:
        """Return the verdicts on at most 512 reviews."""


def read_verdict(content: dict[str, Any]) -> Verdict:
    """Return what one entry of a list says.

    Raises:
        EvaluationError: when it is none.
    """
    match content:
        case {"probability": int() | float() as probability}:
            return float(probability)
        case {"error": {"code": str(code)}}:
            return code
    raise EvaluationError(f"{str(content)[:200]} is no verdict")
