"""The project's train.py run by SageMaker's toolkit, on two hosts and on spot instances."""

import json
import re
from typing import Any

import psutil
import pytest

from scripts import ROOT
from stacks.building_blocks.assets import source_files
from tests.local_aws.conftest import Emulator, emulator, processes_naming, run_cli
from tests.local_aws.support import jobs
from tests.local_aws.support.archives import archive, unpacked
from tests.support.reviews import packaged_reviews
from tests.support.waiting import until

pytestmark = pytest.mark.slow
__all__ = ["emulator"]  # a fixture of this module
BUCKET = "model-code-training"
TRAINING_ROWS, TESTING_ROWS = 2000, 1000
ENDLESS = 100_000  # iterations of a job that the test kills
DIGEST = re.compile(r"rank=(\d) model_sha256=([0-9a-f]{64})")


def request(name: str, *, hosts: int = 1, iterations: int = 150, **changes: Any) -> dict[str, Any]:
    """Return CreateTrainingJob's parameters for a job on the sample."""
    made = jobs.request(
        name,
        "",
        InputDataConfig=[jobs.channel(c, f"{c}/") for c in ("training", "testing")],
        # The jobs run concurrently, and more threads than cores would slow them down.
        Environment={"OMP_NUM_THREADS": "1"},
        **changes,
    )
    for part in made["InputDataConfig"]:
        part["DataSource"]["S3DataSource"]["S3Uri"] = f"s3://{BUCKET}/{part['ChannelName']}/"
    made["HyperParameters"] = {
        "sagemaker_program": "train.py",
        "sagemaker_submit_directory": f"s3://{BUCKET}/source.tar.gz",
        "iterations": str(iterations),
    }
    if hosts > 1:
        made["HyperParameters"]["sagemaker_torch_distributed_enabled"] = "true"
    made["OutputDataConfig"] = {"S3OutputPath": f"s3://{BUCKET}/output"}
    made["ResourceConfig"]["InstanceCount"] = hosts
    return made


def spot_request(name: str) -> dict[str, Any]:
    """Return the parameters of a job on a spot instance."""
    return request(
        name,
        EnableManagedSpotTraining=True,
        CheckpointConfig={"S3Uri": f"s3://{BUCKET}/checkpoints/{name}/"},
        StoppingCondition={"MaxRuntimeInSeconds": 300, "MaxWaitTimeInSeconds": 300},
    )


def as_lines(rows: list[tuple[str, int]]) -> bytes:
    """Return reviews as JSON lines."""
    return "\n".join(json.dumps({"text": text, "label": label}) for text, label in rows).encode()


@pytest.fixture(scope="module")
def trainings(emulator: Emulator) -> Emulator:
    """An emulator that runs the training jobs of all tests in this module concurrently."""
    s3, sagemaker = emulator.client("s3"), emulator.client("sagemaker")
    s3.create_bucket(Bucket=BUCKET)
    files = source_files(ROOT / "model_code")
    # The requirements are installed; without the file, pip need not check them on seven hosts.
    del files["requirements.txt"]
    packed = archive({name: path.read_bytes() for name, path in files.items()})
    rows = packaged_reviews()[: TRAINING_ROWS + TESTING_ROWS]
    for key, body in {
        "source.tar.gz": packed,
        "training/reviews.jsonl": as_lines(rows[:TRAINING_ROWS]),
        "testing/reviews.jsonl": as_lines(rows[TRAINING_ROWS:]),
        "defect/reviews.jsonl": b'{"text": "fine", "label": 1}\n{"text": "", "label": 0}\n',
    }.items():
        s3.put_object(Bucket=BUCKET, Key=key, Body=body)
    defect = request("reads-a-defect", hosts=2)
    defect["InputDataConfig"][0]["DataSource"]["S3DataSource"]["S3Uri"] = f"s3://{BUCKET}/defect/"
    for job in (
        spot_request("interrupted"),
        request("uninterrupted"),
        request("two-hosts", hosts=2),
        request("loses-a-rank", hosts=2, iterations=ENDLESS),
        defect,
    ):
        sagemaker.create_training_job(**job)
    interrupt(emulator, "interrupted")  # at once, before the training can end
    return emulator


def interrupt(emulator: Emulator, name: str) -> None:
    """Interrupt a spot job as soon as it has saved its first checkpoint."""
    s3 = emulator.client("s3")
    checkpoint = {"Bucket": BUCKET, "Prefix": f"checkpoints/{name}/checkpoint.pt"}
    until(
        lambda: "Contents" in s3.list_objects_v2(**checkpoint),
        explain=lambda: jobs.lines(emulator, name),
    )
    done = run_cli("interrupt", name, "--state", str(emulator.state))
    assert done.returncode == 0, done.stderr


def completed(emulator: Emulator, name: str) -> dict[str, Any]:
    """Wait for a job that must succeed, and return the metadata in its artifact."""
    job = jobs.ended(emulator, name)
    assert job["TrainingJobStatus"] == "Completed", jobs.lines(emulator, name)
    key = f"output/{name}/output/model.tar.gz"
    body = emulator.client("s3").get_object(Bucket=BUCKET, Key=key)["Body"].read()
    metadata: dict[str, Any] = json.loads(unpacked(body)["metadata.json"])
    return metadata


def digests(emulator: Emulator, name: str) -> dict[str, str]:
    """Return the SHA-256 of the model that each rank ended with."""
    return dict(DIGEST.findall("\n".join(jobs.lines(emulator, name))))


def wait_for(emulator: Emulator, name: str, line: str) -> None:
    """Wait until a job has logged a line with this prefix."""
    until(
        lambda: any(said.startswith(line) for said in jobs.lines(emulator, name)),
        explain=lambda: jobs.lines(emulator, name),
    )


def test_a_killed_rank_fails_the_job_with_its_reason(trainings: Emulator) -> None:
    wait_for(trainings, "loses-a-rank", "step=")
    folder = trainings.state / "sagemaker" / "training" / "loses-a-rank"
    (launcher,) = [
        pid
        for pid, command in processes_naming(folder).items()
        if "torchrun" in command and "--node_rank 1" in command
    ]
    (rank,) = [p for p in psutil.Process(launcher).children() if "train.py" in p.cmdline()]
    rank.kill()
    job = jobs.ended(trainings, "loses-a-rank")
    assert job["TrainingJobStatus"] == "Failed"
    assert "--node_rank 1 train.py" in job["FailureReason"]
    assert not jobs.exists(trainings, job["ModelArtifacts"]["S3ModelArtifacts"])


def test_an_interrupted_training_produces_the_same_model(trainings: Emulator) -> None:
    metadata = completed(trainings, "interrupted")
    lines = jobs.lines(trainings, "interrupted")
    assert any(line.startswith("resumed after step ") for line in lines)
    uninterrupted = completed(trainings, "uninterrupted")
    assert digests(trainings, "interrupted") == digests(trainings, "uninterrupted")
    assert metadata["metrics"] == uninterrupted["metrics"]
    assert metadata["calibration"] == uninterrupted["calibration"]


def test_two_hosts_produce_one_model_as_accurate_as_one_host(trainings: Emulator) -> None:
    pair, single = (completed(trainings, name) for name in ("two-hosts", "uninterrupted"))
    by_rank = digests(trainings, "two-hosts")
    assert set(by_rank) == {"0", "1"}
    assert len(set(by_rank.values())) == 1
    assert (pair["ranks"], single["ranks"]) == (2, 1)
    accuracies = [found["metrics"]["accuracy"] for found in (pair, single)]
    assert min(accuracies) > 0.8
    assert abs(accuracies[0] - accuracies[1]) <= 0.005


def test_bad_data_fails_a_job_on_two_hosts_with_its_line(trainings: Emulator) -> None:
    job = jobs.ended(trainings, "reads-a-defect")
    assert job["TrainingJobStatus"] == "Failed"
    assert "reviews.jsonl, line 2: the review is empty" in job["FailureReason"]
