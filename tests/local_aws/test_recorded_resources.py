"""Resources that the emulator records without effect."""

from typing import Any

import pytest

from local_aws.emulator import recorded
from tests.local_aws.conftest import Emulator
from tests.local_aws.support.stack import Stack

TARGET: dict[str, Any] = {
    "Type": "AWS::ApplicationAutoScaling::ScalableTarget",
    "Properties": {"MinCapacity": 2, "MaxCapacity": 4},
}
POLICY: dict[str, Any] = {
    "Type": "AWS::ApplicationAutoScaling::ScalingPolicy",
    "Properties": {"ScalingTargetId": {"Ref": "Target"}},
}
QUEUE = {"Type": "AWS::SQS::Queue", "Properties": {}}


def test_recorded_resources_are_deployed_updated_deleted_and_listed(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in emulator.environment.items():
        monkeypatch.setenv(name, value)
    stack = Stack(emulator, "recorded")
    created = stack.deploy({"Target": TARGET, "Policy": POLICY, "Queue": QUEUE})
    assert created.status == "CREATE_COMPLETE"
    wider = {**TARGET, "Properties": {"MinCapacity": 2, "MaxCapacity": 9}}
    updated = stack.deploy({"Target": wider, "Policy": POLICY, "Queue": QUEUE})
    assert updated.status == "UPDATE_COMPLETE"
    assert updated.ids["Target"] == created.ids["Target"]
    listed = recorded.without_effect(["recorded"])
    assert list(listed) == sorted([TARGET["Type"], POLICY["Type"]])
    assert all(listed.values())
    without = stack.deploy({"Queue": QUEUE})
    assert without.status == "UPDATE_COMPLETE"
    assert "Target" not in without.ids
