"""What a deployed model says to one review."""

from dataclasses import dataclass


class EvaluationError(Exception):
    """Why nothing can be measured, in one line."""


@dataclass(frozen=True)
class Answer:
    """One verdict, or why there is none.

    Attributes:
        probability: P(positive); None when the review was refused.
        version: which model answered.
        error: why the review was refused.
        seconds: from the request to its answer, for the whole request.
        retries: how often the request was sent again.
    """

    probability: float | None
    version: str = ""
    error: str = ""
    seconds: float = 0.0
    retries: int = 0
