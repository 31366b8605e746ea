"""The function that deletes a stack after a period without deployments."""

from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from expiry import handler
from local_aws.environment import DUMMY_KEY

NOON = {"time": "2026-03-01T12:00:00Z"}


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> Stubber:
    client = boto3.client(
        "cloudformation",
        "us-east-1",
        aws_access_key_id=DUMMY_KEY,
        aws_secret_access_key=DUMMY_KEY,
    )
    monkeypatch.setenv("STACK_ID", "arn:model")
    monkeypatch.setenv("EXPIRES_AFTER_HOURS", "2")
    monkeypatch.setattr(handler, "_cloudformation", lambda: client)
    stubber = Stubber(client)
    stubber.activate()
    return stubber


def described(stub: Stubber, hour: int, minute: int = 0, **more: Any) -> None:
    stack = {
        "StackName": "model",
        "StackId": "arn:model",
        "CreationTime": datetime(2026, 3, 1, hour, minute, tzinfo=UTC),
        "StackStatus": "UPDATE_ROLLBACK_COMPLETE",
        **more,
    }
    stub.add_response("describe_stacks", {"Stacks": [stack]}, {"StackName": "arn:model"})


def test_an_old_stack_is_deleted(stub: Stubber) -> None:
    described(stub, 9)
    stub.add_response("delete_stack", {}, {"StackName": "arn:model"})
    assert handler.on_schedule(NOON, None) == {
        "deleted": "model last changed 3:00:00 ago; the limit is 2:00:00"
    }
    stub.assert_no_pending_responses()


@pytest.mark.parametrize(
    "more",
    [
        {"CreationTime": datetime(2026, 3, 1, 10, 1, tzinfo=UTC)},
        {"LastUpdatedTime": datetime(2026, 3, 1, 11, tzinfo=UTC)},
        {"StackStatus": "UPDATE_IN_PROGRESS"},
        {"StackStatus": "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"},
    ],
)
def test_a_recent_or_busy_stack_is_kept(stub: Stubber, more: dict[str, Any]) -> None:
    described(stub, 9, **more)
    assert "kept" in handler.on_schedule(NOON, None)
