"""Record of models in the registry, by the handlers of the trial and the smoke test."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_aws.sagemaker import SageMakerService
from resource_properties import FailedTestError
from tests.lambda_fn.fake_aws import Time, client_error
from tests.local_aws.support.service import Client
from trial import handler
from trial.registry import ROLLED_BACK, Package, register

GROUP = "sentiment-dev"
CARD = {
    "trained_at": "2026-10-03T04:00:00+00:00",
    "metrics": {
        "accuracy": 0.93, "balanced_accuracy": 0.92, "expected_calibration_error": 0.004,
        "confusion": [[1, 0], [0, 1]],
    },
    "sha256": {"code": "c0de", "training": "da7a"},
    "files": {"terms.npz": "f11e"},
    "known_reviews": [{"text": "A fine film.", "label": "positive"}],
}  # fmt: skip


@dataclass
class Trial:
    """Handlers of the tests, with the registry of the embedded SageMaker.

    Attributes:
        registry: the embedded SageMaker.
        status: status of the stack.
        serving: configuration in service.
        failure: reason for which the next model fails its tests, empty for none.
        during: happens during the next test.
    """

    registry: Client
    status: str = "UPDATE_IN_PROGRESS"
    serving: str = "config-0"
    failure: str = ""
    during: Callable[[], None] | None = None
    candidates: dict[str, str] = field(default_factory=dict)

    def __getattr__(self, method: str) -> Any:
        """Return a method of the registry."""
        return getattr(self.registry, method)

    def describe_endpoint(self, *, EndpointName: str) -> dict[str, str]:  # noqa: N803 - AWS's name
        """Describe the serving endpoint, or the candidate if there is one."""
        config = self.serving if EndpointName == GROUP else self.candidates.get(EndpointName)
        if config is None:
            error = {"Code": "ValidationException", "Message": "Could not find endpoint."}
            raise ClientError({"Error": error}, "DescribeEndpoint")
        return {"EndpointStatus": "InService", "EndpointConfigName": config}

    def create_endpoint(self, **request: Any) -> None:
        """Create the candidate."""
        self.candidates[request["EndpointName"]] = request["EndpointConfigName"]

    def delete_endpoint(self, *, EndpointName: str) -> None:  # noqa: N803 - AWS's name
        """Delete the candidate."""
        del self.candidates[EndpointName]

    def describe_stacks(self, **_request: str) -> dict[str, Any]:
        """Describe the stack."""
        return {"Stacks": [{"StackStatus": self.status}]}

    def check(self, *_arguments: object, **_options: object) -> dict[str, Any]:
        """Test an endpoint."""
        happens, self.during = self.during, None
        if happens:
            happens()
        if self.failure:
            raise FailedTestError(self.failure)
        return self.card

    card: dict[str, Any] = field(default_factory=dict)

    def event(self, kind: str, request: str, model: str, *, before: str = "") -> dict[str, Any]:
        """Return an event of CloudFormation; `before` is the model of the old properties."""
        self.card = {"model_version": model, **CARD}
        old = {"OldResourceProperties": properties(kind, before)} if before else {}
        return {
            "RequestType": request, "ResourceType": f"Custom::{kind}", "StackId": "stack",
            "ResourceProperties": properties(kind, model), **old,
        }  # fmt: skip

    def smoke_test(self, model: str, request: str = "Update") -> None:
        """Test the serving endpoint."""
        handler.on_event(self.event("SmokeTest", request, model), None)

    def candidate(self, model: str, request: str = "Update", *, before: str = "") -> None:
        """Try a model until the trial has ended."""
        event = self.event("Candidate", request, model, before=before)
        for _ in range(5):
            if handler.is_complete(event, None)["IsComplete"]:
                return
        raise AssertionError("the trial does not end")

    def packages(self) -> list[dict[str, Any]]:
        """Return the packages, oldest first."""
        listed = self.registry.list_model_packages(
            ModelPackageGroupName=GROUP, SortOrder="Ascending"
        )["ModelPackageSummaryList"]
        return [
            self.registry.describe_model_package(ModelPackageName=one["ModelPackageArn"])
            for one in listed
        ]

    def statuses(self) -> dict[str, str]:
        """Return the approval status of each model."""
        return {
            one["CustomerMetadataProperties"]["model_version"]: one["ModelApprovalStatus"]
            for one in self.packages()
        }


def properties(kind: str, model: str) -> dict[str, Any]:
    """Return the properties of a test of a model."""
    return {
        "EndpointName": GROUP if kind == "SmokeTest" else f"{GROUP}-candidate",
        "EndpointConfigName": f"config-of-{model}",
        "ServingEndpointName": GROUP,
        "ModelVersion": model,
        "MinimumAccuracy": "0.8",
        "PatienceSeconds": "300",
        "CapturePercent": "0",
        "Package": {
            "Group": GROUP, "Artifact": f"s3://data/models/{model}/output/model.tar.gz",
            "Image": "1.dkr.ecr.us-east-1.amazonaws.com/pytorch:1", "Removal": "destroy",
        },
        "Environment": {"SAGEMAKER_PROGRAM": "predict.py"},
        "InstanceTypes": {"Transform": "ml.m5.large"},
    }  # fmt: skip


@pytest.fixture
def trial(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Trial:
    """An environment with an empty registry."""
    registry = Client(SageMakerService(tmp_path, "http://127.0.0.1:9", "us-east-1"))
    registry.create_model_package_group(ModelPackageGroupName=GROUP)
    found = Trial(registry)
    monkeypatch.setattr(handler, "_client", lambda *_: found)
    monkeypatch.setattr(handler, "check_config", lambda *_, **__: None)
    monkeypatch.setattr(handler, "check_answers", found.check)
    monkeypatch.setattr(handler, "ask", lambda *_, **__: found.card)
    return found


def test_a_model_that_serves_is_approved_with_its_metrics_and_lineage(trial: Trial) -> None:
    trial.smoke_test("job-1", "Create")
    (package,) = trial.packages()
    assert package["ModelApprovalStatus"] == "Approved"
    assert package["MetadataProperties"] == {"GeneratedBy": "job-1"}
    times = package["CustomerMetadataProperties"].pop("in_service")
    assert len(times.split()) == 1
    assert package["CustomerMetadataProperties"] == {
        "model_version": "job-1", "trained_at": "2026-10-03T04:00:00+00:00",
        "accuracy": "0.93", "balanced_accuracy": "0.92", "expected_calibration_error": "0.004",
        "sha256_code": "c0de", "sha256_training": "da7a", "sha256_terms.npz": "f11e",
    }  # fmt: skip
    specification = package["InferenceSpecification"]
    assert specification["Containers"] == [
        {
            "Image": "1.dkr.ecr.us-east-1.amazonaws.com/pytorch:1",
            "ModelDataUrl": "s3://data/models/job-1/output/model.tar.gz",
            "Environment": {"SAGEMAKER_PROGRAM": "predict.py"},
        }
    ]
    assert specification["SupportedTransformInstanceTypes"] == ["ml.m5.large"]
    assert "SupportedRealtimeInferenceInstanceTypes" not in specification
    assert "A fine film." not in str(package)


def test_the_same_model_has_one_package_with_the_times_at_which_it_came_into_service(
    trial: Trial,
) -> None:
    for model in ("job-1", "job-2", "job-1"):
        trial.smoke_test(model)
    assert trial.statuses() == {"job-1": "Approved", "job-2": "Approved"}
    first, second = (one["CustomerMetadataProperties"]["in_service"] for one in trial.packages())
    assert [len(first.split()), len(second.split())] == [2, 1]
    assert first.split()[-1] >= second


def test_a_model_is_pending_between_its_trial_and_its_service(trial: Trial) -> None:
    trial.candidate("job-1")
    assert trial.statuses() == {"job-1": "PendingManualApproval"}
    trial.smoke_test("job-1")
    assert trial.statuses() == {"job-1": "Approved"}


def test_a_model_that_loses_its_trial_is_rejected_with_the_reason(trial: Trial) -> None:
    trial.smoke_test("job-1")
    trial.failure = "The new model job-2 does not replace job-1: worse"
    with pytest.raises(FailedTestError, match="does not replace"):
        trial.candidate("job-2")
    assert trial.statuses() == {"job-1": "Approved", "job-2": "Rejected"}
    rejected = trial.packages()[-1]
    assert rejected["ApprovalDescription"] == trial.failure
    assert rejected["CustomerMetadataProperties"]["accuracy"] == "0.93"
    assert "in_service" not in rejected["CustomerMetadataProperties"]


def test_a_model_that_fails_in_service_is_rejected(trial: Trial) -> None:
    trial.failure = "serves configuration config-0"
    with pytest.raises(FailedTestError, match="serves configuration"):
        trial.smoke_test("job-1")
    (package,) = trial.packages()
    assert package["ModelApprovalStatus"] == "Rejected"
    assert package["CustomerMetadataProperties"] == {"model_version": "job-1"}


@pytest.mark.parametrize("reason", ["", "worse"])
def test_a_model_that_is_rolled_back_is_rejected_and_keeps_its_first_reason(
    trial: Trial, reason: str
) -> None:
    trial.smoke_test("job-1")
    trial.failure = reason
    if reason:
        with pytest.raises(FailedTestError):
            trial.candidate("job-2", before="job-1")
    else:
        trial.smoke_test("job-2")
    trial.failure, trial.status = "", "UPDATE_ROLLBACK_IN_PROGRESS"
    for _ in range(2):  # CloudFormation may repeat an event
        trial.candidate("job-1", before="job-2")
    assert trial.statuses() == {"job-1": "Approved", "job-2": "Rejected"}
    assert trial.packages()[-1]["ApprovalDescription"] == (reason or ROLLED_BACK)
    # A model that has never left service does not come into it again.
    times = trial.packages()[0]["CustomerMetadataProperties"]["in_service"].split()
    assert len(times) == (1 if reason else 2)


@pytest.mark.parametrize("ends_with", ["trial", "comparison"])
def test_a_cancelled_trial_that_continues_changes_nothing(trial: Trial, ends_with: str) -> None:
    trial.smoke_test("job-1")
    trial.serving = "config-of-job-1"
    event = trial.event("Candidate", "Update", "job-2", before="job-1")
    event |= handler.on_event(event, None)
    assert not handler.is_complete(event, None)["IsComplete"]
    rollback = trial.event("Candidate", "Update", "job-1", before="job-2")

    def roll_back() -> None:
        trial.status = "UPDATE_ROLLBACK_IN_PROGRESS"
        sent = rollback | handler.on_event(rollback, None)
        while not handler.is_complete(sent, None)["IsComplete"]:
            pass

    if ends_with == "trial":
        roll_back()
    else:  # during the trial's questions
        trial.during = roll_back
    with suppress(FailedTestError):
        for _ in range(3):
            assert trial.candidates.keys() <= {f"{GROUP}-candidate"}
            handler.is_complete(event, None)
    assert trial.candidates == {}
    assert trial.statuses() == {"job-1": "Approved", "job-2": "Rejected"}


def test_a_trial_waits_until_it_may_see_its_stack(
    trial: Trial, monkeypatch: pytest.MonkeyPatch
) -> None:
    time, refusals = Time(), ["User is not authorized to perform: cloudformation:DescribeStacks"]
    monkeypatch.setattr(handler, "CLOCK", time.clock)

    def describe_stacks(**_request: str) -> dict[str, Any]:
        if refusals:
            raise client_error("AccessDenied", refusals.pop(), "DescribeStacks", 403)
        return {"Stacks": [{"StackStatus": "CREATE_IN_PROGRESS"}]}

    monkeypatch.setattr(trial, "describe_stacks", describe_stacks)
    event = trial.event("Candidate", "Create", "job-1")
    assert handler.on_event(event, None)["RollsBack"] is False
    assert time.waits == [5]


def test_a_trial_ends_when_its_stack_is_deleted(trial: Trial) -> None:
    event = trial.event("Candidate", "Create", "job-1")
    event |= handler.on_event(event, None)
    trial.status = "DELETE_IN_PROGRESS"
    with pytest.raises(FailedTestError, match="has cancelled"):
        handler.is_complete(event, None)
    assert trial.candidates == {}


def test_a_refused_configuration_does_not_reject_the_model_that_serves(trial: Trial) -> None:
    trial.smoke_test("job-1")
    trial.failure = "The new model does not start: no capacity"
    with pytest.raises(FailedTestError):
        trial.candidate("job-1", before="job-1")
    trial.failure, trial.status = "", "UPDATE_ROLLBACK_IN_PROGRESS"
    trial.candidate("job-1", before="job-1")
    assert trial.statuses() == {"job-1": "Approved"}


def test_another_model_is_no_rollback(trial: Trial) -> None:
    trial.smoke_test("job-1")
    trial.candidate("job-2", before="job-1")
    assert trial.statuses() == {"job-1": "Approved", "job-2": "PendingManualApproval"}


@pytest.mark.parametrize(("removal", "left"), [("destroy", 0), ("retain", 12)])
def test_packages_are_removed_with_their_environments_data(
    trial: Trial, removal: str, left: int
) -> None:
    for number in range(12):  # more than a page
        trial.smoke_test(f"job-{number}")
    event = trial.event("Candidate", "Delete", "job-0")
    event["ResourceProperties"]["Package"]["Removal"] = removal
    assert handler.is_complete(event, None) == {"IsComplete": True}
    assert sum(1 for page in trial.get_paginator("list_model_packages").paginate(
        ModelPackageGroupName=GROUP
    ) for _ in page["ModelPackageSummaryList"]) == left  # fmt: skip
    if removal == "destroy":
        trial.registry.delete_model_package_group(ModelPackageGroupName=GROUP)
        assert handler.is_complete(event, None) == {"IsComplete": True}


def without_group(trial: Trial) -> None:
    trial.registry.delete_model_package_group(ModelPackageGroupName=GROUP)


def test_a_model_that_cannot_be_registered_does_not_come_into_service(trial: Trial) -> None:
    without_group(trial)
    with pytest.raises(ClientError, match="does not exist"):
        trial.smoke_test("job-1")


@pytest.mark.parametrize(
    "request_",
    [
        lambda trial: trial.smoke_test("job-1"),
        lambda trial: trial.candidate("job-1", before="job-2"),
    ],
)
def test_a_missing_registry_prevents_no_rollback(
    trial: Trial, request_: Callable[[Trial], None]
) -> None:
    without_group(trial)
    trial.status = "UPDATE_ROLLBACK_IN_PROGRESS"
    request_(trial)


def test_a_missing_registry_hides_no_reason(trial: Trial) -> None:
    without_group(trial)
    trial.failure = "worse"
    with pytest.raises(FailedTestError, match="worse"):
        trial.candidate("job-2")


def test_texts_of_another_model_fit_into_the_registry(trial: Trial) -> None:
    package = Package.from_properties(properties("SmokeTest", "job-1"))
    assert package is not None
    card = {
        "model_version": "mine (2), €" * 50,
        "sha256": {f"part,{number}" * 20: "h" for number in range(60)},
        "metrics": None,
    }
    register(trial.registry, package, "Approved", card=card)
    (found,) = trial.packages()
    kept = found["CustomerMetadataProperties"]
    assert len(kept) == 50
    assert max(map(len, kept)) <= 128
    assert kept["model_version"].startswith("mine _2__ _mine _2__ _")
    assert len(kept["model_version"]) == 256


def test_without_a_registry_nothing_is_registered(trial: Trial) -> None:
    event = trial.event("SmokeTest", "Update", "job-1")
    del event["ResourceProperties"]["Package"]
    handler.on_event(event, None)
    assert trial.packages() == []
