"""Evaluation of a trained model and calibration of its probabilities."""

import logging

# Without a home directory matplotlib warns on import that it uses a temporary cache.
logging.getLogger("matplotlib").setLevel(logging.ERROR)
