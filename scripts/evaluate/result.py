"""What the replies say of the model and of its speed."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from scripts.evaluate.errors import EvaluationError
from scripts.evaluate.replies_file import Asked
from scripts.evaluate.reply import Reply, Verdict
from scripts.evaluate.run import LISTS, SINGLES
from sentiment.evaluation.metrics import Metrics, evaluate

PERCENTILES = (50, 90, 95, 99, 100)


@dataclass(frozen=True)
class Latency:
    """How long requests took.

    Attributes:
        kind: lists or singles.
        reviews: in all of them.
        retried: requests that were answered at a later attempt only.
        milliseconds: of each request; of those retried, the last attempt.
    """

    kind: str
    reviews: int
    retried: int
    milliseconds: list[float]

    @property
    def percentiles(self) -> dict[int, float]:
        """Return percent to milliseconds."""
        values = np.percentile(self.milliseconds, PERCENTILES).tolist()
        return dict(zip(PERCENTILES, values, strict=True))


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
        refused: code to number of reviews without a verdict.
        compared: reviews that were sent in both ways.
        differing: those of them whose two verdicts are not the same.
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
    target: str, texts: Sequence[str], labels: Sequence[int], replies: Mapping[Asked, Reply]
) -> Result:
    """Return accuracy and latency.

    Raises:
        EvaluationError: when no review was judged, or more than one model answered.
    """
    verdicts, alone = _verdicts(LISTS, replies), _verdicts(SINGLES, replies)
    judged = {i: one for i, one in sorted(verdicts.items()) if isinstance(one, float)}
    if not judged:
        raise EvaluationError(f"{target}: no review was judged")
    versions = sorted({reply.version for reply in replies.values() if reply.version})
    if len(versions) > 1:
        raise EvaluationError(f"{target}: several models answered: {', '.join(versions)}")
    return Result(
        target=target,
        version="".join(versions),
        metrics=evaluate([labels[i] for i in judged], list(judged.values())),
        texts=[texts[i] for i in judged],
        labels=[labels[i] for i in judged],
        probabilities=list(judged.values()),
        latencies=[_latency(kind, replies) for kind in dict.fromkeys(kind for kind, _ in replies)],
        refused=dict(Counter(one for one in verdicts.values() if isinstance(one, str))),
        compared=len(alone),
        differing=sum(one != verdicts.get(index) for index, one in alone.items()),
    )


def _verdicts(kind: str, replies: Mapping[Asked, Reply]) -> dict[int, Verdict]:
    return {
        index: verdict
        for (of, indices), reply in replies.items()
        if of == kind
        for index, verdict in zip(indices, reply.verdicts, strict=True)
    }


def _latency(kind: str, replies: Mapping[Asked, Reply]) -> Latency:
    found = [reply for (of, _), reply in replies.items() if of == kind]
    return Latency(
        kind=kind,
        reviews=sum(len(reply.verdicts) for reply in found),
        retried=sum(reply.retries > 0 for reply in found),
        milliseconds=[1000 * reply.seconds for reply in found],
    )
