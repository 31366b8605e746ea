"""Benchmarks: this model, the notebook's algorithm and two peers, compared in one run."""

import sys

from scripts import ROOT

# The benchmark reads and splits reviews as the training does, whose folder is an import root.
sys.path.insert(0, str(ROOT / "model_code"))
