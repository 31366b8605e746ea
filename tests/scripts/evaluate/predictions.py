"""Predictions as an evaluation requests them."""

from scripts.evaluate.run import patiently
from scripts.evaluate.targets import Target, Verdict, classify


def predict(target: Target, review: str = "A film.") -> tuple[tuple[list[Verdict], str], int]:
    """Return the verdicts with the model's version, and the number of retries."""
    answer, _, retries = patiently(lambda: classify(target, [review], in_list=False))
    return answer, retries
