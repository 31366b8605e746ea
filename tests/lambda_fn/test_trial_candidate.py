"""Trial of a new model on a temporary endpoint."""

from dataclasses import replace
from typing import Any

import pytest

from eventual_consistency import CLOCK
from resource_properties import FailedTestError
from tests.lambda_fn.fake_aws import Time, check, client_error
from trial import handler
from trial.candidate import Candidate, remove, settle
from trial.smoke_test import Expected

SERVING = "sentiment-dev"
CANDIDATE = Candidate("sentiment-dev-candidate", config="config-2", serving=SERVING)


class Endpoints:
    """SageMaker endpoints; a new one is in service at the second description."""

    def __init__(self, **serving: str) -> None:
        """Create the serving endpoint if a configuration is given."""
        self.now = {SERVING: ["InService", serving["config"]]} if serving else {}
        self.comes_up_as = "InService"
        self.calls: list[str] = []
        self.tags: list[dict[str, str]] = []

    def describe_endpoint(self, **request: Any) -> dict[str, str]:
        """Describe an endpoint; one in creation is ready at the next call."""
        check("sagemaker", "DescribeEndpoint", request)
        name = request["EndpointName"]
        if name not in self.now:
            raise client_error("ValidationException", f'Could not find endpoint "{name}".', "Read")
        status, config = self.now[name]
        if status == "Creating":
            self.now[name] = [self.comes_up_as, config]
        failed = {"FailureReason": "no capacity"} if status == "Failed" else {}
        return {"EndpointStatus": status, "EndpointConfigName": config, **failed}

    def create_endpoint(self, **request: Any) -> None:
        """Start to create an endpoint."""
        check("sagemaker", "CreateEndpoint", request)
        self.calls.append("create")
        self.tags = request["Tags"]
        self.now[request["EndpointName"]] = ["Creating", request["EndpointConfigName"]]

    def delete_endpoint(self, **request: Any) -> None:
        """Delete an endpoint, which must not be in creation."""
        check("sagemaker", "DeleteEndpoint", request)
        self.calls.append("delete")
        assert self.now.pop(request["EndpointName"])[0] != "Creating"


class Check:
    """Check of the candidate's answers."""

    def __init__(self, wrong: str = "") -> None:
        """Fail with the reason `wrong`, if there is one."""
        self.asked, self.wrong = 0, wrong

    def __call__(self) -> None:
        """Run the check."""
        self.asked += 1
        if self.wrong:
            raise FailedTestError(self.wrong)


def settled(endpoints: Endpoints, check: Check) -> int:
    """Take steps until the trial has ended and return their number."""
    for steps in range(1, 10):
        if settle(endpoints, CANDIDATE, check):
            return steps
    raise AssertionError("the trial does not end")


def test_a_new_configuration_is_tried_once_and_cleaned_up() -> None:
    endpoints, check = Endpoints(config="config-1"), Check()
    assert settled(endpoints, check) == 3
    assert endpoints.calls == ["create", "delete"]
    assert endpoints.now == {SERVING: ["InService", "config-1"]}
    assert check.asked == 1


@pytest.mark.parametrize("serving", [{}, {"config": "config-2"}])
def test_no_trial_without_a_serving_endpoint_or_a_change(serving: dict[str, str]) -> None:
    endpoints, check = Endpoints(**serving), Check()
    assert settled(endpoints, check) == 1
    assert (endpoints.calls, check.asked) == ([], 0)


def test_an_ungated_model_is_tried_even_without_a_serving_endpoint() -> None:
    endpoints, check = Endpoints(), Check()
    ungated = replace(CANDIDATE, gated=False)
    while not settle(endpoints, ungated, check):
        pass
    assert (endpoints.calls, check.asked) == (["create", "delete"], 1)


def test_the_trial_waits_for_an_endpoint_that_scales() -> None:
    endpoints, check = Endpoints(config="config-1"), Check()
    endpoints.now[SERVING][0] = "Updating"
    assert not settle(endpoints, CANDIDATE, check)
    assert endpoints.calls == []
    endpoints.now[SERVING][0] = "InService"
    assert settled(endpoints, check) == 3


def test_wrong_answers_fail_the_trial_and_remove_the_candidate() -> None:
    endpoints = Endpoints(config="config-1")
    with pytest.raises(FailedTestError, match="classifies a clearly positive review as negative"):
        settled(endpoints, Check("classifies a clearly positive review as negative"))
    assert list(endpoints.now) == [SERVING]


def test_a_candidate_that_does_not_start_fails_with_its_reason() -> None:
    endpoints, check = Endpoints(config="config-1"), Check()
    endpoints.comes_up_as = "Failed"
    with pytest.raises(FailedTestError, match="does not start: no capacity"):
        settled(endpoints, check)
    assert list(endpoints.now) == [SERVING]
    assert check.asked == 0


@pytest.mark.parametrize("status", ["InService", "Failed", "Creating"])
def test_the_candidate_of_an_interrupted_deployment_is_replaced(status: str) -> None:
    endpoints, check = Endpoints(config="config-1"), Check()
    endpoints.now[CANDIDATE.name] = [status, "config-of-then"]
    settled(endpoints, check)
    assert endpoints.calls == ["delete", "create", "delete"]
    assert check.asked == 1


class SlowlyDeleted(Endpoints):
    """Endpoints whose deletion takes some seconds."""

    def __init__(self, time: Time, seconds: float) -> None:
        """Serve, with a candidate that is in service."""
        super().__init__(config="config-1")
        self.now[CANDIDATE.name] = ["InService", CANDIDATE.config]
        self._time, self._seconds, self._gone_at = time, seconds, 0.0

    def describe_endpoint(self, **request: Any) -> dict[str, str]:
        """Describe an endpoint, or the candidate that is being deleted."""
        if self._gone_at and self._time.seconds >= self._gone_at:
            self.now.pop(CANDIDATE.name, None)
        return super().describe_endpoint(**request)

    def delete_endpoint(self, **request: Any) -> None:
        """Start to delete the candidate."""
        self.calls.append("delete")
        self._gone_at = self._time.seconds + self._seconds
        self.now[request["EndpointName"]][0] = "Deleting"


@pytest.mark.parametrize(("seconds", "waited"), [(60.0, 60.0), (10_000.0, 240.0)])
def test_a_successful_trial_ends_when_the_candidate_is_gone(seconds: float, waited: float) -> None:
    time = Time()
    endpoints = SlowlyDeleted(time, seconds)
    assert settle(endpoints, CANDIDATE, Check(), time.clock)
    assert endpoints.calls == ["delete"]
    assert time.seconds == pytest.approx(waited, abs=2)


def test_a_failed_trial_does_not_wait_for_the_deletion() -> None:
    time = Time()
    with pytest.raises(FailedTestError, match="wrong"):
        settle(SlowlyDeleted(time, 60), CANDIDATE, Check("wrong"), time.clock)
    assert time.seconds == 0


def test_a_new_configuration_gets_time_to_propagate() -> None:
    class Lagging(Endpoints):
        refusals = 2

        def create_endpoint(self, **request: Any) -> None:
            self.refusals -= 1
            if self.refusals >= 0:
                raise client_error(
                    "ValidationException", 'Could not find endpoint configuration "x".', "Create"
                )
            super().create_endpoint(**request)

    time, endpoints = Time(), Lagging(config="config-1")
    assert not settle(endpoints, CANDIDATE, Check(), time.clock)
    assert endpoints.calls == ["create"]
    assert len(time.waits) == 2
    endpoints, time = Lagging(config="config-1"), Time()
    endpoints.refusals = 1000
    with pytest.raises(Exception, match="Could not find endpoint configuration"):
        settle(endpoints, CANDIDATE, Check(), time.clock)
    assert time.seconds < 120


def test_a_new_permission_gets_time_to_propagate() -> None:
    class Denying(Endpoints):
        denials = 2

        def describe_endpoint(self, **request: Any) -> dict[str, str]:
            self.denials -= 1
            if self.denials >= 0:
                message = "User: x is not authorized to perform: sagemaker:DescribeEndpoint"
                raise client_error("AccessDeniedException", message, "DescribeEndpoint")
            return super().describe_endpoint(**request)

    time, endpoints = Time(), Denying(config="config-1")
    assert not settle(endpoints, CANDIDATE, Check(), time.clock)
    assert endpoints.calls == ["create"]
    assert len(time.waits) == 2


def test_a_candidate_that_is_not_described_yet_is_not_created_again() -> None:
    class Hidden(Endpoints):
        def create_endpoint(self, **_request: Any) -> None:
            raise client_error(
                "ValidationException", 'Cannot create already existing endpoint "x".', "Create"
            )

    assert not settle(Hidden(config="config-1"), CANDIDATE, Check())


def test_a_rollback_first_removes_the_candidate() -> None:
    endpoints = Endpoints(config="config-2")
    endpoints.now[CANDIDATE.name] = ["Creating", "config-3"]
    assert settled(endpoints, Check()) == 3
    assert list(endpoints.now) == [SERVING]


def test_an_access_error_does_not_mean_a_missing_endpoint() -> None:
    class Refusing(Endpoints):
        def describe_endpoint(self, **_: Any) -> dict[str, str]:
            raise client_error("AccessDeniedException", "not authorized", "DescribeEndpoint", 403)

    with pytest.raises(Exception, match="not authorized"):
        remove(Refusing(), "sentiment-dev-candidate")


def test_the_handler_tries_on_update_and_cleans_up_on_delete(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    endpoints, asked = Endpoints(config="config-1"), []
    monkeypatch.setattr(handler, "_client", lambda _: endpoints)
    monkeypatch.setattr(handler, "check_answers", lambda *a, **k: asked.append((a[1:], k)))
    event = {
        "RequestType": "Update",
        "ResourceType": "Custom::Candidate",
        "ResourceProperties": {
            "EndpointName": CANDIDATE.name,
            "EndpointConfigName": CANDIDATE.config,
            "ServingEndpointName": SERVING,
            "ModelVersion": "job-2",
            "MinimumAccuracy": "0.8",
            "PatienceSeconds": "60",
            "Tags": {"application": "sentiment"},
        },
    }
    assert handler.on_event(event, None) == {
        "PhysicalResourceId": f"smoke-test-of-{CANDIDATE.name}"
    }
    assert endpoints.calls == []
    answers = [handler.is_complete(event, None)["IsComplete"] for _ in range(3)]
    assert answers == [False, False, True]
    assert endpoints.tags == [{"Key": "application", "Value": "sentiment"}]
    options = {"patience_seconds": 60.0, "clock": CLOCK}
    assert asked == [((CANDIDATE.name, Expected("job-2", 0.8)), options)]
    endpoints.now[CANDIDATE.name] = ["InService", "config-9"]
    deleted = {**event, "RequestType": "Delete"}
    assert [handler.is_complete(deleted, None)["IsComplete"] for _ in range(2)] == [False, True]
