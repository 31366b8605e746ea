"""The probabilities that a deployed model must return, computed outside the deployment."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import predict
from tests.proof.artifacts import served_files
from tests.proof.load import Reply
from tests.support.deployment import Deployment

# P(positive) of each review, by model version
Known = Mapping[str, Mapping[str, float]]


def known_answers(deployment: Deployment, folder: Path, reviews: Iterable[str]) -> Known:
    """Return the probabilities of the deployed model, computed by its handlers in this process.

    Args:
        deployment: deployment of the model.
        folder: receives the artifact's files.
        reviews: reviews, classified one at a time.
    """
    for name, content in served_files(deployment).items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    model = predict.model_fn(str(folder))
    answers = {}
    for review in reviews:
        request = predict.input_fn(json.dumps({"review": review}).encode(), "application/json")
        body, _ = predict.output_fn(predict.predict_fn(request, model), "application/json")
        answers[review] = float(json.loads(body)["probability"])
    return {model.version: answers}


def distinct(reviews: Iterable[str], known: Known) -> list[str]:
    """Return reviews with distinct probabilities, so that a mixed-up response is detected."""
    answers = [known[version] for version in known]
    found: dict[tuple[float, ...], str] = {}
    for review in reviews:
        found.setdefault(tuple(answer[review] for answer in answers), review)
    return list(found.values())


def check_answers(replies: Sequence[Reply], known: Known) -> Counter[str]:
    """Check that each reply is correct for its request, and count the replies of each model.

    Raises:
        AssertionError: some replies are wrong; the message shows the first three.
    """
    wrong = [reply for reply in replies if not _right(reply, known)]
    assert wrong == [], f"{len(wrong)} of {len(replies)} replies are wrong: {wrong[:3]}"
    ids = [reply.headers["x-request-id"] for reply in replies]
    assert len(set(ids)) == len(ids)
    assert ids == [reply.content["request_id"] for reply in replies]
    return Counter(reply.content["model"]["version"] for reply in replies)


def _right(reply: Reply, known: Known) -> bool:
    if reply.status != 200:
        return False
    content = reply.content
    probability = known.get(content["model"]["version"], {}).get(reply.review)
    if probability is None or content["probability"] != probability:
        return False
    return bool(content["sentiment"] == ("positive" if probability >= 0.5 else "negative"))
