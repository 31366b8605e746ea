"""How fast raw reviews become what a model reads, on one core."""

from collections.abc import Callable
from itertools import islice
from pathlib import Path

from bench import reviews
from bench.figure import Figure, Figures, sampled
from bench.plan import Plan


def measure(clean: Callable[[str], object], training: Path, plan: Plan) -> Figures:
    """Clean the training reviews once, from a cold start, as a training does."""
    texts = [text for text, _ in islice(reviews.read(training), plan.cleaned)]
    started = plan.clock()
    for text in texts:
        clean(text)
    seconds = plan.clock() - started
    note = sampled(len(texts), reviews.count(training))
    return {"cleaning": Figure(len(texts) / seconds, note)}
