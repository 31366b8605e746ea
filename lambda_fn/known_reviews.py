"""Reviews with known labels, and the request that sends one to an endpoint."""

import json
from dataclasses import dataclass
from typing import Any

SHOWN_CHARACTERS = 100  # of a review, in a message


@dataclass(frozen=True)
class KnownReview:
    """A review with the label that every working model of its data gives it."""

    text: str
    label: str

    @property
    def shown(self) -> str:
        """The review in quotation marks, shortened."""
        return shown(self.text)


def shown(text: str) -> str:
    """Return a text on one line in quotation marks, shortened."""
    line = " ".join(text.split())
    short = line if len(line) <= SHOWN_CHARACTERS else line[:SHOWN_CHARACTERS].rstrip() + "…"
    return f"“{short}”"


FILM_REVIEWS = (
    KnownReview(
        "A wonderful film. Great acting, a superb story and beautiful music: "
        "one of the best I have ever seen. I loved it and highly recommend it.",
        "positive",
    ),
    KnownReview(
        "A terrible film. Awful acting, a boring story and poor dialogue: "
        "the worst I have ever seen. A complete waste of time, avoid it.",
        "negative",
    ),
)


def known_reviews(card: Any) -> tuple[KnownReview, ...]:
    """Return the known reviews in a model's description of itself, else the films' reviews.

    Models of an earlier version of the training describe themselves without such reviews.

    Args:
        card: the description.

    Raises:
        ValueError: when it is malformed, or when one constant answer would pass.
    """
    match card:
        case {"known_reviews": [*entries]}:
            found = tuple(map(_read, entries))
            if len({review.label for review in found}) > 1:
                return found
        case {"known_reviews": _}:
            pass
        case dict():
            return FILM_REVIEWS
        case _:
            raise ValueError("describes its model without a JSON object")
    raise ValueError("describes its model without known reviews of several labels")


def _read(entry: Any) -> KnownReview:
    match entry:
        case {"text": str(text), "label": str(label)}:
            return KnownReview(text, label)
    raise ValueError("describes its model with malformed known reviews")


def verdict(answer: Any) -> Any:
    """Return the label in an answer; those of earlier versions have a sentiment only."""
    return answer.get("label", answer.get("sentiment")) if isinstance(answer, dict) else None


def invoke(runtime: Any, endpoint: str, content: dict[str, Any]) -> Any:
    """Send a request to an endpoint and return the JSON of the answer."""
    answer = runtime.invoke_endpoint(
        EndpointName=endpoint,
        ContentType="application/json",
        Accept="application/json",
        Body=json.dumps(content).encode(),
    )
    return json.loads(answer["Body"].read())
