"""Serve a trained model: the handlers that SageMaker's inference toolkits call.

A review as text/plain gets `1` or `0`, or the label if the labels are not positive and negative. As
application/json, `{"review": …}` gets a label, the probability of each label, the number of words
and of known ones, and the model's version; `{"reviews": […]}` gets a list of these, with an `error`
for each invalid review. With `"explain": true` each answer includes the weights of words and
phrases. `{"card": true}` gets the model's metadata.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sentiment import artifact
from sentiment.evaluation.judged import verdicts
from sentiment.labels import is_sentiment
from sentiment.request import JSON, TEXT, Request, RequestError, read


@dataclass(frozen=True)
class Prediction:
    """Judgements on the reviews, and the model."""

    judgements: artifact.Judgements
    model: artifact.Artifact
    request: Request


def model_fn(model_dir: str) -> artifact.Artifact:
    """Load the artifact."""
    return artifact.load(Path(model_dir))


def input_fn(request_body: bytes | bytearray | str, content_type: str | None) -> Request:
    """Parse a request.

    Raises:
        RequestError: with a 4xx status and one line of JSON, when the request is invalid.
    """
    return read(request_body, content_type)


def predict_fn(request: Request, model: artifact.Artifact) -> Prediction:
    """Classify each review."""
    return Prediction(model.judge(request.reviews, explain=request.explain), model, request)


def output_fn(prediction: Prediction, accept: str | None) -> tuple[str, str]:
    """Return the answer in the format of the request.

    Raises:
        RequestError: when the client accepts neither text/plain nor application/json.
    """
    accepted = (accept or "*/*").lower()
    if not any(kind in accepted for kind in ("*/*", TEXT, JSON, "text/*", "application/*")):
        raise RequestError(406, "not_acceptable", f"the client must accept {TEXT} or {JSON}")
    request = prediction.request
    if request.media_type == TEXT:
        verdict = int(verdicts(prediction.judgements.probabilities)[0])
        labels = prediction.model.labels
        return (str(verdict) if is_sentiment(labels) else labels[verdict]), TEXT
    if request.card:
        return json.dumps(prediction.model.metadata), JSON
    answers = _answers(prediction)
    return json.dumps({"predictions": answers} if request.many else answers[0]), JSON


def _answers(prediction: Prediction) -> list[dict[str, Any]]:
    """Return an answer for each review, in order."""
    metadata, found = prediction.model.metadata, prediction.judgements
    model = {
        "model_version": prediction.model.version,
        "trained_at": metadata["trained_at"],
        "accuracy": metadata["metrics"]["accuracy"],
    }
    labels = prediction.model.labels
    columns = zip(
        verdicts(found.probabilities).tolist(),
        found.probabilities.tolist(),
        found.words.tolist(),
        found.known_words.tolist(),
        strict=True,
    )
    answers: list[dict[str, Any]] = [
        {
            **(
                {"sentiment": labels[verdict], "probability": probabilities[1]}
                if is_sentiment(labels)
                else {}
            ),
            "label": labels[verdict],
            "probabilities": dict(zip(labels, probabilities, strict=True)),
            "words": words,
            "known_words": known_words,
            **model,
        }
        for verdict, probabilities, words, known_words in columns
    ]
    rows = zip(answers, prediction.request.reviews, found.explanations, strict=False)
    for answer, review, explanation in rows:
        answer["explanation"] = explanation.as_dict(review)
    for index, error in sorted(prediction.request.refused.items()):
        answers.insert(index, {"error": json.loads(str(error))})
    return answers
