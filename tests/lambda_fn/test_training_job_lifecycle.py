"""Lifecycle of the TrainingJob resource under the events of CDK's framework."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from eventual_consistency import Clock
from tests.lambda_fn.fake_aws import FakeS3, FakeSageMaker, Time, client_error
from training_job import handler
from training_job.outcome import TrainingFailedError

OUTPUT = "s3://sentiment-dev-data-111122223333-us-east-1/models"
FIRST, SECOND = "sentiment-dev-0a1b2c3d4e5f", "sentiment-dev-ffffffffffff"


def measured(
    accuracy: float, low: float | None = None, labels: float = 2.0
) -> list[dict[str, Any]]:
    """Return a job's metrics; `low` is the lower end of the balanced accuracy's interval."""
    values = {
        "test:accuracy": accuracy,
        "test:balanced_accuracy": accuracy,
        "test:balanced_accuracy_low": accuracy - 0.01 if low is None else low,
        "test:labels": labels,
    }
    return [{"MetricName": name, "Value": value} for name, value in values.items()]


GOOD = measured(0.8612)


class Account:
    """Account with the deployed resource."""

    def __init__(self) -> None:
        """Start without jobs and objects."""
        self.sagemaker = FakeSageMaker()
        self.s3 = FakeS3()

    def client(self, service: str) -> Any:
        """Return the fake client of a service."""
        return {"sagemaker": self.sagemaker, "s3": self.s3}[service]

    def finish(
        self, name: str, accuracy: float = 0.8612, low: float | None = None, labels: int = 2
    ) -> str:
        """Complete a job and return the URI of its artifact."""
        metrics = measured(accuracy, low, labels)
        self.sagemaker.end(name, "Completed", FinalMetricDataList=metrics)
        artifact = f"{OUTPUT}/{name}/output/model.tar.gz"
        self.s3.put(artifact)
        return artifact


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Account:
    account = Account()
    monkeypatch.setenv("METRICS_NAMESPACE", "sentiment-test")
    monkeypatch.setattr(handler, "_client", account.client)
    return account


SPOT = {"MaxWaitSeconds": "3300", "CheckpointPath": "s3://data/checkpoints"}


def properties(
    name: str = FIRST, minimum_accuracy: str = "0.8", *, spot: bool = False
) -> dict[str, Any]:
    """Return the resource's properties, in which CloudFormation passes numbers as strings."""
    return {
        "ServiceToken": "arn:aws:lambda:us-east-1:111122223333:function:framework",
        "JobName": name,
        "RoleArn": "arn:aws:iam::111122223333:role/sentiment-dev-training",
        "Image": "763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch:2.13-cpu-amzn2023-sagemaker",
        "Hyperparameters": {"epochs": "4", "sagemaker_program": "train.py"},
        "Channels": {"training": f"{OUTPUT}/train/", "testing": f"{OUTPUT}/test/"},
        "OutputPath": OUTPUT,
        "InstanceType": "ml.m5.xlarge",
        "InstanceCount": "1",
        "VolumeSizeGiB": "30",
        "MaxRuntimeSeconds": "2700",
        "MinimumAccuracy": minimum_accuracy,
        "Tags": {"environment": "dev", "application": "sentiment"},
        **(SPOT if spot else {}),
    }


def begin(request: str, physical_id: str | None = None, **changed: Any) -> dict[str, Any]:
    """Send a request to on_event and return the event that is_complete gets."""
    event = {"RequestType": request, "ResourceProperties": properties(**changed)}
    if physical_id is not None:
        event["PhysicalResourceId"] = physical_id
    return {**event, **handler.on_event(event, None)}


def test_create_trains_and_returns_the_result(account: Account) -> None:
    event = begin("Create")
    assert event["PhysicalResourceId"] == FIRST
    assert handler.is_complete(event, None) == {"IsComplete": False}
    artifact = account.finish(FIRST)
    assert handler.is_complete(event, None) == {
        "IsComplete": True,
        "Data": {
            "TrainingJobName": FIRST,
            "ModelArtifact": artifact,
            "Accuracy": "0.8612",
            "Gate": "balanced accuracy 0.8612 (95 % interval from 0.8512)",
        },
    }


def test_a_finished_job_is_reused(account: Account) -> None:
    begin("Create")
    account.finish(FIRST)
    event = begin("Create")
    assert event["PhysicalResourceId"] == FIRST
    assert handler.is_complete(event, None)["IsComplete"] is True
    assert account.sagemaker.created == [FIRST]


def test_a_running_job_is_joined(account: Account) -> None:
    begin("Create")
    assert begin("Create")["PhysicalResourceId"] == FIRST
    assert account.sagemaker.created == [FIRST]


@pytest.mark.parametrize("status", ["Failed", "Stopped", "Stopping"])
def test_after_a_job_without_a_model_another_attempt_is_made(account: Account, status: str) -> None:
    begin("Create")
    account.sagemaker.end(FIRST, status)
    assert begin("Create")["PhysicalResourceId"] == f"{FIRST}-2"
    account.sagemaker.end(f"{FIRST}-2", status)
    assert begin("Create")["PhysicalResourceId"] == f"{FIRST}-3"
    account.finish(f"{FIRST}-3")
    assert begin("Create")["PhysicalResourceId"] == f"{FIRST}-3"


def test_a_job_with_a_missing_artifact_is_repeated(account: Account) -> None:
    begin("Create")
    artifact = account.finish(FIRST)
    del account.s3.tags[artifact]
    assert begin("Create")["PhysicalResourceId"] == f"{FIRST}-2"


@pytest.mark.parametrize("status", ["Failed", "Stopped"])
def test_a_failed_job_fails_with_the_reason_from_sagemaker(account: Account, status: str) -> None:
    event = begin("Create")
    account.sagemaker.end(FIRST, status, FailureReason="AlgorithmError: line 7 has no label")
    with pytest.raises(TrainingFailedError, match=rf"{FIRST} ended as {status}: .* line 7"):
        handler.is_complete(event, None)


@pytest.mark.parametrize(
    ("code", "message", "shown"),
    [
        (1, "line 7\n has no label", 'ExitCode 1 ErrorMessage "line 7 has no label"'),
        (
            -9,
            "",
            'ExitCode -9 ErrorMessage "" (killed, probably because it ran out of',
        ),
        (137, "", 'ExitCode 137 ErrorMessage "" (killed, probably because it ran'),
    ],
)
def test_the_report_of_the_toolkit_becomes_one_line(
    account: Account, code: int, message: str, shown: str
) -> None:
    event = begin("Create")
    report = (
        f'AlgorithmError: ExecuteUserScriptError:\nExitCode {code}\nErrorMessage "{message}"\n'
        f'Command "/usr/bin/python3 train.py --seed 1", exit code: {code}'
    )
    account.sagemaker.end(FIRST, "Failed", FailureReason=report)
    with pytest.raises(TrainingFailedError) as failure:
        handler.is_complete(event, None)
    reason = f"Training job {FIRST} ended as Failed: AlgorithmError: ExecuteUserScriptError: "
    assert str(failure.value).startswith(reason + shown)
    assert "\n" not in str(failure.value)
    assert "train.py" not in str(failure.value)


def test_a_stopped_job_fails_without_a_reason(account: Account) -> None:
    event = begin("Create")
    account.sagemaker.end(FIRST, "Stopped")
    with pytest.raises(TrainingFailedError, match="SageMaker gave no reason"):
        handler.is_complete(event, None)


@pytest.mark.parametrize(
    ("secondary", "reason"),
    [
        ("MaxRuntimeExceeded", "within training.max_runtime_seconds"),
        ("MaxWaitTimeExceeded", "within training.max_wait_seconds"),
    ],
)
def test_a_timeout_names_the_setting(account: Account, secondary: str, reason: str) -> None:
    event = begin("Create", spot=True)
    account.sagemaker.end(FIRST, "Stopped", SecondaryStatus=secondary)
    with pytest.raises(TrainingFailedError, match=reason):
        handler.is_complete(event, None)


@pytest.mark.parametrize("before", [True, False])
def test_switching_to_or_from_spot_does_not_train_again(account: Account, *, before: bool) -> None:
    begin("Create", spot=before)
    account.finish(FIRST)
    event = begin("Update", FIRST, spot=not before)
    assert event["PhysicalResourceId"] == FIRST
    assert handler.is_complete(event, None)["IsComplete"] is True
    assert account.sagemaker.created == [FIRST]


def test_a_completed_job_without_an_artifact_fails(account: Account) -> None:
    event = begin("Create")
    account.sagemaker.end(FIRST, "Completed", FinalMetricDataList=GOOD)
    with pytest.raises(TrainingFailedError, match=rf"left no artifact at {OUTPUT}"):
        handler.is_complete(event, None)


def test_a_job_without_the_metric_fails(account: Account) -> None:
    event = begin("Create")
    account.finish(FIRST)
    account.sagemaker.end(FIRST, "Completed", FinalMetricDataList=[])
    with pytest.raises(TrainingFailedError, match="reported no metric test:accuracy"):
        handler.is_complete(event, None)


def test_a_long_reason_in_any_script_fits_into_cloudformations_response(account: Account) -> None:
    event = begin("Create")
    account.sagemaker.end(FIRST, "Failed", FailureReason="映画" * 512)
    with pytest.raises(TrainingFailedError, match=f"{FIRST} ended as Failed: 映画") as failure:
        handler.is_complete(event, None)
    assert len(str(failure.value).encode()) <= 2000


def test_a_model_below_the_minimum_fails_with_both_numbers(account: Account) -> None:
    event = begin("Create", minimum_accuracy="0.9")
    account.finish(FIRST)
    with pytest.raises(
        TrainingFailedError,
        match=r"balanced accuracy of 0\.8612 on held-out reviews, below the minimum of 0\.9",
    ):
        handler.is_complete(event, None)


def test_a_model_at_the_minimum_passes(account: Account) -> None:
    event = begin("Create", minimum_accuracy="0.8612")
    account.finish(FIRST)
    assert handler.is_complete(event, None)["IsComplete"] is True


@pytest.mark.parametrize(
    ("minimum", "reached", "labels"), [("0", 0.5, 2), ("0.5", 0.5, 2), ("0.2", 0.3333, 3)]
)
def test_a_model_must_beat_always_the_same_answer(
    account: Account, minimum: str, reached: float, labels: int
) -> None:
    event = begin("Create", minimum_accuracy=minimum)
    account.finish(FIRST, reached, labels=labels)
    with pytest.raises(TrainingFailedError, match="always answers the commonest label"):
        handler.is_complete(event, None)


def test_a_gate_that_luck_may_have_decided_says_so(account: Account) -> None:
    event = begin("Create", minimum_accuracy="0.85")
    account.finish(FIRST, low=0.8412)
    gate = handler.is_complete(event, None)["Data"]["Gate"]
    assert "starts at 0.8412, below the minimum of 0.85" in gate


@pytest.mark.parametrize("metric", [metric["MetricName"] for metric in GOOD])
def test_each_metric_is_needed(account: Account, metric: str) -> None:
    event = begin("Create")
    account.finish(FIRST)
    others = [one for one in GOOD if one["MetricName"] != metric]
    account.sagemaker.end(FIRST, "Completed", FinalMetricDataList=others)
    with pytest.raises(TrainingFailedError, match=f"reported no metric {metric}$"):
        handler.is_complete(event, None)


def test_another_minimum_judges_again_without_training(account: Account) -> None:
    begin("Create")
    account.finish(FIRST)
    event = begin("Update", FIRST, minimum_accuracy="0.95")
    assert event["PhysicalResourceId"] == FIRST
    with pytest.raises(TrainingFailedError, match=r"0\.95"):
        handler.is_complete(event, None)
    assert account.sagemaker.created == [FIRST]


def test_an_update_replaces_and_retires_the_old_artifact(account: Account) -> None:
    begin("Create")
    old = account.finish(FIRST)
    event = begin("Update", FIRST, name=SECOND)
    new = account.finish(SECOND)
    assert handler.is_complete(event, None)["Data"]["ModelArtifact"] == new
    deletion = begin("Delete", FIRST)
    assert handler.is_complete(deletion, None) == {"IsComplete": True}
    assert account.s3.tags == {old: {"state": "retired"}, new: {}}


def test_a_failed_update_rolls_back_without_training(account: Account) -> None:
    """CloudFormation sends the old properties, then a Delete of the job that failed."""
    begin("Create")
    old = account.finish(FIRST)
    event = begin("Update", FIRST, name=SECOND)
    account.sagemaker.end(SECOND, "Failed", FailureReason="out of memory")
    with pytest.raises(TrainingFailedError, match="out of memory"):
        handler.is_complete(event, None)
    event = begin("Update", SECOND)
    assert handler.is_complete(event, None)["Data"]["ModelArtifact"] == old
    begin("Delete", SECOND)
    assert account.sagemaker.created == [FIRST, SECOND]
    assert account.s3.tags == {old: {}}


def test_going_back_to_a_retired_model_keeps_it(account: Account) -> None:
    begin("Create")
    old = account.finish(FIRST)
    with_reviews = [
        old.replace("model.tar.gz", name) for name in ("output.tar.gz", "comparison.json")
    ]
    for one in with_reviews:
        account.s3.put(one)
    begin("Delete", FIRST)
    assert account.s3.tags == {key: {"state": "retired"} for key in (old, *with_reviews)}
    assert begin("Create")["PhysicalResourceId"] == FIRST
    assert account.s3.tags == {key: {} for key in (old, *with_reviews)}


def test_delete_stops_a_running_job_and_waits_for_its_end(account: Account) -> None:
    begin("Create")
    event = begin("Delete", FIRST)
    assert account.sagemaker.jobs[FIRST]["TrainingJobStatus"] == "Stopping"
    assert handler.is_complete(event, None) == {"IsComplete": False}
    account.sagemaker.end(FIRST, "Stopped")
    assert handler.is_complete(event, None) == {"IsComplete": True}


def test_delete_without_a_job(account: Account) -> None:
    event = begin("Delete", "sentiment-dev-never")
    assert handler.is_complete(event, None) == {"IsComplete": True}
    assert account.sagemaker.jobs == {}


def test_delete_after_an_interrupted_creation_stops_its_job(account: Account) -> None:
    """CloudFormation does not know the job's name and sends a generated id."""
    begin("Create")
    account.sagemaker.end(FIRST, "Failed", FailureReason="AlgorithmError")
    assert begin("Create")["PhysicalResourceId"] == f"{FIRST}-2"
    event = begin("Delete", "sentiment-dev-model-TrainingJobResource-1ABCDEFG")
    assert account.sagemaker.jobs[FIRST]["TrainingJobStatus"] == "Failed"
    assert account.sagemaker.jobs[f"{FIRST}-2"]["TrainingJobStatus"] == "Stopping"
    assert handler.is_complete(event, None) == {"IsComplete": False}
    account.sagemaker.end(f"{FIRST}-2", "Stopped")
    assert handler.is_complete(event, None) == {"IsComplete": True}


def test_a_rolled_back_update_stops_its_job(account: Account) -> None:
    begin("Create")
    account.finish(FIRST)
    begin("Update", FIRST, name=SECOND)  # cancelled before CloudFormation gets the id
    back = {
        "RequestType": "Update",
        "PhysicalResourceId": FIRST,
        "ResourceProperties": properties(FIRST),
        "OldResourceProperties": properties(SECOND),
    }
    assert handler.on_event(back, None) == {"PhysicalResourceId": FIRST}
    assert account.sagemaker.jobs[SECOND]["TrainingJobStatus"] == "Stopping"
    assert account.sagemaker.jobs[FIRST]["TrainingJobStatus"] == "Completed"


def test_a_refused_update_can_be_rolled_back(account: Account) -> None:
    """The refused update had another name and an invalid property, and started no job."""
    begin("Create")
    account.finish(FIRST)
    back = {
        "RequestType": "Update",
        "PhysicalResourceId": FIRST,
        "ResourceProperties": properties(FIRST),
        "OldResourceProperties": {**properties(SECOND), "InstanceCount": "none"},
    }
    assert handler.on_event(back, None) == {"PhysicalResourceId": FIRST}
    assert list(account.sagemaker.jobs) == [FIRST]


def test_a_job_that_vanished_fails(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    event, time = begin("Create"), Time()
    monkeypatch.setattr(handler, "CLOCK", time.clock)
    del account.sagemaker.jobs[FIRST]
    with pytest.raises(TrainingFailedError, match=f"{FIRST} no longer exists"):
        handler.is_complete(event, None)
    assert 0 < time.seconds <= 60


def test_a_new_job_may_be_described_late(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    event, time = begin("Create"), Time()
    hidden = account.sagemaker.jobs.pop(FIRST)
    # A second call while SageMaker does not describe the job joins it.
    monkeypatch.setattr(account.sagemaker, "create_training_job", refuse_as_in_use)
    assert begin("Create") == event

    def sleep(seconds: float) -> None:
        time.sleep(seconds)
        account.sagemaker.jobs[FIRST] = hidden

    monkeypatch.setattr(handler, "CLOCK", Clock(now=time.clock.now, sleep=sleep))
    assert handler.is_complete(event, None) == {"IsComplete": False}


def refuse_as_in_use(**_request: Any) -> None:
    raise client_error("ResourceInUse", "Training job names must be unique", "CreateTrainingJob")


def test_metrics_may_arrive_after_the_end(account: Account) -> None:
    event, now = begin("Create"), datetime.now(UTC)
    account.finish(FIRST)
    arrived = account.sagemaker.jobs[FIRST].pop("FinalMetricDataList")
    account.sagemaker.jobs[FIRST]["TrainingEndTime"] = now
    assert handler.is_complete(event, None) == {"IsComplete": False}
    account.sagemaker.jobs[FIRST]["FinalMetricDataList"] = arrived
    assert handler.is_complete(event, None)["IsComplete"]
    account.sagemaker.jobs[FIRST] |= {
        "FinalMetricDataList": [], "TrainingEndTime": now - timedelta(minutes=5),
    }  # fmt: skip
    with pytest.raises(TrainingFailedError, match="reported no metric test:accuracy"):
        handler.is_complete(event, None)


def test_the_accuracy_of_each_training_is_published(
    account: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    event = begin("Create")
    account.finish(FIRST)
    handler.is_complete(event, None)
    line = json.loads(capsys.readouterr().out)
    assert (line["TrainingAccuracy"], line["TrainingJobName"]) == (0.8612, FIRST)
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    assert directive == {
        "Namespace": "sentiment-test",
        "Dimensions": [[]],
        "Metrics": [{"Name": "TrainingAccuracy"}],
    }
