"""Counting of terms: exact, shared by several processes, and within its memory."""

import subprocess
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from torch import distributed
from torch.multiprocessing.spawn import spawn

from scripts import ROOT
from sentiment.checkpoint import Checkpoint
from sentiment.datasets import Dataset
from sentiment.distributed import Ranks
from sentiment.hyperparameters import Hyperparameters
from sentiment.ngrams.blocks import read_blocks, spans
from sentiment.ngrams.counting import Counts, count_terms
from sentiment.ngrams.training import FOLDS, fit
from tests.model_code.ngrams.conftest import reviews, term_matrix

RANKS = 2


def expected(
    texts: list[str], groups: NDArray[np.int16], parameters: Hyperparameters
) -> dict[int, tuple[int, int]]:
    """Count and choose the slow way."""
    matrix = term_matrix(texts, parameters.max_order)
    pairs = zip(matrix.rows.tolist(), matrix.terms[matrix.columns].tolist(), strict=True)
    counts = Counter((term, groups[row] % 2) for row, term in pairs if groups[row] >= 0)
    both = {term: (counts[term, 0], counts[term, 1]) for term, _ in counts}
    frequent = (term for term, sides in both.items() if sum(sides) >= parameters.min_reviews)
    best = sorted(
        frequent,
        key=lambda term: (-sum(both[term]), -abs(both[term][1] - both[term][0]), term),
    )
    return {term: both[term] for term in sorted(best[: parameters.max_terms])}


def as_dict(counts: Counts) -> dict[int, tuple[int, ...]]:
    columns = zip(*counts.reviews.tolist(), strict=True)
    return dict(zip(counts.terms.tolist(), columns, strict=True))


@pytest.mark.parametrize("max_terms", [1, 7, 60, 10_000])
def test_the_terms_of_the_most_reviews_are_kept_with_exact_counts(max_terms: int) -> None:
    data = reviews(60, 5)
    parameters = Hyperparameters(max_terms=max_terms)
    groups = grouped(data)
    groups[::5] = -1  # not counted
    counts = count_terms(read_blocks(data.texts, 4), groups, 2, FOLDS, parameters, Ranks())
    every = counts.without(None, 2, parameters.min_reviews)
    for fold in range(FOLDS):
        counted = counts.without(fold, 2, parameters.min_reviews)
        trained = np.where(groups // 2 != fold, groups, -1).astype(np.int16)
        frequent = expected(data.texts, trained, Hyperparameters())
        best = {term: columns for term, columns in frequent.items() if term in as_dict(every)}
        assert as_dict(counted) == best
    assert as_dict(every) == expected(data.texts, groups, parameters)


def grouped(data: Dataset) -> NDArray[np.int16]:
    """Return the label of each review, plus 2 for each fold before its own."""
    labels = np.array(data.labels)
    return (labels + 2 * (np.arange(len(labels)) // 4 % FOLDS)).astype(np.int16)


@given(st.lists(st.integers(0, 9)), st.integers(1, 12))
def test_spans_divide_a_sequence(sizes: list[int], limit: int) -> None:
    parts = [sizes[part] for part in spans(np.array(sizes, np.int64), limit)]
    assert [size for part in parts for size in part] == sizes
    assert all(sum(part[1:]) < limit for part in parts)


def count_and_fit(rank: int, folder: Path) -> None:
    """Count and train as one of several processes, and save what this one found."""
    torch.set_num_threads(1)
    distributed.init_process_group(
        "gloo", init_method=f"file://{folder}/meeting", rank=rank, world_size=RANKS,
        timeout=timedelta(minutes=2),
    )  # fmt: skip
    ranks, data = Ranks(rank, RANKS), reviews(360, 1)
    groups = grouped(data)[rank::RANKS]
    texts = data.texts[rank::RANKS]
    counted = count_terms(read_blocks(texts, 4), groups, 2, FOLDS, few_terms(), ranks)
    model = fit(data, few_terms(), ranks, Checkpoint(None, "")).model
    (folder / str(rank)).mkdir()
    model.save(folder / str(rank))
    np.savez(folder / str(rank) / "counts.npz", terms=counted.terms, reviews=counted.reviews)
    distributed.destroy_process_group()


def few_terms() -> Hyperparameters:
    """Return hyperparameters with which terms are left out."""
    return Hyperparameters(max_terms=300, iterations=10)


def test_ranks_count_like_one_process_and_end_equal(tmp_path: Path) -> None:
    spawn(count_and_fit, (tmp_path,), RANKS)  # type: ignore[no-untyped-call]
    data = reviews(360, 1)
    blocks = read_blocks(data.texts, 4)
    alone = count_terms(blocks, grouped(data), 2, FOLDS, few_terms(), Ranks())
    for rank in range(RANKS):
        found = np.load(tmp_path / str(rank) / "counts.npz")
        np.testing.assert_array_equal(found["terms"], alone.terms)
        np.testing.assert_array_equal(found["reviews"], alone.reviews)
    first, second = (tmp_path / str(rank) / "ngrams.npz" for rank in range(RANKS))
    assert first.read_bytes() == second.read_bytes()


MEASURE = """
import resource
import numpy as np
from sentiment.checkpoint import Checkpoint
from sentiment.datasets import Dataset
from sentiment.datasets import Dataset
from sentiment.distributed import Ranks
from sentiment.hyperparameters import Hyperparameters
from sentiment.ngrams.training import fit

random = np.random.default_rng(1)

def peak(count):
    words = random.zipf(1.2, (count, 230)) % 50_000
    texts = [" ".join(f"w{word}" for word in row) for row in words.tolist()]
    data = Dataset(texts, [number % 2 for number in range(count)])
    parameters = Hyperparameters(iterations=1, max_terms=100_000)
    fit(data, parameters, Ranks(), Checkpoint(None, ""))
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024

peak(100)  # imports
first = peak(1000)
print((peak(3000) - first) / 2000)
"""


def test_each_review_takes_30_kilobytes_of_memory_at_most() -> None:
    done = subprocess.run(
        [sys.executable, "-c", MEASURE],
        env={"PYTHONPATH": str(ROOT / "model_code")},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert float(done.stdout.splitlines()[-1]) < 30_000
