"""Training jobs that SageMaker's toolkit runs, as their users see them."""

import json
import subprocess
import sys
from itertools import pairwise
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from scripts import ROOT
from tests.local_aws.conftest import Emulator, processes_naming
from tests.local_aws.support import jobs
from tests.local_aws.support.archives import unpacked
from tests.local_aws.support.processes import running
from tests.support.waiting import until

PLAIN_STATES = ["Starting", "Downloading", "Training", "Uploading", "Completed"]


@pytest.fixture(scope="module")
def trained(emulator: Emulator) -> Emulator:
    """An emulator that runs all jobs of these tests concurrently."""
    jobs.put_source(emulator)
    sagemaker = emulator.client("sagemaker")
    channels = [
        jobs.channel("folder", "data/train/"),
        jobs.channel("prefix", "data/train"),
        jobs.channel("file", "other/c.csv"),
        jobs.channel("hive", jobs.HIVE),
        jobs.channel("whole", ""),
    ]
    complete = jobs.request(
        "completes", "complete", InputDataConfig=channels, Environment={"GREETING": "hello"}
    )
    complete["HyperParameters"]["note"] = "$((6*7)) a"
    for request in (
        jobs.request("waits", "wait"),
        complete,
        jobs.request("explains", "explain"),
        jobs.request("crashes", "crash"),
        jobs.request("too-long", "wait", limit=1),
    ):
        sagemaker.create_training_job(**request)
    return emulator


@pytest.fixture(scope="module")
def completed(trained: Emulator) -> dict[str, Any]:
    """The description of the job that completes."""
    job = jobs.ended(trained, "completes")
    assert job["TrainingJobStatus"] == "Completed", jobs.lines(trained, "completes")
    return job


@pytest.fixture(scope="module")
def seen(trained: Emulator, completed: dict[str, Any]) -> dict[str, Any]:
    """Files, arguments and variables that the completed job's script found."""
    assert completed
    artifact = unpacked(jobs.stored(trained, "output/completes/output/model.tar.gz"))
    found: dict[str, Any] = json.loads(artifact["seen.json"])
    return found


def test_stopped_job_keeps_its_saved_model(trained: Emulator) -> None:
    sagemaker = trained.client("sagemaker")
    until(lambda: "waiting" in jobs.lines(trained, "waits"))  # lines appear while the job runs
    sagemaker.stop_training_job(TrainingJobName="waits")
    stopping = sagemaker.describe_training_job(TrainingJobName="waits")
    job = jobs.ended(trained, "waits")

    assert stopping["TrainingJobStatus"] in {"Stopping", "Stopped"}
    assert job["TrainingJobStatus"] == job["SecondaryStatus"] == "Stopped"
    states = [t["Status"] for t in job["SecondaryStatusTransitions"]]
    assert states == ["Starting", "Downloading", "Training", "Stopping", "Stopped"]
    artifact = jobs.stored(trained, "output/waits/output/model.tar.gz")
    assert unpacked(artifact) == {"saved": b"in time"}
    assert job["ModelArtifacts"]["S3ModelArtifacts"].endswith("/waits/output/model.tar.gz")
    with pytest.raises(ClientError, match="training job is in status Stopped"):
        sagemaker.stop_training_job(TrainingJobName="waits")


def test_completed_job_reports_states_and_times(completed: dict[str, Any]) -> None:
    assert completed["SecondaryStatus"] == "Completed"
    transitions = completed["SecondaryStatusTransitions"]
    assert [t["Status"] for t in transitions] == PLAIN_STATES
    for before, after in pairwise(transitions):
        assert before["EndTime"] == after["StartTime"]
    assert transitions[-1]["EndTime"] == completed["TrainingEndTime"]
    assert completed["CreationTime"] <= completed["TrainingStartTime"]
    assert completed["TrainingStartTime"] <= completed["TrainingEndTime"]
    assert completed["BillableTimeInSeconds"] == completed["TrainingTimeInSeconds"] >= 1
    assert "FailureReason" not in completed


def test_last_finite_value_of_each_metric_is_reported(completed: dict[str, Any]) -> None:
    final = {m["MetricName"]: m["Value"] for m in completed["FinalMetricDataList"]}
    assert final == {"train:loss": 0.25, "test:accuracy": 0.75}


def test_artifact_and_output_are_uploaded(trained: Emulator, completed: dict[str, Any]) -> None:
    artifact = completed["ModelArtifacts"]["S3ModelArtifacts"]
    assert artifact == f"s3://{jobs.BUCKET}/output/completes/output/model.tar.gz"
    model = unpacked(jobs.stored(trained, "output/completes/output/model.tar.gz"))
    assert set(model) == {"code/inference.py", "name", "seen.json"}
    output = unpacked(jobs.stored(trained, "output/completes/output/output.tar.gz"))
    assert output == {"report.txt": b"report"}


def test_log_is_complete_when_the_job_has_ended(
    trained: Emulator, completed: dict[str, Any]
) -> None:
    assert completed
    assert "Reporting training SUCCESS" in jobs.lines(trained, "completes")[-1]
    assert "loss=0.25 accuracy=0.75" in jobs.lines(trained, "completes")


def test_channels_keep_what_follows_their_prefix(seen: dict[str, Any]) -> None:
    # As in S3, the prefix data/train without a slash also matches data/train.csv.
    assert [name for name in seen["files"] if not name.startswith("whole/")] == [
        "file/c.csv",
        "folder/a.csv",
        "folder/deep/b.csv",
        "hive/a b.csv",
        "prefix/a.csv",
        "prefix/deep/b.csv",
        "prefix/train.csv",
    ]


def test_a_channel_can_be_a_whole_bucket(seen: dict[str, Any]) -> None:
    assert {"whole/other/c.csv", f"whole/{jobs.HIVE}a b.csv"} <= set(seen["files"])


def test_script_sees_its_arguments_and_environment(seen: dict[str, Any]) -> None:
    assert seen["arguments"][:2] == ["--behaviour", "complete"]
    assert seen["environment"] == "hello"


def test_hyperparameters_pass_through_a_shell(seen: dict[str, Any]) -> None:
    """The image's toolkit does so; an encoded schema has nothing that a shell changes."""
    assert seen["arguments"][2:] == ["--note", "42", "a"]


def test_script_reaches_only_the_embedded_aws(trained: Emulator, seen: dict[str, Any]) -> None:
    url = f"http://127.0.0.1:{trained.port}"
    keys = {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"}
    assert keys <= seen["aws"].keys()
    assert {name: value for name, value in seen["aws"].items() if name not in keys} == {
        "AWS_ENDPOINT_URL": url,
        "AWS_ENDPOINT_URL_S3": url,
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_CONFIG_FILE": "/dev/null",
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def test_script_is_the_session_of_its_role(seen: dict[str, Any]) -> None:
    caller = boto3.client(
        "sts",
        endpoint_url=seen["aws"]["AWS_ENDPOINT_URL"],
        region_name=seen["aws"]["AWS_REGION"],
        aws_access_key_id=seen["aws"]["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=seen["aws"]["AWS_SECRET_ACCESS_KEY"],
        aws_session_token=seen["aws"]["AWS_SESSION_TOKEN"],
    ).get_caller_identity()
    assert caller["Arn"] == "arn:aws:sts::000000000000:assumed-role/sagemaker/SageMaker"
    assert caller["Account"] == "000000000000"


def test_requirements_are_installed_for_the_job_only(
    trained: Emulator, seen: dict[str, Any]
) -> None:
    assert seen["value"] == 42
    assert seen["module"].startswith(f"{trained.state}/")
    here = subprocess.run(
        [sys.executable, "-c", "import onlyhere"], cwd=ROOT, capture_output=True, check=False
    )
    assert here.returncode != 0


def test_blanks_quotes_and_foreign_letters_in_the_folder_are_harmless(
    trained: Emulator, seen: dict[str, Any]
) -> None:
    assert {" ", "'", '"', "$", "ü"} <= set(trained.state.name)
    assert trained.state.name in seen["module"]


def test_failed_job_reports_the_reason_of_the_script(trained: Emulator) -> None:
    job = jobs.ended(trained, "explains")
    assert job["TrainingJobStatus"] == job["SecondaryStatus"] == "Failed"
    reason = job["FailureReason"]
    assert reason.startswith("AlgorithmError: the data \ufffd is wrong....")
    assert reason.endswith("., exit code: 1")  # the toolkit's, whatever the script's was
    assert len(reason) == 1024
    assert job["SecondaryStatusTransitions"][-1]["StatusMessage"] == reason
    assert not jobs.exists(trained, job["ModelArtifacts"]["S3ModelArtifacts"])


def test_failed_job_reports_the_reason_of_the_toolkit(trained: Emulator) -> None:
    reason = jobs.ended(trained, "crashes")["FailureReason"]
    assert reason.startswith("AlgorithmError: ExecuteUserScriptError")
    assert "a defect" in reason
    assert "a defect" in "\n".join(jobs.lines(trained, "crashes"))


def test_job_ends_after_its_maximum_run_time(trained: Emulator) -> None:
    job = jobs.ended(trained, "too-long")
    assert job["TrainingJobStatus"] == "Stopped"
    assert job["SecondaryStatus"] == "MaxRuntimeExceeded"


def test_names_are_unique_and_unknown_ones_are_refused(trained: Emulator) -> None:
    sagemaker = trained.client("sagemaker")
    with pytest.raises(ClientError, match="must be unique") as taken:
        sagemaker.create_training_job(**jobs.request("completes", "complete"))
    assert taken.value.response["Error"]["Code"] == "ResourceInUse"
    for operation in (sagemaker.describe_training_job, sagemaker.stop_training_job):
        with pytest.raises(ClientError, match="Requested resource not found") as unknown:
            operation(TrainingJobName="no-such-job")
        assert unknown.value.response["Error"]["Code"] == "ValidationException"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"InputDataConfig": [jobs.channel("training", "absent/")]}, "No S3 objects found"),
        ({"ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 21, "VolumeSizeInGB": 5}}, "up to 20 hosts; 21"),
        ({"ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 0, "VolumeSizeInGB": 5}}, "InstanceCount 0 must be 1 or more"),
        ({"ResourceConfig": {"VolumeSizeInGB": 5, "InstanceGroups": []}}, "does not support InstanceGroups"),
        ({"EnableManagedSpotTraining": True}, "needs a MaxWaitTimeInSeconds"),
        ({"EnableManagedSpotTraining": True, "StoppingCondition": {"MaxRuntimeInSeconds": 60, "MaxWaitTimeInSeconds": 59}}, "equal to or greater than MaxRuntimeInSeconds .60"),
        ({"StoppingCondition": {"MaxRuntimeInSeconds": 60, "MaxWaitTimeInSeconds": 60}}, "needs EnableManagedSpotTraining"),
        ({"CheckpointConfig": {"S3Uri": "s3://b/", "LocalPath": "/var/checkpoints"}}, "LocalPath"),
        ({"CheckpointConfig": {"S3Uri": "s3://b/", "LocalPath": "/opt/ml/../x"}}, "LocalPath"),
        ({"AlgorithmSpecification": {"TrainingImage": "pytorch-training", "TrainingInputMode": "Pipe"}, "InputDataConfig": [jobs.channel("training", "data/")]}, "does not support the input mode Pipe .* use FastFile or File"),
        ({"AlgorithmSpecification": {"TrainingImage": "pytorch-training", "TrainingInputMode": "File", "MetricDefinitions": [{"Name": "m", "Regex": "a(b"}]}}, "regex 'a\\(b'"),
        ({"AlgorithmSpecification": {"TrainingImage": "pytorch-training", "TrainingInputMode": "File", "MetricDefinitions": [{"Name": "m", "Regex": "ab"}]}}, "has no group"),
    ],
)  # fmt: skip
def test_a_job_that_cannot_run_is_refused_at_once(
    trained: Emulator, changes: dict[str, Any], message: str
) -> None:
    sagemaker = trained.client("sagemaker")
    with pytest.raises(ClientError, match=message):
        sagemaker.create_training_job(**jobs.request("refused", "complete", **changes))
    assert sagemaker.list_training_jobs(NameContains="refused")["TrainingJobSummaries"] == []


def test_jobs_are_listed_by_status(trained: Emulator) -> None:
    for name in ("completes", "explains", "crashes"):
        jobs.ended(trained, name)
    listed = trained.client("sagemaker").list_training_jobs(
        StatusEquals="Failed", SortBy="Name", MaxResults=1
    )
    assert [s["TrainingJobName"] for s in listed["TrainingJobSummaries"]] == ["crashes"]
    assert "NextToken" in listed


def test_ended_jobs_leave_nothing_behind(trained: Emulator) -> None:
    for name in ("waits", "completes", "explains", "crashes", "too-long"):
        jobs.ended(trained, name)
    folder = trained.state / "sagemaker" / "training"
    assert list(folder.iterdir()) == []
    assert processes_naming(folder) == {}
    assert running("sleep 613") == []
