"""The model's verdict on one review."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Verdict:
    """What the model says, and which model it is.

    Attributes:
        sentiment: `positive` or `negative`.
        probability: of positive.
        model: its version, when it was trained, and its accuracy on held-out reviews.
        explanation: the words that moved it, if asked for: first and last character in the review
            and log-odds, above 0 towards positive.
    """

    sentiment: str
    probability: float
    model: dict[str, Any]
    explanation: list[dict[str, Any]] | None = None

    @property
    def digit(self) -> str:
        """The notebook's answer."""
        return "1" if self.sentiment == "positive" else "0"

    def as_dict(self) -> dict[str, Any]:
        """Return what a JSON answer says of the review."""
        content: dict[str, Any] = {"sentiment": self.sentiment, "probability": self.probability}
        if self.explanation is not None:
            content["explanation"] = self.explanation
        return content


def read_verdict(content: Any) -> Verdict:
    """Return the verdict that the model's JSON holds.

    Raises:
        ValueError: when it holds none.
    """
    match content:
        case {
            "sentiment": "positive" | "negative" as sentiment,
            "probability": float() | int() as probability,
            "model_version": str(version),
            "trained_at": str(trained_at),
            "accuracy": float() | int() as accuracy,
        } if 0 <= probability <= 1:  # which NaN, a number for json, is not
            model = {"version": version, "trained_at": trained_at, "accuracy": accuracy}
            return Verdict(sentiment, probability, model, _explanation(content))
    raise ValueError("the model's answer is no verdict")


def _explanation(content: dict[str, Any]) -> list[dict[str, Any]] | None:
    match content.get("explanation"):
        case None:
            return None
        case {"words": [*words]} if all(
            isinstance(word, dict) and word.keys() == {"start", "end", "weight"} for word in words
        ):
            return words
    raise ValueError("the model's explanation cannot be read")
