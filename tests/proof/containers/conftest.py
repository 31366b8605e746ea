"""Model artifacts, trained by the real toolkit in the embedded AWS."""

import io
import json
import tarfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from local_aws.testing import free_port
from scripts import ROOT
from stacks.building_blocks.assets import source_files
from tests.local_aws.conftest import Emulator, ended, started
from tests.local_aws.support import jobs
from tests.local_aws.support.archives import archive
from tests.support.reviews import packaged_reviews

BUCKET = "own-servers"
TRAINING_ROWS = 4000
UNSEEN_ROWS = 1000
# Hyperparameters by architecture, which is also the job's name. The LSTM need not be accurate.
HYPERPARAMETERS = {
    "ngrams": {"iterations": "30"},
    "lstm": {
        "epochs": "1", "embedding_dim": "8", "hidden_dim": "8", "vocab_size": "2000", "pad": "100",
    },
}  # fmt: skip
# The number of threads changes the rounding of sums.
ENVIRONMENT = {"OMP_NUM_THREADS": "1"}


@dataclass(frozen=True)
class Trained:
    """A finished training and its inputs.

    Attributes:
        model: folder of the unpacked artifact, /opt/ml/model in a serving container.
        source: source archive, a tar.gz.
        dataset: content of the training channel, JSON lines.
    """

    model: Path
    source: bytes
    dataset: bytes


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Trained]:
    """Train each architecture through CreateTrainingJob of the embedded AWS."""
    folder = tmp_path_factory.mktemp("trained")
    files = source_files(ROOT / "model_code")
    source = archive({name: path.read_bytes() for name, path in files.items()})
    rows = packaged_reviews()[:TRAINING_ROWS]
    lines = (json.dumps({"text": text, "label": label}) + "\n" for text, label in rows)
    dataset = "".join(lines).encode()
    emulator = started(free_port(), folder / "state")
    try:
        packed = _train(emulator, source, dataset)
    finally:
        ended(emulator.state)
    for name, content in packed.items():
        with tarfile.open(fileobj=io.BytesIO(content), mode="r:gz") as model:
            model.extractall(folder / name / "model")  # noqa: S202 - made by this test
    return {name: Trained(folder / name / "model", source, dataset) for name in packed}


@pytest.fixture(scope="session")
def unseen() -> list[str]:
    """Reviews that were not trained on."""
    return [text for text, _ in packaged_reviews()[TRAINING_ROWS : TRAINING_ROWS + UNSEEN_ROWS]]


def hyperparameters(architecture: str, source: str) -> dict[str, str]:
    """Return a job's hyperparameters; `source` is the URI or path of the source archive."""
    return {
        "architecture": architecture,
        "sagemaker_program": "train.py",
        "sagemaker_submit_directory": source,
        **HYPERPARAMETERS[architecture],
    }


def _train(emulator: Emulator, source: bytes, dataset: bytes) -> dict[str, bytes]:
    """Run the training jobs and return their model.tar.gz."""
    s3, sagemaker = emulator.client("s3"), emulator.client("sagemaker")
    s3.create_bucket(Bucket=BUCKET)
    s3.put_object(Bucket=BUCKET, Key="source.tar.gz", Body=source)
    s3.put_object(Bucket=BUCKET, Key="training/reviews.jsonl", Body=dataset)
    channel = jobs.channel("training", "training/")
    channel["DataSource"]["S3DataSource"]["S3Uri"] = f"s3://{BUCKET}/training/"
    for name in HYPERPARAMETERS:
        request = jobs.request(name, "", InputDataConfig=[channel], Environment=ENVIRONMENT)
        request["HyperParameters"] = hyperparameters(name, f"s3://{BUCKET}/source.tar.gz")
        request["OutputDataConfig"] = {"S3OutputPath": f"s3://{BUCKET}/output"}
        sagemaker.create_training_job(**request)
    return {name: _artifact(emulator, name) for name in HYPERPARAMETERS}


def _artifact(emulator: Emulator, name: str) -> bytes:
    """Wait for a job and return its model.tar.gz."""
    job = jobs.ended(emulator, name)
    assert job["TrainingJobStatus"] == "Completed", jobs.lines(emulator, name)
    key = f"output/{name}/output/model.tar.gz"
    packed: bytes = emulator.client("s3").get_object(Bucket=BUCKET, Key=key)["Body"].read()
    return packed
