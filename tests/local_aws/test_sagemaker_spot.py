"""Managed spot training: interruptions, and checkpoints that outlive them."""

import json
import os
import signal
from itertools import pairwise
from pathlib import Path
from typing import Any

import psutil
import pytest
from botocore.exceptions import ClientError

from local_aws import process
from local_aws.testing import free_port
from tests.local_aws.conftest import (
    Emulator,
    ended,
    processes_naming,
    run_cli,
    started,
)
from tests.local_aws.support import jobs
from tests.local_aws.support.archives import archive, unpacked
from tests.support.waiting import until

BUCKET = "spot-training"
SCRIPT = Path(__file__).with_name("support") / "spot_train.py"
INTERRUPTED = [
    "Starting", "Downloading", "Training", "Interrupted",
    "Starting", "Downloading", "Training", "Uploading", "Completed",
]  # fmt: skip


def request(name: str, *, hosts: int = 1, limit: int = 300, **changes: Any) -> dict[str, Any]:
    """Return CreateTrainingJob's parameters for a spot job."""
    made = jobs.request(name, "count", EnableManagedSpotTraining=True, **changes)
    made["HyperParameters"] |= {"sagemaker_submit_directory": f"s3://{BUCKET}/source.tar.gz"}
    if hosts > 1:
        made["HyperParameters"] |= {"sagemaker_torch_distributed_enabled": "true"}
    made["OutputDataConfig"] = {"S3OutputPath": f"s3://{BUCKET}/output"}
    made["ResourceConfig"]["InstanceCount"] = hosts
    made["CheckpointConfig"] = {"S3Uri": f"s3://{BUCKET}/checkpoints/{name}/"}
    made["StoppingCondition"] = {"MaxRuntimeInSeconds": limit, "MaxWaitTimeInSeconds": limit}
    return made


@pytest.fixture(scope="module")
def spot(emulator: Emulator) -> Emulator:
    """An emulator that runs all jobs of these tests concurrently."""
    put_source(emulator)
    for job in (request("alone"), request("together", hosts=2), request("never", limit=1)):
        emulator.client("sagemaker").create_training_job(**job)
    return emulator


def put_source(emulator: Emulator) -> None:
    """Upload the script that every job of `request` runs."""
    s3 = emulator.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    s3.put_object(
        Bucket=BUCKET, Key="source.tar.gz", Body=archive({"train.py": SCRIPT.read_text()})
    )


def checkpoints(emulator: Emulator, name: str) -> dict[str, Any]:
    """Return name to content of a job's checkpoints in S3."""
    s3, prefix = emulator.client("s3"), f"checkpoints/{name}/"
    found = s3.list_objects_v2(Bucket=BUCKET, Prefix=prefix).get("Contents", [])
    contents = {
        item["Key"].removeprefix(prefix): s3.get_object(Bucket=BUCKET, Key=item["Key"])["Body"]
        for item in found
    }
    return {key: json.loads(body.read()) for key, body in contents.items() if "tmp" not in key}


def wait_for_the_middle(emulator: Emulator, name: str, *, ranks: int) -> None:
    """Wait until every rank of a job has counted to the middle."""
    until(
        lambda: list(checkpoints(emulator, name).values()).count(["first"] * 5) == ranks,
        explain=lambda: jobs.lines(emulator, name),
    )  # they are copied while the job runs


def resumed(emulator: Emulator, name: str, *, ranks: int) -> dict[str, Any]:
    """Interrupt a job in the middle and return its final description."""
    wait_for_the_middle(emulator, name, ranks=ranks)
    done = run_cli("interrupt", name, "--state", str(emulator.state))
    assert done.returncode == 0, done.stderr
    assert name in done.stdout
    job = jobs.ended(emulator, name)
    assert job["TrainingJobStatus"] == "Completed", jobs.lines(emulator, name)
    return job


def trained(emulator: Emulator, name: str) -> dict[str, Any]:
    """Return the model of a job that has ended."""
    key = f"output/{name}/output/model.tar.gz"
    packed = emulator.client("s3").get_object(Bucket=BUCKET, Key=key)["Body"].read()
    found: dict[str, Any] = json.loads(unpacked(packed)["steps.json"])
    return found


def test_interrupted_job_continues_from_its_checkpoint(spot: Emulator) -> None:
    job = resumed(spot, "alone", ranks=1)
    transitions = job["SecondaryStatusTransitions"]
    assert [t["Status"] for t in transitions] == INTERRUPTED
    for before, after in pairwise(transitions):
        assert before["EndTime"] == after["StartTime"]
    model = trained(spot, "alone")
    assert model["steps"] == ["first"] * 5 + ["again"] * 5
    # The file written on the interruption notice is included.
    assert model["restored"] == ["notice-0", "steps-0"]
    assert checkpoints(spot, "alone")["deep/steps-0"] == model["steps"]
    waited = (transitions[6]["StartTime"] - transitions[3]["StartTime"]).total_seconds()
    saved = job["TrainingTimeInSeconds"] - job["BillableTimeInSeconds"]
    assert saved == pytest.approx(waited, abs=0.51)
    assert saved >= 1


def test_every_host_gets_every_checkpoint(spot: Emulator) -> None:
    job = resumed(spot, "together", ranks=2)
    assert [t["Status"] for t in job["SecondaryStatusTransitions"]] == INTERRUPTED
    model = trained(spot, "together")
    assert model["steps"] == ["first"] * 5 + ["again"] * 5
    assert {"steps-0", "steps-1"} <= set(model["restored"])


def test_job_ends_after_its_maximum_wait(spot: Emulator) -> None:
    job = jobs.ended(spot, "never")
    assert job["TrainingJobStatus"] == "Stopped"
    assert job["SecondaryStatus"] == "MaxWaitTimeExceeded"


def test_another_job_continues_from_the_same_checkpoints(spot: Emulator) -> None:
    """For example in the next attempt of a deployment."""
    s3 = spot.client("s3")
    s3.put_object(
        Bucket=BUCKET, Key="checkpoints/attempts/deep/steps-0", Body=json.dumps(["before"] * 8)
    )
    # A similar name, but not under the prefix
    s3.put_object(Bucket=BUCKET, Key="checkpoints/attempts-2/deep/foreign", Body=b"{}")
    job = request("attempts-2")
    job["CheckpointConfig"] = {
        "S3Uri": f"s3://{BUCKET}/checkpoints/attempts/", "LocalPath": "/opt/ml/checkpoints",
    }  # fmt: skip
    spot.client("sagemaker").create_training_job(**job)
    assert jobs.ended(spot, "attempts-2")["TrainingJobStatus"] == "Completed"
    model = trained(spot, "attempts-2")
    assert model["steps"] == ["before"] * 8 + ["again"] * 2
    assert model["restored"] == ["steps-0"]


def test_interruptions_that_are_impossible_are_refused(spot: Emulator) -> None:
    jobs.ended(spot, "never")
    plain = request("on-demand")
    del plain["EnableManagedSpotTraining"], plain["StoppingCondition"]["MaxWaitTimeInSeconds"]
    sagemaker = spot.client("sagemaker")
    sagemaker.create_training_job(**plain)
    for name, reason in (
        ("never", "is in status Stopped"),
        ("on-demand", "does not use managed spot training"),
        ("no-such-job", "Requested resource not found"),
    ):
        done = run_cli("interrupt", name, "--state", str(spot.state))
        assert done.returncode == 1
        assert reason in done.stderr
        assert "Traceback" not in done.stderr
    sagemaker.stop_training_job(TrainingJobName="on-demand")
    assert jobs.ended(spot, "on-demand")["TrainingJobStatus"] == "Stopped"
    with pytest.raises(ClientError, match="in status Stopped"):
        sagemaker.stop_training_job(TrainingJobName="on-demand")


def test_killed_emulator_leaves_no_rank(tmp_path: Path) -> None:
    """Torchrun starts each rank in a new session."""
    state = tmp_path / "state"
    killed = started(free_port(), state)
    try:
        put_source(killed)
        job = request("orphans")
        job["HyperParameters"] |= {"sagemaker_torch_distributed_enabled": "true"}
        killed.client("sagemaker").create_training_job(**job)
        wait_for_the_middle(killed, "orphans", ranks=1)
        ranks = [c for c in processes_naming(state).values() if c.endswith("train.py --behaviour count")]  # fmt: skip
        assert ranks
        running = process.find(state)
        assert running is not None
        os.kill(running.pid, signal.SIGKILL)
        psutil.wait_procs([psutil.Process(running.pid)], timeout=120)
    finally:
        ended(state)


def test_spot_jobs_leave_nothing_behind(spot: Emulator) -> None:
    for name in ("alone", "together", "never"):
        jobs.ended(spot, name)
        assert not (spot.state / "sagemaker" / "training" / name).exists()
