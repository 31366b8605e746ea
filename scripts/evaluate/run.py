"""Sending the reviews: in chunks, and a sample of them one by one."""

import random
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import Protocol

from tqdm import tqdm

from scripts.evaluate.answer import Answer, EvaluationError
from scripts.evaluate.answers_file import AnswersFile

CHUNK = 512
CHUNK_CHARACTERS = 1_000_000  # four bytes each stay under Lambda's and SageMaker's 6 MB
SEED = 1


class Target(Protocol):
    """What is measured."""

    name: str
    batches: bool

    def ask(self, review: str) -> Answer:
        """Return the verdict on one review."""

    def ask_all(self, reviews: list[str]) -> list[Answer]:
        """Return the verdicts on at most 512 reviews."""


def chunks(reviews: Sequence[str], indices: Sequence[int]) -> Iterator[list[int]]:
    """Cut indices into parts that one request can carry."""
    part: list[int] = []
    size = 0
    for index in indices:
        length = len(reviews[index])
        if part and (len(part) == CHUNK or size + length > CHUNK_CHARACTERS):
            yield part
            part, size = [], 0
        part.append(index)
        size += length
    if part:
        yield part


def sample(count: int, wanted: int) -> list[int]:
    """Return the indices of a seeded sample, the same in every run."""
    order = list(range(count))
    random.Random(SEED).shuffle(order)  # noqa: S311 - a sample, not a secret
    return sorted(order[:wanted])


def run(
    target: Target, reviews: Sequence[str], *, singles: int, connections: int, kept: AnswersFile
) -> None:
    """Ask for every verdict that is not known yet, several at a time.

    Raises:
        EvaluationError: when the target failed for good; what it had answered is kept.
    """

    def one_by_one(part: list[int]) -> dict[int, Answer]:
        return {index: target.ask(reviews[index]) for index in part}

    def together(part: list[int]) -> dict[int, Answer]:
        answers = target.ask_all([reviews[index] for index in part])
        if len(answers) != len(part):
            raise EvaluationError(f"{len(answers)} answers to {len(part)} reviews")
        return dict(zip(part, answers, strict=True))

    everything = list(range(len(reviews)))
    if target.batches:
        missing = [index for index in everything if ("chunks", index) not in kept.answers]
        _all("chunks", together, list(chunks(reviews, missing)), connections, kept)
    asked = sample(len(reviews), singles) if target.batches else everything
    missing = [index for index in asked if ("singles", index) not in kept.answers]
    _all("singles", one_by_one, [[index] for index in missing], connections, kept)


def _all(
    kind: str,
    ask: Callable[[list[int]], dict[int, Answer]],
    parts: list[list[int]],
    connections: int,
    kept: AnswersFile,
) -> None:
    with (
        ThreadPoolExecutor(connections) as pool,
        tqdm(total=sum(map(len, parts)), desc=kind, unit="review", disable=None) as bar,
    ):
        futures = [pool.submit(ask, part) for part in parts]
        try:
            for future in as_completed(futures):
                answers = future.result()
                kept.add(kind, answers)
                bar.update(len(answers))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
