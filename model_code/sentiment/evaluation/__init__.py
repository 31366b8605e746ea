"""How good a trained model is, and how far its probabilities can be trusted."""

import logging

# Where matplotlib may keep its cache is no news of a training: without a home it takes a folder
# that it removes in the end, and warns of it while it is imported.
logging.getLogger("matplotlib").setLevel(logging.ERROR)
