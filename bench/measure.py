"""One measurement of one subject in its own process: `python -m bench.measure`."""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import asdict
from functools import partial
from itertools import islice
from pathlib import Path
from statistics import quantiles

import psutil

from bench import reviews
from bench.figures import Figure, Figures
from bench.process import hand_over
from bench.subjects import JSON, TEXT, TITLES, Answer, Plan, Subject, find

WARM_UP = 5
MEGABYTE = 1e6


class WrongAnswerError(RuntimeError):
    """A served model returned something other than a verdict."""


def clean(subject: Subject, training: Path, plan: Plan) -> Figures:
    """Clean the training reviews once, from a cold start as in a training job."""
    texts = [text for text, _ in islice(reviews.read(training), plan.cleaned)]
    started = plan.clock()
    for text in texts:
        subject.clean(text)
    seconds = plan.clock() - started
    return {"cleaning": Figure(len(texts) / seconds, _note(len(texts), training))}


def serve(subject: Subject, model_dir: Path, testing: Path, plan: Plan) -> Figures:
    """Load the model and send it the test reviews, one at a time and then in lists.

    Raises:
        WrongAnswerError: when the answer to a single review is not the number of a label.
    """
    started = plan.clock()
    answer = subject.load(model_dir)
    load_seconds = plan.clock() - started

    for text, _ in islice(reviews.read(testing), WARM_UP):
        answer(text.encode(), TEXT)
    milliseconds = [
        min(_single(answer, text, plan) for _ in range(plan.repeats))
        for text, _ in islice(reviews.read(testing), plan.single)
    ]
    return {
        "load_seconds": Figure(load_seconds),
        **_percentiles("", milliseconds, testing),
        **(_explanations(answer, testing, plan) if subject.EXPLAINS else {}),
        "list_rate": _list_rate(subject, answer, testing, plan),
        "serving_memory": Figure(psutil.Process().memory_info().rss / MEGABYTE),
    }


def _single(answer: Answer, text: str, plan: Plan) -> float:
    milliseconds, response = plan.time(partial(answer, text.encode(), TEXT))
    if not response.isdecimal():
        raise WrongAnswerError(
            f"the answer to one review was {response[:80]!r}; it must be the number of a label"
        )
    return milliseconds


def _explanations(answer: Answer, testing: Path, plan: Plan) -> Figures:
    """Measure how much longer an answer with an explanation takes."""
    extra = []
    for text, _ in islice(reviews.read(testing), plan.single):
        plain, explained = (
            partial(answer, json.dumps({"review": text, "explain": explain}).encode(), JSON)
            for explain in (False, True)
        )
        # They alternate, so that other work on the machine slows both down.
        pairs = [(plan.time(plain)[0], plan.time(explained)[0]) for _ in range(plan.repeats)]
        fastest_plain, fastest_explained = map(min, zip(*pairs, strict=True))
        extra.append(fastest_explained - fastest_plain)
    return _percentiles("explained_", extra, testing)


def _percentiles(prefix: str, milliseconds: list[float], testing: Path) -> Figures:
    cuts = quantiles(milliseconds, n=100, method="inclusive")
    note = _note(len(milliseconds), testing)
    return {f"{prefix}p50": Figure(cuts[49], note), f"{prefix}p99": Figure(cuts[98], note)}


def _list_rate(subject: Subject, answer: Answer, testing: Path, plan: Plan) -> Figure:
    milliseconds = sent = 0.0
    for texts in islice(_lists(testing, plan.list_length), plan.lists):
        if subject.TAKES_LISTS:
            work = partial(answer, json.dumps({"reviews": texts}).encode(), JSON)
            milliseconds += min(plan.time(work)[0] for _ in range(plan.repeats))
        else:
            milliseconds += sum(_single(answer, text, plan) for text in texts)
        sent += len(texts)
    note = "" if subject.TAKES_LISTS else f"takes no lists: {sent:.0f} reviews one after another"
    return Figure(sent / milliseconds * 1e3, note)


def _lists(testing: Path, length: int) -> Iterator[list[str]]:
    texts = (text for text, _ in reviews.read(testing))
    while found := list(islice(texts, length)):
        yield found


def _note(measured: int, file: Path) -> str:
    """Return the note for a figure that was measured on some of the reviews."""
    total = reviews.count(file)
    return "" if measured >= total else f"on {measured:,} of {total:,} reviews"


def main() -> int:
    """Measure, and return the figures to the parent process."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("measurement", choices=("cleaning", "training", "serving"))
    parser.add_argument("subject", choices=TITLES)
    parser.add_argument("folder", type=Path)
    parser.add_argument("plan", type=json.loads)
    arguments = parser.parse_args()
    folder, plan = arguments.folder, Plan(**arguments.plan)
    training, testing = folder / "train" / "reviews.jsonl", folder / "test" / "reviews.jsonl"
    model_dir = folder / "models" / arguments.subject
    subject = find(arguments.subject)
    if arguments.measurement == "cleaning":
        figures = clean(subject, training, plan)
    elif arguments.measurement == "serving":
        figures = serve(subject, model_dir, testing, plan)
    else:
        model_dir.mkdir(parents=True, exist_ok=True)
        figures = subject.train(training, testing, model_dir, plan)
    hand_over({key: asdict(figure) for key, figure in figures.items()})
    return 0


if __name__ == "__main__":
    sys.exit(main())
