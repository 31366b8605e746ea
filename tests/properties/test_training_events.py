"""Training job events: carried out once or refused with a clear reason."""

import math
from typing import Any
from unittest.mock import patch

from botocore.exceptions import ClientError, ParamValidationError
from hypothesis import event, example, given
from hypothesis import strategies as st

from resource_properties import PropertyError
from tests.lambda_fn.fake_aws import FakeS3, FakeSageMaker, Time
from tests.properties.json_values import JSON
from training_job import handler
from training_job.jobs import TooManyAttemptsError
from training_job.outcome import NEEDED, TrainingFailedError, judge
from training_job.request import TrainingRequest

NAME = "sentiment-dev-0a1b2c3d4e5f"
OUTPUT = "s3://data/models"
PROPERTIES: dict[str, Any] = {
    "ServiceToken": "arn:aws:lambda:us-east-1:111122223333:function:framework",
    "JobName": NAME,
    "RoleArn": "arn:aws:iam::111122223333:role/sentiment-dev-training",
    "Image": "763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch:2.13",
    "Hyperparameters": {"epochs": "4"},
    "Channels": {"training": "s3://data/train/"},
    "OutputPath": OUTPUT,
    "InstanceType": "ml.m5.xlarge",
    "InstanceCount": "1",
    "VolumeSizeGiB": "30",
    "MaxRuntimeSeconds": "2700",
    "MinimumAccuracy": "0.8",
}
OPTIONAL = [
    "Tags",
    "MaxWaitSeconds",
    "CheckpointPath",
    "OutputKeyArn",
    "VolumeKeyArn",
    "SubnetIds",
    "SecurityGroupIds",
]
CHANGES = st.dictionaries(st.sampled_from([*PROPERTIES, *OPTIONAL]) | st.text(), JSON, max_size=3)
# The function's own errors, and AWS errors for a malformed request
CLEAN = (
    PropertyError, TrainingFailedError, TooManyAttemptsError, ClientError, ParamValidationError,
)  # fmt: skip


class Account:
    """A fake account with SageMaker and S3."""

    def __init__(self) -> None:
        """Start without jobs or objects."""
        self.sagemaker, self.s3 = FakeSageMaker(), FakeS3()

    def client(self, service: str) -> Any:
        """Return the fake client of a service."""
        return {"sagemaker": self.sagemaker, "s3": self.s3}[service]


def on_event(
    account: Account, request: str, properties: Any, physical_id: str, old: Any = None
) -> Any:
    sent = {"RequestType": request, "ResourceProperties": properties}
    sent |= {} if request == "Create" else {"PhysicalResourceId": physical_id}
    sent |= {} if old is None else {"OldResourceProperties": old}
    with (
        patch.object(handler, "_client", account.client),
        patch.object(handler, "CLOCK", Time().clock),
    ):
        return handler.on_event(sent, None)


MISSING = st.sets(st.sampled_from(sorted(PROPERTIES)), max_size=2)


def changed(changes: dict[str, Any], missing: set[str]) -> dict[str, Any]:
    """Return the properties with some changed and some missing."""
    return {key: value for key, value in PROPERTIES.items() if key not in missing} | changes


@given(CHANGES, MISSING, st.text(), st.builds(changed, CHANGES, MISSING))
@example({"InstanceCount": "٣"}, set(), NAME, PROPERTIES)
@example({"MinimumAccuracy": "nan"}, set(), NAME, PROPERTIES)
@example({"Hyperparameters": "epochs"}, set(), NAME, PROPERTIES)
@example({"SubnetIds": "subnet-1"}, set(), NAME, PROPERTIES)
@example({}, {"JobName"}, NAME, PROPERTIES)
@example({}, set(), NAME, {})
@example({}, set(), NAME, {"JobName": "another"})
def test_a_training_is_started_or_refused(
    changes: dict[str, Any], missing: set[str], physical_id: str, old: dict[str, Any]
) -> None:
    properties = changed(changes, missing)
    account = Account()
    try:
        answer = on_event(account, "Update", properties, physical_id, old)
    except CLEAN as error:
        event(type(error).__name__)
        assert account.sagemaker.created == []
        assert changes.keys() & {*PROPERTIES, *OPTIONAL} or missing
    else:
        event("started")
        assert (
            account.sagemaker.created == [answer["PhysicalResourceId"]] == [properties["JobName"]]
        )
        job = TrainingRequest.from_properties(properties)
        assert 0 <= job.minimum_accuracy <= 1
        assert job.instance_count > 0
        sent = {"RequestType": "Update", **answer, "ResourceProperties": properties}
        with (
            patch.object(handler, "_client", account.client),
            patch.object(handler, "CLOCK", Time().clock),
        ):
            assert handler.is_complete(sent, None) == {"IsComplete": False}


@given(CHANGES, MISSING)
@example({"JobName": "x" * 100}, set())
def test_a_refused_update_can_be_rolled_back_and_deleted(
    changes: dict[str, Any], missing: set[str]
) -> None:
    """CloudFormation's next event restores the old properties or deletes the refused ones."""
    account, refused = Account(), changed(changes, missing)
    on_event(account, "Create", PROPERTIES, NAME)
    account.sagemaker.end(NAME, "Completed")
    account.s3.put(artifact_of(NAME))
    assert on_event(account, "Update", PROPERTIES, NAME, refused) == {"PhysicalResourceId": NAME}
    assert on_event(account, "Delete", refused, "made-up") == {}
    assert account.sagemaker.created == [NAME]


@given(st.text())
@example("AWSCDK::CustomResourceProviderFramework::CREATE_FAILED")
@example("")
def test_deleting_an_unknown_resource_succeeds(physical_id: str) -> None:
    account = Account()
    assert on_event(account, "Delete", {}, physical_id) == {}
    sent = {
        "RequestType": "Delete", "PhysicalResourceId": physical_id, "ResourceProperties": {},
    }  # fmt: skip
    with (
        patch.object(handler, "_client", account.client),
        patch.object(handler, "CLOCK", Time().clock),
    ):
        assert handler.is_complete(sent, None) == {"IsComplete": True}


STEPS = st.sampled_from(["Create", "Update", "Delete", "Completed", "Failed", "Stopped", "lost"])


@given(st.lists(STEPS, max_size=15))
def test_a_job_is_started_only_if_none_is_usable(steps: list[str]) -> None:
    account = Account()
    jobs = account.sagemaker.jobs
    for step in steps:
        usable = [
            name for name, job in jobs.items()
            if job["TrainingJobStatus"] == "InProgress"
            or (job["TrainingJobStatus"] == "Completed" and artifact_of(name) in account.s3.tags)
        ]  # fmt: skip
        last = f"{NAME}-{len(jobs)}" if len(jobs) > 1 else NAME
        if step in {"Create", "Update"}:
            name = on_event(account, step, PROPERTIES, last)["PhysicalResourceId"]
            assert name == (usable[0] if usable else account.sagemaker.created[-1])
            assert jobs[name]["TrainingJobStatus"] in {"InProgress", "Completed"}
            assert account.s3.tags.get(artifact_of(name), {}) == {}
        elif step == "Delete":
            on_event(account, step, PROPERTIES, last)
        elif step == "lost":
            account.s3.tags.clear()
        elif usable and jobs[usable[0]]["TrainingJobStatus"] == "InProgress":
            account.sagemaker.end(usable[0], step)
            if step == "Completed":
                account.s3.put(artifact_of(usable[0]))
        assert sum(job["TrainingJobStatus"] == "InProgress" for job in jobs.values()) <= 1
        assert len(account.sagemaker.created) == len(jobs) <= len(steps)


def artifact_of(name: str) -> str:
    return f"{OUTPUT}/{name}/output/model.tar.gz"


NOT_A_NUMBER = [{"MetricName": "test:accuracy", "Value": math.nan}]
METRICS = st.lists(
    st.fixed_dictionaries({
        "MetricName": st.sampled_from([*NEEDED, "train:loss"]),
        "Value": st.floats() | st.floats(0, 1),
    }),
    max_size=6,
)  # fmt: skip


@given(
    status=st.sampled_from(["InProgress", "Completed", "Failed", "Stopping", "Stopped"]),
    details=st.fixed_dictionaries({}, optional={
        "SecondaryStatus": st.text() | st.just("MaxRuntimeExceeded"),
        "FailureReason": st.text(),
        "FinalMetricDataList": METRICS,
    }),
    kept=st.booleans(),
)  # fmt: skip
@example(status="Completed", details={"FinalMetricDataList": NOT_A_NUMBER}, kept=True)
def test_a_job_is_judged_by_its_accuracy(
    *, status: str, details: dict[str, Any], kept: bool
) -> None:
    job = {
        "TrainingJobName": NAME, "TrainingJobStatus": status,
        "ModelArtifacts": {"S3ModelArtifacts": artifact_of(NAME)}, **details,
    }  # fmt: skip
    s3 = FakeS3()
    if kept:
        s3.put(artifact_of(NAME))
    request = TrainingRequest.from_properties(PROPERTIES)
    reported = {
        metric["MetricName"]: metric["Value"] for metric in details.get("FinalMetricDataList", [])
        if math.isfinite(metric["Value"])
    }  # fmt: skip
    good = status == "Completed" and kept and reported.keys() >= set(NEEDED)
    good = good and reported["test:balanced_accuracy"] >= 0.8
    good = good and reported["test:balanced_accuracy"] > round(
        1 / max(1, reported["test:labels"]), 4
    )
    with patch.dict("os.environ", METRICS_NAMESPACE="sentiment-test"):
        try:
            attributes = judge(s3, request, job)
        except TrainingFailedError as error:
            assert NAME in str(error)
            assert not good
        else:
            assert good == (attributes is not None)
            assert good or status in {"InProgress", "Stopping"}
