"""The CDK stacks of the sentiment web app, and their constructs."""

import sys
from pathlib import Path

# Datasets are read as the training reads them; its folder is an import root.
sys.path.append(str(Path(__file__).resolve().parent.parent / "model_code"))
