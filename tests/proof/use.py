"""Calls that exercise every operation of the application."""

import json
from typing import Any

from local_aws.urls import send
from tests.support.deployment import Deployment

REVIEW = "A wonderful film, superb and moving."


def use(deployment: Deployment) -> None:
    """Request a verdict with an explanation and a batch, and send feedback."""
    answer = ask(deployment, "predict", {"review": REVIEW, "explain": True})
    assert answer["sentiment"] == "positive"
    assert answer["explanation"]
    batch = ask(deployment, "predict/batch", {"reviews": [REVIEW, "A terrible, boring film."]})
    assert [one["sentiment"] for one in batch["predictions"]] == ["positive", "negative"]
    feedback = {
        "review": REVIEW, "predicted": "positive", "correct": "positive",
        "request_id": answer["request_id"],
    }  # fmt: skip
    assert ask(deployment, "feedback", feedback)["status"] == "recorded"


def answers(deployment: Deployment) -> bool:
    """Check that the API classifies a review correctly."""
    status, _, body = send(
        deployment.outputs["ApiUrl"] + "predict",
        body=REVIEW.encode(),
        headers={"Content-Type": "text/plain"},
    )
    return (status, body) == (200, b"1")


def ask(deployment: Deployment, path: str, content: object) -> dict[str, Any]:
    """Send JSON to the API through the page's origin and return the response."""
    status, _, body = send(
        f"{deployment.outputs['SiteUrl']}api/{path}",
        body=json.dumps(content).encode(),
        headers={"Content-Type": "application/json"},
    )
    assert status in {200, 201}, body
    answer: dict[str, Any] = json.loads(body)
    return answer
