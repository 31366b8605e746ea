"""The virtual environments of the model servers in AWS's images."""

import os
import shutil
import sys
from pathlib import Path
from typing import NamedTuple


class Environment(NamedTuple):
    """A virtual environment with a model server.

    Attributes:
        python: path of its Python, which may not exist.
        made_by: command that creates the environment.
        java: whether the server needs Java.
    """

    python: Path
    made_by: str
    java: bool = True

    def missing(self) -> str | None:
        """Return the reason why the server cannot run, or None."""
        if self.java and shutil.which("java") is None:
            return "Java 17 is not installed"
        if not self.python.exists():
            return f"`{self.made_by}` has not been run"
        return None


def _python(variable: str, folder: str) -> Path:
    return Path(os.environ.get(variable, Path(sys.prefix) / folder / "bin" / "python"))


# With TorchServe, by torch version: the training image's and the serving image's.
ENVIRONMENTS = {
    "2.13": Environment(_python("TORCHSERVE_PYTHON", "torchserve"), "make proof"),
    "2.6": Environment(_python("TORCH_2_6_PYTHON", "torchserve-2.6"), "make torch-2.6"),
}
SCIKIT_LEARN = Environment(_python("SCIKIT_LEARN_PYTHON", "scikit-learn"), "make proof", java=False)
