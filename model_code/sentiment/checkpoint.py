"""Checkpoint from which an interrupted training run resumes.

Source: https://docs.aws.amazon.com/sagemaker/latest/dg/model-checkpoints.html
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

FILE = "checkpoint.pt"


@dataclass(frozen=True)
class Checkpoint:
    """Latest state of a training run.

    Attributes:
        folder: folder of the checkpoint; None disables it.
        training: hash of the run's inputs; a state with another hash is ignored.
        writes: whether this process saves the state.
    """

    folder: Path | None
    training: str
    writes: bool = True

    def save(self, state: dict[str, Any]) -> None:
        """Replace the saved state; it may contain tensors, numbers, strings, lists and dicts."""
        if self.folder is None or not self.writes:
            return
        # Renaming is atomic: SageMaker may copy the folder, or the host may stop, at any moment.
        unfinished = self.folder / f".{FILE}"
        torch.save({"training": self.training, "state": state}, unfinished)
        unfinished.replace(self.folder / FILE)

    def load(self) -> dict[str, Any] | None:
        """Return the saved state, or None when this run has none."""
        if self.folder is None or not (self.folder / FILE).is_file():
            return None
        kept = torch.load(self.folder / FILE, map_location="cpu", weights_only=True)
        if kept["training"] != self.training:
            print(f"{FILE} belongs to another training and is ignored", flush=True)
            return None
        state: dict[str, Any] = kept["state"]
        return state
