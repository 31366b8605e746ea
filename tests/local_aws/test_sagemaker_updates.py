"""Updates of an endpoint in service."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local_aws.conftest import Emulator, processes_naming
from tests.local_aws.support import endpoints
from tests.support.waiting import until

CALLERS = 3


@dataclass
class Stream:
    """Counted answers and errors of callers who never pause."""

    answers: Counter[str] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)


@contextmanager
def stream_of_requests(emulator: Emulator, name: str) -> Iterator[Stream]:
    """Send requests from several threads without a pause."""
    seen, over = Stream(), threading.Event()

    def call() -> None:
        while not over.is_set():
            try:
                seen.answers[endpoints.ask(emulator, name, "?")] += 1
            except Exception as error:  # noqa: BLE001 - any error is a dropped request
                seen.errors.append(str(error))

    callers = [threading.Thread(target=call) for _ in range(CALLERS)]
    for caller in callers:
        caller.start()
    try:
        yield seen
    finally:
        over.set()
        for caller in callers:
            caller.join()


def seen(stream: Stream, answer: str, *, more: int = 1) -> None:
    """Wait until callers have received an answer some more times, or an error."""
    enough = stream.answers[answer] + more
    until(lambda: stream.errors or stream.answers[answer] >= enough)


@pytest.fixture(scope="module")
def updated(emulator: Emulator) -> Emulator:
    """An emulator with the endpoint `updated` of the model `old`, and a model `new`."""
    s3 = emulator.client("s3")
    if endpoints.BUCKET not in [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]:
        s3.create_bucket(Bucket=endpoints.BUCKET)
    for name in ("old", "new"):
        endpoints.define(emulator, name)
    endpoints.define(emulator, "unusable", b"not an archive")
    emulator.client("sagemaker").create_endpoint(EndpointName="updated", EndpointConfigName="old")
    assert endpoints.settled(emulator, "updated")["EndpointStatus"] == "InService"
    return emulator


def test_failed_update_keeps_the_old_model_in_service(updated: Emulator) -> None:
    sagemaker = updated.client("sagemaker")
    with stream_of_requests(updated, "updated") as stream:
        seen(stream, "old: ?")
        sagemaker.update_endpoint(EndpointName="updated", EndpointConfigName="unusable")
        endpoint = endpoints.settled(updated, "updated")
    assert endpoint["EndpointStatus"] == "InService"
    assert endpoint["EndpointConfigName"] == "old"
    assert "cannot be unpacked" in endpoint["FailureReason"]
    assert stream.errors == []
    assert set(stream.answers) == {"old: ?"}


def test_update_drops_no_request(updated: Emulator, tmp_path: Path) -> None:
    sagemaker = updated.client("sagemaker")
    folder = updated.state / "sagemaker" / "endpoints"
    before = len(processes_naming(folder))
    for source, target in (("old", "new"), ("new", "old")):
        go_on = tmp_path / target
        late: list[str] = []
        # A request that the old model has begun ends after the replacement.
        waiting = threading.Thread(
            target=lambda late=late, go_on=go_on: late.append(
                endpoints.ask(updated, "updated", f"await {go_on}")
            )
        )
        waiting.start()
        until(Path(f"{go_on}.begun").exists)
        with stream_of_requests(updated, "updated") as stream:
            seen(stream, f"{source}: ?")
            sagemaker.update_endpoint(EndpointName="updated", EndpointConfigName=target)
            endpoint = endpoints.settled(updated, "updated")
            seen(stream, f"{target}: ?", more=20)
        go_on.touch()
        waiting.join()
        assert endpoint["EndpointStatus"] == "InService"
        assert endpoint["EndpointConfigName"] == target
        assert "FailureReason" not in endpoint
        assert stream.errors == []
        assert set(stream.answers) == {"old: ?", "new: ?"}
        assert late == [f"{source}: await {go_on}"]
    until(lambda: len(processes_naming(folder)) == before)


def canary(alarm: str, *, bake_seconds: int) -> dict[str, Any]:
    return {
        "BlueGreenUpdatePolicy": {
            "TrafficRoutingConfiguration": {
                "Type": "CANARY",
                "CanarySize": {"Type": "CAPACITY_PERCENT", "Value": 25},
                "WaitIntervalInSeconds": bake_seconds,
            },
            "MaximumExecutionTimeoutInSeconds": 7200,
        },
        "AutoRollbackConfiguration": {"Alarms": [{"AlarmName": alarm}]},
    }


def alarm(emulator: Emulator, name: str) -> str:
    emulator.client("cloudwatch").put_metric_alarm(
        AlarmName=name, Namespace="Test", MetricName="Failures", Statistic="Sum", Period=60,
        EvaluationPeriods=1, Threshold=0, ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="ignore",
    )  # fmt: skip
    return name


def test_a_canary_serves_next_to_the_old_model_and_then_alone(updated: Emulator) -> None:
    policy = canary(alarm(updated, "calm"), bake_seconds=120)
    with stream_of_requests(updated, "updated") as stream:
        seen(stream, "old: ?")
        updated.client("sagemaker").update_endpoint(
            EndpointName="updated", EndpointConfigName="new", DeploymentConfig=policy
        )
        seen(stream, "new: ?")
        both = Counter(stream.answers)
        endpoint = endpoints.settled(updated, "updated")
    assert both["old: ?"] > 0
    assert stream.errors == []
    assert endpoint["EndpointConfigName"] == "new"
    assert "FailureReason" not in endpoint
    assert endpoints.ask(updated, "updated", "?") == "new: ?"


def test_an_alarm_rolls_the_canary_back_without_a_dropped_request(updated: Emulator) -> None:
    sagemaker = updated.client("sagemaker")
    policy = canary(alarm(updated, "alarmed"), bake_seconds=3600)
    with stream_of_requests(updated, "updated") as stream:
        sagemaker.update_endpoint(
            EndpointName="updated", EndpointConfigName="old", DeploymentConfig=policy
        )
        seen(stream, "old: ?")
        with pytest.raises(ClientError, match="Cannot update in-progress endpoint"):
            sagemaker.update_endpoint(EndpointName="updated", EndpointConfigName="old")
        updated.client("cloudwatch").set_alarm_state(
            AlarmName="alarmed", StateValue="ALARM", StateReason="a test"
        )
        endpoint = endpoints.settled(updated, "updated")
    assert stream.errors == []
    assert (endpoint["EndpointStatus"], endpoint["EndpointConfigName"]) == ("InService", "new")
    assert "Alarm alarmed went off" in endpoint["FailureReason"]
    assert endpoints.ask(updated, "updated", "?") == "new: ?"
