"""Sending the reviews: in lists, and a sample of them one by one."""

import json
import random
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed

from tqdm import tqdm

from scripts.evaluate.errors import EvaluationError
from scripts.evaluate.replies_file import RepliesFile
from scripts.evaluate.reply import Reply, Target

LISTS, SINGLES = "lists", "singles"
LIST_LENGTH = 512
LIST_BYTES = 3_500_000  # as JSON; a serverless endpoint takes 4 MB, Lambda 6 MB with its envelope
SEED = 1


def parts(reviews: Sequence[str], indices: Sequence[int]) -> Iterator[list[int]]:
    """Cut indices into parts that one request can carry."""
    part: list[int] = []
    size = 0
    for index in indices:
        length = len(json.dumps(reviews[index])) + len(", ")
        if part and (len(part) == LIST_LENGTH or size + length > LIST_BYTES):
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
    target: Target, reviews: Sequence[str], *, singles: int, connections: int, kept: RepliesFile
) -> None:
    """Ask for every verdict that is not known yet, several at a time.

    Args:
        target: what is asked.
        reviews: all of them are sent in lists.
        singles: how many are sent one by one, too.
        connections: how many requests are sent at the same time.
        kept: receives the replies, and has those of an earlier run.

    Raises:
        EvaluationError: when the target failed for good; what it had answered is kept.
    """

    def together(part: list[int]) -> Reply:
        return target.ask_all([reviews[index] for index in part])

    def alone(part: list[int]) -> Reply:
        return target.ask(reviews[part[0]])

    known = kept.known(LISTS)
    wanted = [index for index in range(len(reviews)) if index not in known]
    _send(LISTS, together, list(parts(reviews, wanted)), connections, kept)
    known = kept.known(SINGLES)
    wanted = [index for index in sample(len(reviews), singles) if index not in known]
    _send(SINGLES, alone, [[index] for index in wanted], connections, kept)


def _send(
    kind: str,
    ask: Callable[[list[int]], Reply],
    asked: list[list[int]],
    connections: int,
    kept: RepliesFile,
) -> None:
    def send(indices: list[int]) -> int:
        reply = ask(indices)
        if len(reply.verdicts) != len(indices):
            raise EvaluationError(f"{len(reply.verdicts)} answers to {len(indices)} reviews")
        kept.add(kind, indices, reply)
        return len(indices)

    known = len(kept.known(kind))
    total = known + sum(map(len, asked))
    with (
        ThreadPoolExecutor(connections) as pool,
        tqdm(total=total, initial=known, desc=kind, unit="review", disable=None) as bar,
    ):
        futures = [pool.submit(send, indices) for indices in asked]
        try:
            for future in as_completed(futures):
                bar.update(future.result())
        except BaseException:
            # Those on their way are waited for and kept.
            pool.shutdown(cancel_futures=True)
            raise
