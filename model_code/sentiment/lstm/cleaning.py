"""Conversion of a dataset to words on all cores, with progress."""

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from os import cpu_count

from sentiment.lstm.words import WORDS

CHUNK = 500


def clean(reviews: Sequence[str], words: str, name: str) -> list[list[str]]:
    """Convert reviews to words, in order.

    A line is printed after each quarter.

    Args:
        reviews: raw texts.
        words: way to read words, a key of `WORDS`.
        name: name of the dataset for the progress display.
    """
    if len(reviews) <= CHUNK * 4:
        return _clean_chunk(words, reviews)  # faster than starting processes
    chunks = [reviews[start : start + CHUNK] for start in range(0, len(reviews), CHUNK)]
    done: list[list[str]] = []
    # Spawned, not forked: torch's threads do not survive a fork.
    with ProcessPoolExecutor(cpu_count(), mp_context=get_context("spawn")) as pool:
        for cleaned in pool.map(partial(_clean_chunk, words), chunks):
            before = len(done) * 4 // len(reviews)
            done += cleaned
            if len(done) * 4 // len(reviews) > before:
                print(f"cleaned {len(done)} of {len(reviews)} {name} reviews", flush=True)
    return done


def _clean_chunk(words: str, reviews: Sequence[str]) -> list[list[str]]:
    return [WORDS[words].read(review) for review in reviews]
