"""How a trained model answers on one thread, from request body to response body."""

import json
from collections.abc import Callable, Iterator
from functools import partial
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

Clock = Callable[[], float]


class WrongAnswerError(RuntimeError):
    """A served model answered something that is no verdict."""


def measure(subject: Subject, model_dir: Path, testing: Path, plan: Plan) -> Figures:
    """Load the model, then send it the test reviews one at a time, then in lists.

    Raises:
        WrongAnswerError: when an answer to one review is neither 1 nor 0.
    """
    clock = plan.clock
    started = clock()
    answer = subject.load(model_dir)
    load_seconds = clock() - started

    for text, _ in islice(reviews.read(testing), WARM_UP):
        answer(text.encode(), TEXT)
    total = reviews.count(testing)
    milliseconds = [
        min(_verdict_ms(answer, text, clock) for _ in range(plan.repeats))
        for text, _ in islice(reviews.read(testing), plan.single)
    ]
    note = sampled(len(milliseconds), total)
    return {
        "load_seconds": Figure(load_seconds),
        **_percentiles("", milliseconds, note),
        **(_explanations(answer, testing, plan) if subject.EXPLAINS else {}),
        "list_rate": _list_rate(subject, answer, testing, plan),
        "serving_memory": Figure(psutil.Process().memory_info().rss / MEGABYTE),
    }


def _verdict_ms(answer: Answer, text: str, clock: Clock) -> float:
    body = text.encode()
    seconds, response = _timed(partial(answer, body, TEXT), clock)
    if response not in {"0", "1"}:
        raise WrongAnswerError(f"the answer to one review was {response[:80]!r}; it must be 1 or 0")
    return seconds * 1e3


def _explanations(answer: Answer, testing: Path, plan: Plan) -> Figures:
    """Measure how much longer an answer takes that says what moved the verdict."""
    extra = []
    for text, _ in islice(reviews.read(testing), plan.single):
        plain, explained = (
            partial(answer, json.dumps({"review": text, "explain": explain}).encode(), JSON)
            for explain in (False, True)
        )
        # One right after the other, so that other work on the machine slows down both.
        pairs = [
            (_timed(plain, plan.clock)[0], _timed(explained, plan.clock)[0])
            for _ in range(plan.repeats)
        ]
        quickest_plain, quickest_explained = map(min, zip(*pairs, strict=True))
        extra.append((quickest_explained - quickest_plain) * 1e3)
    return _percentiles("explained_", extra, sampled(len(extra), reviews.count(testing)))


def _percentiles(prefix: str, milliseconds: list[float], note: str) -> Figures:
    found = quantiles(milliseconds, n=100, method="inclusive")
    return {
        f"{prefix}p50": Figure(found[49], note),
        f"{prefix}p99": Figure(found[98], note),
    }


def _list_rate(subject: Subject, answer: Answer, testing: Path, plan: Plan) -> Figure:
    clock = plan.clock
    seconds = sent = 0.0
    for texts in islice(_lists(testing, plan.list_length), plan.lists):
        if subject.TAKES_LISTS:
            work = partial(answer, json.dumps({"reviews": texts}).encode(), JSON)
            best = min(_timed(work, clock)[0] for _ in range(plan.repeats))
        else:
            best = sum(_verdict_ms(answer, text, clock) for text in texts) / 1e3
        seconds += best
        sent += len(texts)
    note = "" if subject.TAKES_LISTS else f"takes no lists: {sent:.0f} reviews one after another"
    return Figure(sent / seconds, note)


def _lists(testing: Path, length: int) -> Iterator[list[str]]:
    texts = (text for text, _ in reviews.read(testing))
    while found := list(islice(texts, length)):
        yield found


def _timed(work: Callable[[], str], clock: Clock) -> tuple[float, str]:
    started = clock()
    result = work()
    return clock() - started, result
