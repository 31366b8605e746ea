"""The CDK stacks of the sentiment web app, and their constructs."""

import sys
from pathlib import Path

# Datasets are read as the training reads them, and scheduled trainings get the request that the
# function makes; their folders are import roots.
ROOT = Path(__file__).resolve().parent.parent
sys.path += [str(ROOT / "model_code"), str(ROOT / "lambda_fn")]
