"""Batch scoring: every review of a file, judged by the model of a deployed endpoint."""

import sys

from scripts import ROOT

# The training code reads the formats of reviews; its folder is an import root.
sys.path.insert(0, str(ROOT / "model_code"))


class ScoreError(Exception):
    """The file cannot be scored; the message is one line."""

    def __init__(self, reason: object) -> None:
        """Join the lines of a message."""
        super().__init__(" ".join(str(reason).split()))
