"""A training's state on disk, so that a training that was cut off goes on where it stood.

Source: https://docs.aws.amazon.com/sagemaker/latest/dg/model-checkpoints.html
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

FILE = "checkpoint.pt"


@dataclass(frozen=True)
class Checkpoint:
    """The newest state of one training.

    Attributes:
        folder: where it is kept; None keeps nothing.
        training: what tells this training from others; a state of another one is not used.
        writes: whether this process is the one that saves.
    """

    folder: Path | None
    training: str
    writes: bool = True

    def save(self, state: dict[str, Any]) -> None:
        """Keep tensors, numbers, texts, lists and dicts in place of what was kept before."""
        if self.folder is None or not self.writes:
            return
        # Renaming is all or nothing: SageMaker copies the folder at any moment, and the machine may
        # go at any moment.
        unfinished = self.folder / f".{FILE}"
        torch.save({"training": self.training, "state": state}, unfinished)
        unfinished.replace(self.folder / FILE)

    def load(self) -> dict[str, Any] | None:
        """Return what was kept, or None when there is nothing of this training."""
        if self.folder is None or not (self.folder / FILE).is_file():
            return None
        kept = torch.load(self.folder / FILE, map_location="cpu", weights_only=True)
        if kept["training"] != self.training:
            print(f"{FILE} is of another training and is not used", flush=True)
            return None
        state: dict[str, Any] = kept["state"]
        return state
