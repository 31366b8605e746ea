"""What a deployed model has to answer, asked one review at a time outside of the deployment."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import predict
from tests.proof.artifacts import served_files
from tests.proof.load import Reply
from tests.support.deployment import Deployment

# The model's version to each review's P(positive)
Known = Mapping[str, Mapping[str, float]]


def known_answers(deployment: Deployment, folder: Path, reviews: Iterable[str]) -> Known:
    """Return the answers of the model in service, by the handlers in this process.

    Args:
        deployment: whose artifact it is.
        folder: receives the artifact's files.
        reviews: asked one after the other.
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
    """Return the reviews that no other is answered like, so that no answer can pass for another's."""
    answers = [known[version] for version in known]
    found: dict[tuple[float, ...], str] = {}
    for review in reviews:
        found.setdefault(tuple(answer[review] for answer in answers), review)
    return list(found.values())


def check_answers(replies: Sequence[Reply], known: Known) -> Counter[str]:
    """Check that each reply is the right one to its request; return how many each model gave.

    Raises:
        AssertionError: showing some that are wrong.
    """
    wrong = [reply for reply in replies if not _right(reply, known)]
    assert wrong == [], f"{len(wrong)} of {len(replies)}: {wrong[:3]}"
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
