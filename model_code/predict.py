"""Serve a trained model: the handlers that SageMaker's inference toolkits call.

A review as text/plain gets `1` or `0`, or the label if the labels are not positive and negative. As
application/json, `{"review": …}` gets a label, the probability of each label, the number of words
and of known ones, and the model's version; `{"reviews": […]}` gets a list of these, with an `error`
for each invalid review. With `"explain": true` each answer includes the weights of words and
phrases. `{"card": true}` gets the model's metadata.

For Batch Transform, application/jsonlines and text/csv get one line for each line, whatever their
number: the answer to the review, or an `error`. `"explain": true` adds the phrases only.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sentiment import artifact
from sentiment.drift import quarters
from sentiment.evaluation.judged import verdicts
from sentiment.labels import is_sentiment
from sentiment.record_lines import CSV, JSON_LINES, Line, LineError, blocks, written
from sentiment.request import JSON, TEXT, Request, RequestError, checked, read

ACCEPTED = ("*/*", TEXT, JSON, JSON_LINES, CSV, "text/*", "application/*")


@dataclass(frozen=True)
class Prediction:
    """Judgements on the reviews, and the model."""

    judgements: artifact.Judgements
    model: artifact.Artifact
    request: Request


@dataclass(frozen=True)
class LineAnswers:
    """Answers to the lines of a request, each judged when it is read."""

    answers: Iterator[dict[str, Any]]
    media_type: str


def model_fn(model_dir: str) -> artifact.Artifact:
    """Load the artifact."""
    return artifact.load(Path(model_dir))


def input_fn(request_body: bytes | bytearray | str, content_type: str | None) -> Request:
    """Parse a request.

    Raises:
        RequestError: with a 4xx status and one line of JSON, when the request is invalid.
    """
    return read(request_body, content_type)


def predict_fn(request: Request, model: artifact.Artifact) -> Prediction | LineAnswers:
    """Classify each review."""
    if request.lines is not None:
        return LineAnswers(_line_answers(request, model), request.media_type)
    return Prediction(model.judge(request.reviews, explain=request.explain), model, request)


def output_fn(prediction: Prediction | LineAnswers, accept: str | None) -> tuple[str, str]:
    """Return the answer in the format of the request; lines also in the other format of lines.

    Raises:
        RequestError: when the client accepts none of the formats.
    """
    accepted = (accept or "*/*").lower()
    if not any(kind in accepted for kind in ACCEPTED):
        raise RequestError(
            406, "not_acceptable", f"the client must accept {TEXT}, {JSON}, {JSON_LINES} or {CSV}"
        )
    if isinstance(prediction, LineAnswers):
        named = [kind for kind in (JSON_LINES, CSV) if kind in accepted]
        kind = prediction.media_type if len(named) != 1 else named[0]
        # Batch Transform ends the last line itself.
        return "\n".join(written(answer, kind) for answer in prediction.answers), kind
    request = prediction.request
    if request.media_type == TEXT:
        verdict = int(verdicts(prediction.judgements.probabilities)[0])
        labels = prediction.model.labels
        return (str(verdict) if is_sentiment(labels) else labels[verdict]), TEXT
    if request.card:
        return json.dumps(prediction.model.metadata), JSON
    metadata = prediction.model.metadata
    model = {
        "model_version": prediction.model.version,
        "trained_at": metadata["trained_at"],
        "accuracy": metadata["metrics"]["accuracy"],
    }
    judgements = prediction.judgements
    places = quarters(metadata.get("quarters", {}), judgements, request.reviews)
    added = [{**model, "quarters": place} for place in places]
    answers = _answers(judgements, prediction.model.labels, request.reviews, request.refused, added)
    return json.dumps({"predictions": answers} if request.many else answers[0]), JSON


def _line_answers(request: Request, model: artifact.Artifact) -> Iterator[dict[str, Any]]:
    """Judge one block of lines after another."""
    version = {"model_version": model.version}
    for block in blocks(request.lines or "", request.media_type):
        reviews: list[str] = []
        refused: dict[int, RequestError] = {}
        for index, line in enumerate(block):
            try:
                reviews.append(_review(line))
            except RequestError as error:
                refused[index] = error
        explained = [isinstance(line, Line) and line.explain for line in block]
        found = model.judge(reviews, explain=any(explained))
        answers = _answers(found, model.labels, reviews, refused, [version] * len(reviews))
        for answer, explain in zip(answers, explained, strict=True):
            explanation = answer.pop("explanation", None)
            if explain and explanation is not None:
                # The words would be ten times as long as the review.
                answer["phrases"] = explanation["phrases"]
            yield answer


def _review(line: Line | LineError) -> str:
    if isinstance(line, LineError):
        raise RequestError(400, "invalid_line", str(line))
    return checked(line.review)


def _answers(
    found: artifact.Judgements,
    labels: Sequence[str],
    reviews: Sequence[str],
    refused: Mapping[int, RequestError],
    added: Sequence[Mapping[str, Any]],
) -> list[dict[str, Any]]:
    """Return an answer for each review, in order.

    Args:
        found: judgements on the valid reviews.
        labels: names of the labels.
        reviews: the valid reviews.
        refused: index of each invalid review, with the error.
        added: further fields of each judgement.
    """
    columns = zip(
        verdicts(found.probabilities).tolist(),
        found.probabilities.tolist(),
        found.words.tolist(),
        found.known_words.tolist(),
        added,
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
            **fields,
        }
        for verdict, probabilities, words, known_words, fields in columns
    ]
    for answer, review, explanation in zip(answers, reviews, found.explanations, strict=False):
        answer["explanation"] = explanation.as_dict(review)
    for index, error in sorted(refused.items()):
        answers.insert(index, {"error": json.loads(str(error))})
    return answers
