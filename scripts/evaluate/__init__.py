"""Evaluation of a deployed model with test reviews."""

import sys

from scripts import ROOT

# The training code reads datasets and computes metrics; its folder is an import root.
sys.path.insert(0, str(ROOT / "model_code"))


class EvaluationError(Exception):
    """The evaluation cannot run; the message is one line."""

    def __init__(self, reason: str) -> None:
        """Join the lines of a message."""
        super().__init__(" ".join(reason.split()))
