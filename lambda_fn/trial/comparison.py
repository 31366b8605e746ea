"""Comparison of a new model with the serving one, on reviews that neither was trained on."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from math import comb, sqrt
from typing import Any, NamedTuple

from known_reviews import shown
from trial.held_out import Review, TrainingOutput

LEAST_REVIEWS, MOST_REVIEWS = 500, 2000
# Small requests, since the serving model answers others at the same time.
REQUEST_REVIEWS, REQUEST_CHARACTERS = 64, 500_000
SIGNIFICANT = 0.05
Z_95 = 1.959963984540054  # quantile of the standard normal distribution, two-sided 95 %
LEAST_SHARED = 0.1  # of the serving model's training reviews; below, the data is other data
TELLING = 3  # reviews that are named in favour of the serving model

Ask = Callable[[dict[str, Any]], dict[str, Any]]


class IncomparableError(Exception):
    """Two models that no review can compare; the message says why."""


class Verdict(NamedTuple):
    """A model's verdict on a review.

    Attributes:
        right: whether it is the true label.
        probability: probability of the true label.
    """

    right: bool
    probability: float


@dataclass(frozen=True)
class Comparison:
    """Result of McNemar's exact test (1947) on the reviews that only one model gets right.

    Attributes:
        rows: number of reviews.
        both: reviews that both models classify correctly.
        champion_only: reviews that only the serving model classifies correctly.
        challenger_only: reviews that only the new model classifies correctly.
        telling: those of `champion_only` on which the models differ most.
    """

    rows: int
    both: int
    champion_only: int
    challenger_only: int
    telling: Sequence[Review] = field(default=(), repr=False)

    @property
    def champion_accuracy(self) -> float:
        """Accuracy of the serving model."""
        return (self.both + self.champion_only) / self.rows

    @property
    def challenger_accuracy(self) -> float:
        """Accuracy of the new model."""
        return (self.both + self.challenger_only) / self.rows

    @property
    def p_value(self) -> float:
        """Two-sided probability of such a difference between equally good models."""
        total = self.champion_only + self.challenger_only
        rarer = min(self.champion_only, self.challenger_only)
        tail = sum(comb(total, count) for count in range(rarer + 1))
        return min(1.0, float(2 * tail / 2**total))

    @property
    def interval(self) -> tuple[float, float]:
        """95 % interval of the new model's accuracy minus the serving one's.

        Source: Agresti and Min (2005), "Simple improved confidence intervals for comparing matched
        proportions"
        """
        ahead, behind, rows = self.challenger_only + 0.5, self.champion_only + 0.5, self.rows + 2
        middle = (ahead - behind) / rows
        margin = Z_95 * sqrt(ahead + behind - (ahead - behind) ** 2 / rows) / rows
        return max(-1.0, middle - margin), min(1.0, middle + margin)

    @property
    def is_worse(self) -> bool:
        """True if the serving model is better, significantly at 5 %."""
        return self.p_value < SIGNIFICANT and self.champion_only > self.challenger_only

    @property
    def is_better(self) -> bool:
        """True if the new model is better, significantly at 5 %."""
        return self.p_value < SIGNIFICANT and self.champion_only < self.challenger_only

    def __str__(self) -> str:
        """Return the figures as part of a sentence."""
        low, high = self.interval
        return (
            f"accuracy {self.challenger_accuracy:.4f} against {self.champion_accuracy:.4f} on "
            f"{self.rows} reviews that neither was trained on, a difference of "
            f"{self.challenger_accuracy - self.champion_accuracy:+.4f} "
            f"(95 % interval {low:+.4f} to {high:+.4f}), p = {self.p_value:.3g}"
        )

    def as_dict(self) -> dict[str, Any]:
        """Return the figures for the model's card."""
        low, high = self.interval
        return {
            "rows": self.rows,
            "champion_accuracy": self.champion_accuracy,
            "challenger_accuracy": self.challenger_accuracy,
            "difference_low": low,
            "difference_high": high,
            "p_value": self.p_value,
        }


def compare(
    champion: TrainingOutput,
    challenger: TrainingOutput,
    ask_champion: Ask,
    ask_challenger: Ask,
) -> Comparison:
    """Ask both models about the same reviews.

    Args:
        champion: output of the serving model's training.
        challenger: output of the new model's training, whose test reviews are asked about.
        ask_champion: sends a request to the serving model and returns its answer.
        ask_challenger: sends a request to the new model and returns its answer.

    Raises:
        IncomparableError: when the labels or the data differ, or too few reviews are left.
    """
    reviews = _choose(champion, challenger)
    pairs = [
        (review, old, new)
        for part in _parts(reviews)
        for review, old, new in zip(
            part, _verdicts(ask_champion, part), _verdicts(ask_challenger, part), strict=True
        )
    ]
    lost = [(new.probability - old.probability, review) for review, old, new in pairs
            if old.right and not new.right]  # fmt: skip
    return Comparison(
        rows=len(pairs),
        both=sum(old.right and new.right for _, old, new in pairs),
        champion_only=len(lost),
        challenger_only=sum(new.right and not old.right for _, old, new in pairs),
        telling=[review for _, review in sorted(lost)[:TELLING]],
    )


def _choose(champion: TrainingOutput, challenger: TrainingOutput) -> list[Review]:
    """Return the reviews to ask about."""
    if set(champion.labels) != set(challenger.labels):
        raise IncomparableError(
            f"the serving model's labels are {_listed(champion.labels)}, "
            f"the new model's {_listed(challenger.labels)}"
        )
    if champion.trained_on.shared_with(challenger.trained_on) < LEAST_SHARED:
        raise IncomparableError("they were trained on different data")
    chosen: list[Review] = []
    for review in challenger.reviews():
        if review.text not in champion.trained_on:
            chosen.append(review)
            if len(chosen) == MOST_REVIEWS:
                break
    if len(chosen) < LEAST_REVIEWS:
        raise IncomparableError(
            f"only {len(chosen)} test reviews are new to both, and {LEAST_REVIEWS} are needed"
        )
    return chosen


def _listed(labels: Sequence[str]) -> str:
    return shown(", ".join(labels))


def _parts(reviews: Sequence[Review]) -> Iterator[list[Review]]:
    part: list[Review] = []
    characters = 0
    for review in reviews:
        characters += len(review.text)
        if part and (len(part) == REQUEST_REVIEWS or characters > REQUEST_CHARACTERS):
            yield part
            part, characters = [], len(review.text)
        part.append(review)
    yield part


def _verdicts(ask: Ask, reviews: Sequence[Review]) -> Iterator[Verdict]:
    predictions = ask({"reviews": [review.text for review in reviews]}).get("predictions")
    answers = predictions if isinstance(predictions, list) else []
    for index, review in enumerate(reviews):
        yield _verdict(answers[index] if index < len(answers) else None, review.label)


def _verdict(answer: Any, label: str) -> Verdict:
    """Return the verdict in an answer; a missing one is wrong."""
    match answer:
        case {"label": verdict, "probabilities": {**shares}}:
            share = shares.get(label)
        case {"sentiment": verdict, "probability": float() | int() as positive}:
            share = positive if label == "positive" else 1 - positive
        case _:
            verdict = share = None
    return Verdict(verdict == label, float(share) if isinstance(share, float | int) else 0.0)
