"""How a new model is tried on an endpoint of its own."""

from dataclasses import replace
from typing import Any

import pytest

from tests.lambda_fn.fake_aws import check, client_error
from trial import handler
from trial.candidate import Candidate, remove, settle
from trial.smoke_test import Expected, SmokeTestError

SERVING = "sentiment-dev"
CANDIDATE = Candidate("sentiment-dev-candidate", config="config-2", serving=SERVING)


class Endpoints:
    """SageMaker's endpoints; a new one takes as long to come up as `describe` is asked twice."""

    def __init__(self, **serving: str) -> None:
        """Begin with the endpoint that serves, if a configuration is named."""
        self.now = {SERVING: ["InService", serving["config"]]} if serving else {}
        self.comes_up_as = "InService"
        self.calls: list[str] = []
        self.tags: list[dict[str, str]] = []

    def describe_endpoint(self, **request: Any) -> dict[str, str]:
        """Describe one; those that are being made come up at the next question."""
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
        """Begin to make one."""
        check("sagemaker", "CreateEndpoint", request)
        self.calls.append("create")
        self.tags = request["Tags"]
        self.now[request["EndpointName"]] = ["Creating", request["EndpointConfigName"]]

    def delete_endpoint(self, **request: Any) -> None:
        """Delete one, which must not be in the making."""
        check("sagemaker", "DeleteEndpoint", request)
        self.calls.append("delete")
        assert self.now.pop(request["EndpointName"])[0] != "Creating"


class Check:
    """The questions to the candidate."""

    def __init__(self, wrong: str = "") -> None:
        """Find fault with the answers, or not."""
        self.asked, self.wrong = 0, wrong

    def __call__(self) -> None:
        """Ask."""
        self.asked += 1
        if self.wrong:
            raise SmokeTestError(self.wrong)


def settled(endpoints: Endpoints, check: Check) -> int:
    """Take steps until the trial has ended; return how many it took."""
    for steps in range(1, 10):
        if settle(endpoints, CANDIDATE, check):
            return steps
    raise AssertionError("it never ends")


def test_a_new_configuration_is_tried_once_and_leaves_nothing() -> None:
    endpoints, check = Endpoints(config="config-1"), Check()
    assert settled(endpoints, check) == 3
    assert endpoints.calls == ["create", "delete"]
    assert endpoints.now == {SERVING: ["InService", "config-1"]}
    assert check.asked == 1


@pytest.mark.parametrize("serving", [{}, {"config": "config-2"}])
def test_nothing_is_tried_that_nobody_is_served_or_that_serves(serving: dict[str, str]) -> None:
    endpoints, check = Endpoints(**serving), Check()
    assert settled(endpoints, check) == 1
    assert (endpoints.calls, check.asked) == ([], 0)


def test_a_model_that_no_training_measured_is_tried_even_where_nobody_is_served() -> None:
    endpoints, check = Endpoints(), Check()
    ungated = replace(CANDIDATE, gated=False)
    while not settle(endpoints, ungated, check):
        pass
    assert (endpoints.calls, check.asked) == (["create", "delete"], 1)


def test_an_endpoint_that_is_being_scaled_is_waited_for() -> None:
    endpoints, check = Endpoints(config="config-1"), Check()
    endpoints.now[SERVING][0] = "Updating"
    assert not settle(endpoints, CANDIDATE, check)
    assert endpoints.calls == []
    endpoints.now[SERVING][0] = "InService"
    assert settled(endpoints, check) == 3


def test_wrong_answers_fail_it_and_the_candidate_goes() -> None:
    endpoints = Endpoints(config="config-1")
    with pytest.raises(SmokeTestError, match="classifies a clearly positive review as negative"):
        settled(endpoints, Check("classifies a clearly positive review as negative"))
    assert list(endpoints.now) == [SERVING]


def test_a_candidate_that_does_not_come_up_fails_it_with_its_reason() -> None:
    endpoints, check = Endpoints(config="config-1"), Check()
    endpoints.comes_up_as = "Failed"
    with pytest.raises(SmokeTestError, match="does not start: no capacity"):
        settled(endpoints, check)
    assert list(endpoints.now) == [SERVING]
    assert check.asked == 0


@pytest.mark.parametrize("status", ["InService", "Failed", "Creating"])
def test_what_a_deployment_that_was_cut_off_left_is_replaced(status: str) -> None:
    endpoints, check = Endpoints(config="config-1"), Check()
    endpoints.now[CANDIDATE.name] = [status, "config-of-then"]
    settled(endpoints, check)
    assert endpoints.calls == ["delete", "create", "delete"]
    assert check.asked == 1


def test_a_rollback_removes_what_is_left_before_it_goes_on() -> None:
    endpoints = Endpoints(config="config-2")
    endpoints.now[CANDIDATE.name] = ["Creating", "config-3"]
    assert settled(endpoints, Check()) == 3
    assert list(endpoints.now) == [SERVING]


def test_other_errors_are_not_taken_for_a_missing_endpoint() -> None:
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
    assert asked == [((CANDIDATE.name, Expected("job-2", 0.8)), {"patience_seconds": 60.0})]
    endpoints.now[CANDIDATE.name] = ["InService", "config-9"]
    deleted = {**event, "RequestType": "Delete"}
    assert [handler.is_complete(deleted, None)["IsComplete"] for _ in range(2)] == [False, True]
