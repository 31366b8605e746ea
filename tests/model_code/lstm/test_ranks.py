"""Training of an LSTM by several processes over gloo."""

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import torch
from torch import distributed
from torch.multiprocessing.spawn import spawn

from sentiment.checkpoint import Checkpoint
from sentiment.distributed import Ranks
from tests.model_code.lstm.test_training import SMALL, trained

RANKS = 2


class ReclaimedError(Exception):
    """The host has failed."""


class Reclaimed(Checkpoint):
    """A checkpoint whose host fails after the first save."""

    def save(self, state: dict[str, Any]) -> None:
        super().save(state)
        raise ReclaimedError


def train_and_resume(rank: int, folder: Path) -> None:
    """Train without and with an interruption, and save both results."""
    os.environ["GLOO_SOCKET_IFNAME"] = "lo"
    torch.set_num_threads(1)
    distributed.init_process_group(
        "gloo", init_method=f"file://{folder}/meeting", rank=rank, world_size=RANKS,
        timeout=timedelta(minutes=2),
    )  # fmt: skip
    ranks, place = Ranks(rank, RANKS), (folder, "this", rank == 0)
    undisturbed = trained(SMALL, ranks=ranks)
    try:
        trained(SMALL, Reclaimed(*place), ranks)
    except ReclaimedError:
        distributed.barrier()
    resumed = trained(SMALL, Checkpoint(*place), ranks)
    torch.save((undisturbed, resumed), folder / f"{rank}.pt")
    distributed.destroy_process_group()


def test_resumed_ranks_end_with_the_weights_of_uninterrupted_ones(tmp_path: Path) -> None:
    spawn(train_and_resume, (tmp_path,), RANKS)  # type: ignore[no-untyped-call]
    found = [
        result
        for rank in range(RANKS)
        for result in torch.load(tmp_path / f"{rank}.pt", weights_only=True)
    ]
    (weights, curve), *others = found
    assert [look["step"] for look in curve] == [1, 2, 3]
    for other_weights, other_curve in others:
        assert other_curve == curve
        assert all(torch.equal(weights[name], other_weights[name]) for name in weights)
