"""The model's verdict on one review."""

from dataclasses import dataclass, field
from typing import Any

POSITIVE = "positive"
SENTIMENTS = (POSITIVE, "negative")


@dataclass(frozen=True)
class Verdict:
    """A verdict and the model that gave it.

    Attributes:
        label: the most probable label, such as `positive`.
        probabilities: probability of each label.
        words: number of words in the review.
        known_words: number of those that the model knows; without any, all labels are as probable.
        model: version, training time and held-out accuracy of the model.
        explanation: parts that add up to the probability's log-odds, if requested: `explanation`
            has the words (start and end in the review, and log-odds, above 0 towards positive),
            `bias` is the model's leaning before the first word, `rest` is the sum of the words that
            are not listed. `phrases` has the strongest runs of words, in the same form.
        quarters: quarters of the model's test reviews to which the review belongs, from 1 to 4, by
            the name of a property; callers do not get them.
    """

    label: str
    probabilities: dict[str, float]
    words: int
    known_words: int
    model: dict[str, Any]
    explanation: dict[str, Any] | None = None
    quarters: dict[str, int] = field(default_factory=dict)

    @property
    def is_sentiment(self) -> bool:
        """True if the labels are positive and negative."""
        return self.probabilities.keys() == set(SENTIMENTS)

    @property
    def text(self) -> str:
        """The answer in the notebook's format, `1` or `0`; for other labels the label."""
        return str(int(self.label == POSITIVE)) if self.is_sentiment else self.label

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON answer for the review."""
        sentiment = {"sentiment": self.label, "probability": self.probabilities.get(POSITIVE)}
        return {
            **(sentiment if self.is_sentiment else {}),
            "label": self.label,
            "probabilities": self.probabilities,
            "words": self.words,
            "known_words": self.known_words,
            **(self.explanation or {}),
        }


def read_verdict(content: Any) -> Verdict:
    """Return the verdict in the model's JSON.

    Raises:
        ValueError: when the JSON is not a verdict.
    """
    match content:
        case {
            "label": str(label),
            "probabilities": dict(probabilities),
            "words": int(words),
            "known_words": int(known_words),
            "model_version": str(version),
            "trained_at": str(trained_at),
            "accuracy": float() | int() as accuracy,
        } if label in probabilities and _shares(probabilities) and 0 <= known_words <= words:
            model = {"version": version, "trained_at": trained_at, "accuracy": accuracy}
            explanation, quarters = _explanation(content), content.get("quarters", {})
            return Verdict(label, probabilities, words, known_words, model, explanation, quarters)
    raise ValueError("the model's answer is not a verdict")


def _shares(probabilities: dict[str, Any]) -> bool:
    # The comparison refuses NaN, which json accepts as a number.
    return all(
        isinstance(share, float | int) and 0 <= share <= 1 for share in probabilities.values()
    )


def _explanation(content: dict[str, Any]) -> dict[str, Any] | None:
    match content.get("explanation"):
        case None:
            return None
        case {
            "bias": float() | int() as bias,
            "words": [*words],
            "rest": float() | int() as rest,
            "phrases": [*phrases],
        } if all(
            isinstance(span, dict) and span.keys() == {"start", "end", "weight"}
            for span in (*words, *phrases)
        ):
            return {"explanation": words, "phrases": phrases, "bias": bias, "rest": rest}
    raise ValueError("the model's explanation is malformed")
