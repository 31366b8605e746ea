"""How a trained model answers on one thread, from request body to response body."""

import json
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from statistics import quantiles

import psutil

from bench import reviews
from bench.figure import Figure, Figures, sampled
from bench.plan import Plan
from bench.subject import JSON, TEXT, Answer, Subject

WARM_UP = 5
MEGABYTE = 1e6


class WrongAnswerError(RuntimeError):
    """A served model answered something that is no verdict."""


def measure(subject: Subject, model_dir: Path, testing: Path, plan: Plan) -> Figures:
    """Load the model, then send it the test reviews one at a time, then in lists.

    Raises:
        WrongAnswerError: when an answer to one review is neither 1 nor 0.
    """
    started = time.perf_counter()
    answer = subject.load(model_dir)
    load_seconds = time.perf_counter() - started

    for text, _ in islice(reviews.read(testing), WARM_UP):
        answer(text.encode(), TEXT)
    total = reviews.count(testing)
    milliseconds = [
        min(_verdict_ms(answer, text) for _ in range(plan.repeats))
        for text, _ in islice(reviews.read(testing), plan.single)
    ]
    percentiles = quantiles(milliseconds, n=100, method="inclusive")
    note = sampled(len(milliseconds), total)
    return {
        "load_seconds": Figure(load_seconds),
        "p50": Figure(percentiles[49], note),
        "p99": Figure(percentiles[98], note),
        "list_rate": _list_rate(subject, answer, testing, plan),
        "serving_memory": Figure(psutil.Process().memory_info().rss / MEGABYTE),
    }


def _verdict_ms(answer: Answer, text: str) -> float:
    body = text.encode()
    seconds, response = _timed(lambda: answer(body, TEXT))
    if response not in {"0", "1"}:
        raise WrongAnswerError(f"the answer to one review was {response[:80]!r}; it must be 1 or 0")
    return seconds * 1e3


def _list_rate(subject: Subject, answer: Answer, testing: Path, plan: Plan) -> Figure:
    seconds = sent = 0.0
    for texts in islice(_lists(testing, plan.list_length), plan.lists):
        if subject.TAKES_LISTS:
            body = json.dumps({"reviews": texts}).encode()
            best = min(_timed(lambda b=body: answer(b, JSON))[0] for _ in range(plan.repeats))  # type: ignore[misc]
        else:
            best = sum(_verdict_ms(answer, text) for text in texts) / 1e3
        seconds += best
        sent += len(texts)
    note = "" if subject.TAKES_LISTS else f"takes no lists: {sent:.0f} reviews one after another"
    return Figure(sent / seconds, note)


def _lists(testing: Path, length: int) -> Iterator[list[str]]:
    texts = (text for text, _ in reviews.read(testing))
    while found := list(islice(texts, length)):
        yield found


def _timed(work: Callable[[], str]) -> tuple[float, str]:
    started = time.perf_counter()
    result = work()
    return time.perf_counter() - started, result
