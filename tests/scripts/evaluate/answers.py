"""Answers of a model with the labels negative and positive."""


def shares(positive: float) -> dict[str, float]:
    """Return the probability of each label."""
    return {"negative": 1 - positive, "positive": positive}
