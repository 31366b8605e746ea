"""Sends all reviews in lists and a sample of them one by one, and keeps the replies."""

import json
import os
import random
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from threading import Lock
from typing import TextIO, TypeVar

from tqdm import tqdm

from scripts.evaluate import EvaluationError
from scripts.evaluate.targets import ATTEMPTS, BusyError, Target, Verdict, classify

T = TypeVar("T")

LISTS, SINGLES = "lists", "singles"
LIST_LENGTH = 512
LIST_BYTES = 3_500_000  # as JSON; a serverless endpoint takes 4 MB, Lambda 6 MB with its envelope
SEED = 1
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0  # seconds

Asked = tuple[str, tuple[int, ...]]  # LISTS or SINGLES, and the indices of the reviews


@dataclass(frozen=True)
class Reply:
    """A target's answer to one request, and its duration.

    Attributes:
        verdicts: verdict on each review, in order.
        version: version of the model; empty when every review was refused.
        seconds: duration of the successful attempt.
        retries: number of failed attempts before it.
    """

    verdicts: list[Verdict]
    version: str
    seconds: float
    retries: int


def patiently(ask: Callable[[], T]) -> tuple[T, float, int]:
    """Repeat a request while its target is busy.

    The pauses double, with random jitter so that requests refused together do not return together.

    Returns:
        The answer, the duration of its attempt in seconds, and the number of earlier attempts.

    Raises:
        EvaluationError: when the target stays busy.
    """
    retries = 0
    while True:
        started = time.perf_counter()
        try:
            return ask(), time.perf_counter() - started, retries
        except BusyError as busy:
            if retries == ATTEMPTS - 1:
                raise EvaluationError(f"{busy}, {ATTEMPTS} times") from busy
            pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2**retries) * random.uniform(0.5, 1)  # noqa: S311 - not a secret
            time.sleep(max(busy.retry_after, pause))
            retries += 1


class Replies:
    """Replies in a file, so that an interrupted evaluation can continue.

    The first JSON line names the subject; each of the others is one reply.
    """

    def __init__(self, path: Path, subject: dict[str, str]) -> None:
        """Read the replies of an earlier evaluation of the same subject.

        Args:
            path: the file; its folder is created if needed.
            subject: target, model version and hash of the reviews.

        Raises:
            EvaluationError: when the file holds anything but replies.
        """
        self.replies: dict[Asked, Reply] = {}
        self._lock = Lock()
        path.parent.mkdir(parents=True, exist_ok=True)
        same = path.exists() and self._read(path, subject)
        self._file: TextIO = path.open("a" if same else "w", encoding="utf-8")
        if not same:
            self._write(subject)

    def _read(self, path: Path, subject: dict[str, str]) -> bool:
        lines = path.read_bytes().splitlines(keepends=True)
        try:
            whole = lines and lines[0].endswith(b"\n")
            if not whole or json.loads(lines[0]) != subject:
                return False
            if not lines[-1].endswith(b"\n"):  # from an interrupted write
                os.truncate(path, path.stat().st_size - len(lines.pop()))
            for row in map(json.loads, lines[1:]):
                self.replies[row["kind"], tuple(row["indices"])] = Reply(**row["reply"])
        except (ValueError, TypeError, KeyError) as error:
            raise EvaluationError(f"{path}: not a file of replies ({error})") from error
        return True

    def add(self, kind: str, indices: list[int], reply: Reply) -> None:
        """Store a reply immediately; thread-safe."""
        with self._lock:
            self.replies[kind, tuple(indices)] = reply
            self._write({"kind": kind, "indices": indices, "reply": asdict(reply)})

    def answered(self, kind: str) -> set[int]:
        """Return the indices of the reviews with a reply."""
        return {index for of, indices in self.replies if of == kind for index in indices}

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _write(self, row: object) -> None:
        self._file.write(json.dumps(row) + "\n")
        self._file.flush()


def split(reviews: Sequence[str], indices: Sequence[int]) -> Iterator[list[int]]:
    """Split indices into lists, each of which fits into one request."""
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
    """Return the indices of a random sample that is the same in every run."""
    return sorted(random.Random(SEED).sample(range(count), min(count, wanted)))  # noqa: S311 - not a secret


def run(
    target: Target, reviews: Sequence[str], *, singles: int, connections: int, replies: Replies
) -> None:
    """Request every missing verdict.

    Args:
        target: the deployed model.
        reviews: the reviews; all of them are sent in lists.
        singles: number of reviews that are also sent one by one.
        connections: number of requests sent at the same time.
        replies: earlier replies; receives the new ones.

    Raises:
        EvaluationError: when the target failed; replies received before that are kept.
    """
    everything = range(len(reviews))
    for kind, wanted in ((LISTS, everything), (SINGLES, sample(len(reviews), singles))):
        answered = replies.answered(kind)
        missing = sorted(set(wanted) - answered)
        parts = [[i] for i in missing] if kind == SINGLES else list(split(reviews, missing))
        send = partial(_send, target, reviews, replies, kind)
        with tqdm(
            total=len(answered) + len(missing),
            initial=len(answered),
            desc=kind,
            unit="review",
            disable=None,
        ) as bar:
            _send_all(send, parts, connections, bar.update)


def _send(
    target: Target, reviews: Sequence[str], replies: Replies, kind: str, part: list[int]
) -> None:
    texts = [reviews[index] for index in part]
    (verdicts, version), seconds, retries = patiently(
        lambda: classify(target, texts, in_list=kind == LISTS)
    )
    if len(verdicts) != len(part):
        raise EvaluationError(f"{len(verdicts)} verdicts for {len(part)} reviews")
    replies.add(kind, part, Reply(verdicts, version, seconds, retries))


def _send_all(
    send: Callable[[list[int]], None],
    parts: list[list[int]],
    connections: int,
    done: Callable[[int], object],
) -> None:
    with ThreadPoolExecutor(connections) as pool:
        futures = {pool.submit(send, part): len(part) for part in parts}
        try:
            for future in as_completed(futures):
                future.result()
                done(futures[future])
        except BaseException:
            pool.shutdown(
                cancel_futures=True
            )  # await the requests in flight and keep their replies
            raise
