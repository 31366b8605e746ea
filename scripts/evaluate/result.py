"""What the answers say of the model and of its speed."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from scripts.evaluate.answer import Answer, EvaluationError
from scripts.evaluate.answers_file import Key
from sentiment.evaluation.metrics import Metrics, evaluate

PERCENTILES = (50, 90, 95, 99, 100)


@dataclass(frozen=True)
class Latency:
    """How long requests took that were answered at the first attempt.

    Attributes:
        kind: chunks or singles.
        requests: how many those are.
        retried: how many others had to be repeated.
        milliseconds: percentile to latency.
    """

    kind: str
    requests: int
    retried: int
    milliseconds: dict[int, float]


@dataclass(frozen=True)
class Result:
    """An evaluation.

    Attributes:
        target: what was asked.
        version: the model that answered.
        metrics: over every review that was judged.
        texts: those reviews.
        labels: 1 positive, 0 negative.
        probabilities: P(positive) of each.
        latencies: of each kind of request.
        refused: reason to number of reviews without a verdict.
        compared: reviews that were sent in both ways.
        differing: those of them whose two probabilities are not the same.
    """

    target: str
    version: str
    metrics: Metrics
    texts: list[str]
    labels: list[int]
    probabilities: list[float]
    latencies: list[Latency]
    refused: dict[str, int]
    compared: int
    differing: int


def summarize(
    target: str, texts: Sequence[str], labels: Sequence[int], answers: Mapping[Key, Answer]
) -> Result:
    """Return accuracy and latency.

    Raises:
        EvaluationError: when no review was judged, or more than one model answered.
    """
    chunks = {index: answer for (kind, index), answer in answers.items() if kind == "chunks"}
    singles = {index: answer for (kind, index), answer in answers.items() if kind == "singles"}
    verdicts = chunks or singles
    judged = {i: a.probability for i, a in sorted(verdicts.items()) if a.probability is not None}
    if not judged:
        raise EvaluationError(f"{target}: no review was judged")
    versions = {answer.version for answer in answers.values() if answer.version}
    if len(versions) > 1:
        raise EvaluationError(f"{target}: several models answered: {', '.join(sorted(versions))}")
    both = [i for i in singles if i in judged]
    kept = list(judged)
    return Result(
        target=target,
        version="".join(versions),
        metrics=evaluate([labels[i] for i in kept], [judged[i] for i in kept]),
        texts=[texts[i] for i in kept],
        labels=[labels[i] for i in kept],
        probabilities=[judged[i] for i in kept],
        latencies=[
            latency(kind, found)
            for kind, found in (("chunks", chunks), ("singles", singles))
            if found
        ],
        refused=dict(Counter(answer.error for answer in verdicts.values() if answer.error)),
        compared=len(both) if chunks else 0,
        differing=sum(singles[i].probability != judged[i] for i in both),
    )


def latency(kind: str, answers: Mapping[int, Answer]) -> Latency:
    """Return the percentiles; a chunk's reviews share its request."""
    requests = {(answer.seconds, answer.retries) for answer in answers.values()}
    prompt = [seconds for seconds, retries in requests if not retries]
    values = (1000 * np.percentile(prompt, PERCENTILES)).tolist() if prompt else []
    return Latency(
        kind,
        len(prompt),
        len(requests) - len(prompt),
        dict(zip(PERCENTILES, values, strict=False)),
    )
