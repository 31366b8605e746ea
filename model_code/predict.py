"""Serve a trained model: the handlers that SageMaker's inference toolkits call.

A review as text/plain gets `1` or `0`. As application/json, `{"review": …}` gets a sentiment, a
probability, the number of words and of known ones, and the model's version; `{"reviews": […]}` gets
a list of these, with an `error` for each invalid review. With `"explain": true` each answer
includes the weights of words and phrases. `{"card": true}` gets the model's metadata.

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
from sentiment.record_lines import CSV, JSON_LINES, Line, LineError, blocks, written
from sentiment.request import JSON, TEXT, Request, RequestError, checked, read

THRESHOLD = 0.5
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
        return str(int(prediction.judgements.probabilities[0] >= THRESHOLD)), TEXT
    if request.card:
        return json.dumps(prediction.model.metadata), JSON
    metadata = prediction.model.metadata
    model = {
        "model_version": prediction.model.version,
        "trained_at": metadata["trained_at"],
        "accuracy": metadata["metrics"]["accuracy"],
    }
    places = quarters(metadata.get("quarters", {}), prediction.judgements, request.reviews)
    answers = _answers(prediction.judgements, request.reviews, request.refused, model, places)
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
        for answer, explain in zip(
            _answers(found, reviews, refused, version), explained, strict=True
        ):
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
    reviews: Sequence[str],
    refused: Mapping[int, RequestError],
    model: Mapping[str, Any],
    places: Sequence[Mapping[str, int]] = (),
) -> list[dict[str, Any]]:
    """Return an answer for each review, in order.

    Args:
        found: judgements on the valid reviews.
        reviews: the valid reviews.
        refused: index of each invalid review, with the error.
        model: fields about the model, which every judgement gets.
        places: quarters of the test reviews to which the valid reviews belong, if they are known.
    """
    answers: list[dict[str, Any]] = [
        {
            "sentiment": "positive" if probability >= THRESHOLD else "negative",
            "probability": probability,
            "words": words,
            "known_words": known_words,
            **model,
        }
        for probability, words, known_words in zip(
            found.probabilities.tolist(),
            found.words.tolist(),
            found.known_words.tolist(),
            strict=True,
        )
    ]
    for answer, review, explanation in zip(answers, reviews, found.explanations, strict=False):
        answer["explanation"] = explanation.as_dict(review)
    for answer, place in zip(answers, places, strict=False):
        answer["quarters"] = place
    for index, error in sorted(refused.items()):
        answers.insert(index, {"error": json.loads(str(error))})
    return answers
