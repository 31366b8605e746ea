"""The processes of one training, on one machine or several, as torchrun starts them.

Source: https://docs.pytorch.org/docs/stable/elastic/run.html
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

import torch
from torch import Tensor, distributed

T = TypeVar("T")
# Gloo carries what lives in main memory, whatever the gradients' way is.
BACKENDS = {"cpu": "gloo", "cuda": "cpu:gloo,cuda:nccl"}
CPU = torch.device("cpu")
# Without it torch's deterministic mode refuses every matrix product on a GPU.
# Source: https://docs.pytorch.org/docs/stable/notes/randomness.html
CUBLAS_SETTING = ("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
PATIENCE = timedelta(minutes=10)  # for a rank that reads or cleans more slowly than the others


@dataclass(frozen=True)
class Ranks:
    """The processes that train together, as one of them sees them.

    Attributes:
        rank: number of this process, 0 for the one that writes and prints.
        size: how many there are.
        device: where this process computes.
    """

    rank: int = 0
    size: int = 1
    device: torch.device = CPU

    @property
    def is_first(self) -> bool:
        """Return whether this process is the one that writes and prints."""
        return self.rank == 0

    def all_reduce(self, tensor: Tensor) -> Tensor:
        """Add up a tensor over all ranks, in place."""
        if self.size > 1:
            distributed.all_reduce(tensor)
        return tensor

    def gather(self, mine: T) -> list[T]:
        """Return what every rank has, in the order of their numbers."""
        if self.size == 1:
            return [mine]
        everyone = [mine] * self.size
        distributed.all_gather_object(everyone, mine)
        return everyone


@contextmanager
def joined() -> Iterator[Ranks]:
    """Join the other ranks, if torchrun started any, for the length of a `with` block."""
    size = int(os.environ.get("WORLD_SIZE", "1"))
    kind = "cuda" if torch.cuda.is_available() else "cpu"
    local_rank = int(os.environ.get("LOCAL_RANK", "0"))
    device = torch.device(kind, local_rank) if kind == "cuda" else torch.device(kind)
    os.environ.setdefault(*CUBLAS_SETTING)
    if size == 1:
        yield Ranks(device=device)
        return
    if kind == "cuda":
        torch.cuda.set_device(device)
    if "SM_NETWORK_INTERFACE_NAME" in os.environ:
        os.environ.setdefault("GLOO_SOCKET_IFNAME", os.environ["SM_NETWORK_INTERFACE_NAME"])
    distributed.init_process_group(BACKENDS[kind], timeout=PATIENCE)
    try:
        yield Ranks(distributed.get_rank(), size, device)
    finally:
        distributed.destroy_process_group()
