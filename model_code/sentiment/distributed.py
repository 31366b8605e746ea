"""Processes that train together, which torchrun starts on one host or several.

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
# Gloo exchanges data in main memory, also when NCCL exchanges the gradients.
BACKENDS = {"cpu": "gloo", "cuda": "cpu:gloo,cuda:nccl"}
CPU = torch.device("cpu")
# torch's deterministic mode requires it for matrix products on a GPU.
# Source: https://docs.pytorch.org/docs/stable/notes/randomness.html
CUBLAS_SETTING = ("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
PATIENCE = timedelta(minutes=10)  # some ranks read or clean their share more slowly


@dataclass(frozen=True)
class Ranks:
    """Processes that train together, as seen by one of them.

    Attributes:
        rank: number of this process; 0 writes and prints.
        size: number of processes.
        device: device of this process.
    """

    rank: int = 0
    size: int = 1
    device: torch.device = CPU

    @property
    def is_first(self) -> bool:
        """True for the process that writes and prints."""
        return self.rank == 0

    def all_reduce(self, tensor: Tensor) -> Tensor:
        """Sum a tensor over all ranks, in place."""
        if self.size > 1:
            distributed.all_reduce(tensor)
        return tensor

    def gather(self, mine: T) -> list[T]:
        """Return the values of all ranks, in the order of their numbers."""
        if self.size == 1:
            return [mine]
        everyone = [mine] * self.size
        distributed.all_gather_object(everyone, mine)
        return everyone


@contextmanager
def joined() -> Iterator[Ranks]:
    """Join the other ranks, if torchrun started any, for the duration of a `with` block."""
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
