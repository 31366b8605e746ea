"""The model's verdict on one review."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Verdict:
    """A verdict and the model that gave it.

    Attributes:
        sentiment: `positive` or `negative`.
        probability: probability of positive.
        words: number of words in the review.
        known_words: number of those that the model knows; without any, the probability is 0.5.
        model: version, training time and held-out accuracy of the model.
        explanation: weights of the words, if requested: start and end in the review, and log-odds
            (above 0 towards positive).
    """

    sentiment: str
    probability: float
    words: int
    known_words: int
    model: dict[str, Any]
    explanation: list[dict[str, Any]] | None = None

    @property
    def digit(self) -> str:
        """The answer in the notebook's format: `1` or `0`."""
        return "1" if self.sentiment == "positive" else "0"

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON answer for the review."""
        content: dict[str, Any] = {
            "sentiment": self.sentiment,
            "probability": self.probability,
            "words": self.words,
            "known_words": self.known_words,
        }
        if self.explanation is not None:
            content["explanation"] = self.explanation
        return content


def read_verdict(content: Any) -> Verdict:
    """Return the verdict in the model's JSON.

    Raises:
        ValueError: when the JSON is not a verdict.
    """
    match content:
        case {
            "sentiment": "positive" | "negative" as sentiment,
            "probability": float() | int() as probability,
            "words": int(words),
            "known_words": int(known_words),
            "model_version": str(version),
            "trained_at": str(trained_at),
            "accuracy": float() | int() as accuracy,
            # The comparison refuses NaN, which json accepts as a number.
        } if 0 <= probability <= 1 and 0 <= known_words <= words:
            model = {"version": version, "trained_at": trained_at, "accuracy": accuracy}
            return Verdict(sentiment, probability, words, known_words, model, _explanation(content))
    raise ValueError("the model's answer is not a verdict")


def _explanation(content: dict[str, Any]) -> list[dict[str, Any]] | None:
    match content.get("explanation"):
        case None:
            return None
        case {"words": [*words]} if all(
            isinstance(word, dict) and word.keys() == {"start", "end", "weight"} for word in words
        ):
            return words
    raise ValueError("the model's explanation is malformed")
