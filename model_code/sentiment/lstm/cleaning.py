"""Cleaning a whole dataset once, on all cores, with progress."""

import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from os import cpu_count

from tqdm import tqdm

from sentiment.lstm.words import review_to_words

CHUNK = 500


def clean(reviews: Sequence[str], name: str) -> list[list[str]]:
    """Convert reviews to words, in their order.

    On a terminal a progress bar runs on standard error; in a log a line a quarter appears.

    Args:
        reviews: raw texts.
        name: what they are, for the progress display.
    """
    if len(reviews) <= CHUNK * 4:
        return _clean_chunk(reviews)  # sooner done than the processes are started
    chunks = [reviews[start : start + CHUNK] for start in range(0, len(reviews), CHUNK)]
    words: list[list[str]] = []
    bar = tqdm(
        total=len(reviews),
        desc=f"cleaning {name}",
        unit=" reviews",
        disable=not sys.stderr.isatty(),
    )
    # A fresh process instead of a fork: torch's threads do not survive forking.
    with bar, ProcessPoolExecutor(cpu_count(), mp_context=get_context("spawn")) as pool:
        for cleaned in pool.map(_clean_chunk, chunks):
            before = len(words) * 4 // len(reviews)
            words += cleaned
            bar.update(len(cleaned))
            if bar.disable and len(words) * 4 // len(reviews) > before:
                print(f"cleaned {len(words)} of {len(reviews)} {name} reviews", flush=True)
    return words


def _clean_chunk(reviews: Sequence[str]) -> list[list[str]]:
    return [review_to_words(review) for review in reviews]
