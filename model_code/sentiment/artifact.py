"""The finished model as files: complete by itself, and without pickled objects."""

import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from sentiment.model import LSTMClassifier

WEIGHTS = "model.pt"
VOCABULARY = "vocabulary.json"
METADATA = "metadata.json"
CODE = "code"
SERVING_CODE = ("predict.py", "sentiment", "requirements.txt")
IGNORED = shutil.ignore_patterns("__pycache__", "*.pyc")


class WheelsError(RuntimeError):
    """The packages that serving needs could not be fetched."""


@dataclass(frozen=True)
class Artifact:
    """A model ready to judge reviews."""

    model: LSTMClassifier
    word_dict: dict[str, int]
    metadata: dict[str, Any]

    @property
    def pad(self) -> int:
        """How many words of a review the model reads."""
        return int(self.metadata["hyperparameters"]["pad"])

    @property
    def version(self) -> str:
        """Which training made the model."""
        return str(self.metadata["model_version"])


def save(artifact: Artifact, folder: Path) -> None:
    """Write weights, vocabulary and metadata."""
    folder.mkdir(parents=True, exist_ok=True)
    torch.save(artifact.model.state_dict(), folder / WEIGHTS)
    _write_json(folder / VOCABULARY, artifact.word_dict)
    _write_json(folder / METADATA, artifact.metadata)


def load(folder: Path) -> Artifact:
    """Read what `save` wrote; nothing in the files can run code."""
    metadata = json.loads((folder / METADATA).read_text("utf-8"))
    sizes = metadata["hyperparameters"]
    model = LSTMClassifier(sizes["embedding_dim"], sizes["hidden_dim"], sizes["vocab_size"])
    model.load_state_dict(torch.load(folder / WEIGHTS, map_location="cpu", weights_only=True))
    model.eval()
    return Artifact(model, json.loads((folder / VOCABULARY).read_text("utf-8")), metadata)


def code_sha256(source: Path) -> str:
    """Return a hash of the source directory's code, names and contents."""
    digest = hashlib.sha256()
    for file in sorted(source.rglob("*")):
        if file.is_file() and file.suffix in {".py", ".txt"} and "__pycache__" not in file.parts:
            digest.update(f"{file.relative_to(source).as_posix()}\0".encode())
            digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def add_serving_code(source: Path, folder: Path) -> None:
    """Copy what the serving container runs into `code/`, and fetch its packages as wheels.

    The toolkits read code only from `code/` inside the artifact, and install its requirements when
    the container starts. With the wheels beside it that needs no network, so that a later
    scale-out does not depend on a package index.

    Raises:
        WheelsError: when a package could not be fetched.
    """
    code = folder / CODE
    code.mkdir(parents=True, exist_ok=True)
    for name in SERVING_CODE:
        if (source / name).is_dir():
            shutil.copytree(source / name, code / name, ignore=IGNORED, dirs_exist_ok=True)
        else:
            shutil.copy(source / name, code / name)
    _fetch_wheels(code / "requirements.txt", code / "wheels")
    pins = (source / "requirements.txt").read_text("utf-8")
    (code / "requirements.txt").write_text(f"--no-index\n--find-links wheels\n{pins}", "utf-8")


def _fetch_wheels(requirements: Path, wheels: Path) -> None:
    command = [
        sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check",
        "--only-binary=:all:", "--no-deps", f"--dest={wheels}", f"--requirement={requirements}",
    ]  # fmt: skip
    done = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603 - no shell
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["pip gave no reason"]
        raise WheelsError(f"fetching the packages for serving failed: {lines[-1]}")


def _write_json(file: Path, content: Mapping[str, Any]) -> None:
    file.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", "utf-8")
