"""A small model, trained once by train.py."""

import io
import json
import os
import subprocess
import sys
import warnings
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import numpy as np
import pytest
import torch

import train
from scripts import ROOT
from sentiment.classifier import Classifier
from sentiment.explanation import Explanation
from tests.support.reviews import packaged_reviews

ODD = [
    "ok",
    "the",
    "\U0001f600",
    "映画は最高",
    "رائع",
    "<b>fine",
    "<i <b",
    "a\0b",
    "\0",
    "x " * 10_000,
]


def run_training(
    data: Path, folder: Path, *options: str, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run train.py with SageMaker's environment variables but without SageMaker."""
    environment = {
        **os.environ,
        **variables,
        "SM_CHANNEL_TRAINING": str(data),
        "SM_MODEL_DIR": str(folder / "model"),
        "SM_OUTPUT_DIR": str(folder / "output"),
        "SM_OUTPUT_DATA_DIR": str(folder / "data-output"),
    }
    return subprocess.run(
        [sys.executable, str(ROOT / "model_code" / "train.py"), *options],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip


def train_here(data: Path, folder: Path, *options: str) -> tuple[int, str, str]:
    """Run train.py in this process; return its exit code, output and errors.

    A warning is an error.
    """
    places = {
        "--training": data, "--model_dir": folder / "model", "--output_dir": folder / "output",
        "--output_data_dir": folder / "data-output",
    }  # fmt: skip
    arguments = [str(word) for place in places.items() for word in place]
    with (
        warnings.catch_warnings(action="error"),
        redirect_stdout(io.StringIO()) as output,
        redirect_stderr(io.StringIO()) as errors,
    ):
        code = train.main([*arguments, *options])
    torch.use_deterministic_algorithms(mode=False)
    return code, output.getvalue(), errors.getvalue()


def explain(model: Classifier, review: str) -> Explanation:
    """Return the explanation of one review."""
    return model.score([review], explain=True).explain(np.zeros(1, np.int64))[0]


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Train on 300 reviews, ten of them unusual; return the job's folder and output."""
    folder = tmp_path_factory.mktemp("training")
    data = folder / "data"
    data.mkdir()
    rows = packaged_reviews()[:290] + [(text, number % 2) for number, text in enumerate(ODD)]
    lines = (json.dumps({"text": text, "label": label}) for text, label in rows)
    (data / "sample.jsonl").write_text("\n".join(lines))
    done = run_training(data, folder, "--iterations", "20", "--unknown", "x")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""  # no warning, whatever is in the reviews
    return folder, done.stdout
