"""Training jobs on several hosts: SageMaker's toolkit starts torchrun on each, over gloo."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.local_aws.conftest import Emulator, processes_naming
from tests.local_aws.support import jobs
from tests.local_aws.support.archives import archive, unpacked

BUCKET = "training-clusters"
SCRIPT = Path(__file__).with_name("support") / "cluster_train.py"
HOSTS = ["127.0.0.1", "127.0.0.2"]


def request(name: str, behaviour: str, *, hosts: int = 2) -> dict[str, Any]:
    """Return CreateTrainingJob's parameters for a job of torchrun."""
    parts = {
        "S3DataType": "S3Prefix",
        "S3Uri": f"s3://{BUCKET}/parts/",
        "S3DataDistributionType": "ShardedByS3Key",
    }
    made = jobs.request(
        name, behaviour, InputDataConfig=[{"ChannelName": "parts", "DataSource": {"S3DataSource": parts}}]
    )  # fmt: skip
    made["HyperParameters"] |= {
        "sagemaker_submit_directory": f"s3://{BUCKET}/source.tar.gz",
        "sagemaker_torch_distributed_enabled": "true",
    }
    made["OutputDataConfig"] = {"S3OutputPath": f"s3://{BUCKET}/output"}
    made["ResourceConfig"]["InstanceCount"] = hosts
    return made


def put_inputs(emulator: Emulator) -> None:
    """Upload the script and the data of the jobs of `request`."""
    s3 = emulator.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    s3.put_object(
        Bucket=BUCKET, Key="source.tar.gz", Body=archive({"train.py": SCRIPT.read_text()})
    )
    for part in "abc":
        s3.put_object(Bucket=BUCKET, Key=f"parts/{part}", Body=b"")


@pytest.fixture(scope="module")
def clusters(emulator: Emulator) -> Emulator:
    """An emulator that runs all jobs of these tests concurrently."""
    put_inputs(emulator)
    for job in (
        request("pair", "add"),
        request("single", "add", hosts=1),
        request("pair-explains", "explain"),
    ):
        emulator.client("sagemaker").create_training_job(**job)
    return emulator


def model(emulator: Emulator, name: str) -> dict[str, bytes]:
    """Wait for a job and return the files of its model."""
    job = jobs.ended(emulator, name)
    assert job["TrainingJobStatus"] == "Completed", jobs.lines(emulator, name)
    stored = emulator.client("s3").get_object(
        Bucket=BUCKET, Key=f"output/{name}/output/model.tar.gz"
    )
    return unpacked(stored["Body"].read())


def test_hosts_train_as_one_process_group(clusters: Emulator) -> None:
    """The jobs that fail run at the same time, in other groups."""
    files = model(clusters, "pair")
    assert set(files) == {"rank-0.json"}  # the first host's
    first, second = json.loads(files["rank-0.json"])
    assert (first["rank"], second["rank"]) == (0, 1)
    assert first["total"] == second["total"] == 3.0
    assert first["local_rank"] == second["local_rank"] == "0"
    assert [first["host"], second["host"]] == first["hosts"] == second["hosts"] == HOSTS
    assert first["base"] != second["base"]


def test_sharded_data_is_split_among_hosts(clusters: Emulator) -> None:
    first, second = json.loads(model(clusters, "pair")["rank-0.json"])
    assert (first["parts"], second["parts"]) == (["a", "c"], ["b"])


def test_jobs_at_the_same_time_do_not_interfere(clusters: Emulator) -> None:
    ports = {
        json.loads(model(clusters, name)["rank-0.json"])[0]["port"] for name in ("pair", "single")
    }
    assert len(ports) == 2


def test_one_host_may_use_torchrun(clusters: Emulator) -> None:
    (only,) = json.loads(model(clusters, "single")["rank-0.json"])
    assert (only["rank"], only["total"]) == (0, 1.0)
    assert only["hosts"] == [only["host"]] == ["algo-1"]
    assert only["parts"] == ["a", "b", "c"]


def test_nothing_of_a_job_listens_beyond_this_machine(clusters: Emulator) -> None:
    for host in json.loads(model(clusters, "pair")["rank-0.json"]):
        assert host["listens"], host
        assert set(host["listens"]) == {"127.0.0.1"}


def test_each_host_has_its_own_log(clusters: Emulator) -> None:
    assert model(clusters, "pair")
    streams = clusters.client("logs").describe_log_streams(
        logGroupName=jobs.LOG_GROUP, logStreamNamePrefix="pair/"
    )["logStreams"]
    names = sorted(stream["logStreamName"] for stream in streams)
    assert [name.rpartition("-")[0] for name in names] == ["pair/algo-1", "pair/algo-2"]
    for number, name in enumerate(names):
        events = clusters.client("logs").get_log_events(
            logGroupName=jobs.LOG_GROUP, logStreamName=name, startFromHead=True
        )["events"]
        said = [event["message"] for event in events]
        assert f"rank {number} is done" in said
        assert f"rank {1 - number} is done" not in said


def test_a_rank_that_fails_ends_the_job_with_its_reason(clusters: Emulator) -> None:
    job = jobs.ended(clusters, "pair-explains")
    assert job["TrainingJobStatus"] == "Failed"
    assert "AlgorithmError: rank 1 has no label in line 7, exit code: 1" in job["FailureReason"]
    assert not jobs.exists(clusters, job["ModelArtifacts"]["S3ModelArtifacts"])


def test_the_hosts_leave_nothing_behind(clusters: Emulator) -> None:
    folder = clusters.state / "sagemaker" / "training"
    for name in ("pair", "single", "pair-explains"):
        jobs.ended(clusters, name)
        assert not (folder / name).exists()
        assert processes_naming(folder / name) == {}
