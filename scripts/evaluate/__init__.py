"""Measuring a deployed model with test reviews, as the notebook does."""

import sys

from scripts import ROOT

# The readers of datasets and the figures are those of the training, which is no package here.
sys.path.insert(0, str(ROOT / "model_code"))
