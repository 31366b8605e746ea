"""Training jobs through the API: the real toolkit runs the script."""

import io
import tarfile
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local.emulator.conftest import Emulator
from tests.local.emulator.sagemaker_api import BUCKET, SageMaker

SUCCESS = """
import argparse, os, pathlib
parser = argparse.ArgumentParser()
parser.add_argument("--word")
word = parser.parse_args().word
rows = pathlib.Path(os.environ["SM_CHANNEL_TRAINING"], "rows.txt").read_text().split()
print(f"rows={len(rows)} word={word} profile={os.environ.get('AWS_PROFILE')}")
pathlib.Path(os.environ["SM_MODEL_DIR"], "name").write_text(os.environ["TRAINING_JOB_NAME"])
"""
FAILURE = """
import os, pathlib, sys
pathlib.Path(os.environ["SM_OUTPUT_DIR"], "failure").write_text("no rows at all")
sys.exit(1)
"""
ENDLESS = "import time\nprint('rows=1', flush=True)\ntime.sleep(600)"


@pytest.fixture(scope="module")
def sagemaker(emulator: Emulator) -> SageMaker:
    """The API, with a bucket."""
    emulator.client("s3").create_bucket(Bucket=BUCKET)
    return SageMaker(emulator)


def test_a_job_trains_and_leaves_its_artifact_metrics_and_log(sagemaker: SageMaker) -> None:
    sagemaker.train("job-good", SUCCESS)
    job = sagemaker.ended("job-good")
    assert (job["TrainingJobStatus"], job["SecondaryStatus"]) == ("Completed", "Completed")
    assert [metric["Value"] for metric in job["FinalMetricDataList"]] == [2.0]
    statuses = [step["Status"] for step in job["SecondaryStatusTransitions"]]
    assert statuses == ["Starting", "Downloading", "Training", "Uploading", "Completed"]

    uri = job["ModelArtifacts"]["S3ModelArtifacts"]
    assert uri == f"s3://{BUCKET}/models/job-good/output/model.tar.gz"
    stored = sagemaker.s3.get_object(Bucket=BUCKET, Key=uri.partition(BUCKET + "/")[2])
    with tarfile.open(fileobj=io.BytesIO(stored["Body"].read())) as tar:
        name = tar.extractfile("name")
        assert name is not None
        assert name.read() == b"job-good"

    logs = sagemaker.emulator.client("logs")
    group = "/aws/sagemaker/TrainingJobs"
    streams = logs.describe_log_streams(logGroupName=group, logStreamNamePrefix="job-good/algo-1")
    stream = streams["logStreams"][0]["logStreamName"]
    events = logs.get_log_events(logGroupName=group, logStreamName=stream)["events"]
    assert "rows=2 word=fine profile=None" in [event["message"] for event in events]


def test_a_failing_script_s_reason_is_told(sagemaker: SageMaker) -> None:
    sagemaker.train("job-bad", FAILURE)
    job = sagemaker.ended("job-bad")
    assert job["TrainingJobStatus"] == "Failed"
    assert job["FailureReason"] == "AlgorithmError: no rows at all, exit code: 1"
    assert "ModelArtifacts" not in job


def test_a_missing_channel_fails_the_job(sagemaker: SageMaker) -> None:
    source = {"S3DataType": "S3Prefix", "S3Uri": f"s3://{BUCKET}/nowhere/"}
    channel = {"ChannelName": "training", "DataSource": {"S3DataSource": source}}
    sagemaker.train("job-empty", SUCCESS, InputDataConfig=[channel])
    assert "nowhere" in sagemaker.ended("job-empty")["FailureReason"]


def test_a_running_job_can_be_stopped(sagemaker: SageMaker) -> None:
    sagemaker.train("job-stopped", ENDLESS)
    sagemaker.api.stop_training_job(TrainingJobName="job-stopped")
    job = sagemaker.ended("job-stopped")
    assert (job["TrainingJobStatus"], job["SecondaryStatus"]) == ("Stopped", "Stopped")
    with pytest.raises(ClientError, match="already ended"):
        sagemaker.api.stop_training_job(TrainingJobName="job-stopped")


def test_a_job_ends_at_its_limit(sagemaker: SageMaker) -> None:
    sagemaker.train("job-slow", ENDLESS, seconds=1)
    job = sagemaker.ended("job-slow")
    assert (job["TrainingJobStatus"], job["SecondaryStatus"]) == ("Stopped", "MaxRuntimeExceeded")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"TrainingJobName": "under_score"}, "regular expression pattern"),
        ({"RoleArn": "arn:aws:iam::1:user/not-a-role"}, "RoleArn"),
        (
            {"ResourceConfig": {"InstanceType": "ml.imaginary", "InstanceCount": 1,
                                "VolumeSizeInGB": 1}},
            "enum value set",
        ),
        (
            {"ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 2,
                                "VolumeSizeInGB": 1}},
            "InstanceCount must be 1",
        ),
    ],
)  # fmt: skip
def test_bad_requests_are_refused(
    sagemaker: SageMaker, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(ClientError, match=message):
        sagemaker.train("job-refused", SUCCESS, **changes)


def test_a_name_is_used_once_and_jobs_are_listed_newest_first(sagemaker: SageMaker) -> None:
    with pytest.raises(ClientError) as refused:
        sagemaker.train("job-good", SUCCESS)
    assert refused.value.response["Error"]["Code"] == "ResourceInUse"
    pages = sagemaker.api.get_paginator("list_training_jobs").paginate(
        NameContains="job-", PaginationConfig={"PageSize": 2}
    )
    names = [job["TrainingJobName"] for page in pages for job in page["TrainingJobSummaries"]]
    assert names == ["job-slow", "job-stopped", "job-empty", "job-bad", "job-good"]
    failed = sagemaker.api.list_training_jobs(StatusEquals="Failed", NameContains="job-bad")
    assert len(failed["TrainingJobSummaries"]) == 1


def test_an_operation_that_is_not_there_says_so(sagemaker: SageMaker) -> None:
    with pytest.raises(ClientError, match="does not have ListClusters"):
        sagemaker.api.list_clusters()
