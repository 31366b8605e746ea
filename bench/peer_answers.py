"""Requests and answers of the peers, in the format of our own model's."""

import json
from collections.abc import Callable, Sequence

from bench.subject import JSON, Answer

Classify = Callable[[Sequence[str]], Sequence[tuple[int, float]]]  # verdict and P(positive) of each


def answering(classify: Classify) -> Answer:
    """Return the served model: text/plain to `1` or `0`, a JSON list to a list of verdicts."""

    def answer(body: bytes, content_type: str) -> str:
        if content_type != JSON:
            return str(classify([body.decode()])[0][0])
        found = classify(json.loads(body)["reviews"])
        return json.dumps(
            {
                "predictions": [
                    {"sentiment": "positive" if label else "negative", "probability": probability}
                    for label, probability in found
                ]
            }
        )

    return answer
