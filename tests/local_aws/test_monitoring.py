"""Metrics of the emulated services, and alarms on them."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from local_aws.sagemaker.invocation_metrics import Stopwatch
from local_aws.urls import local_url, send
from tests.local_aws.conftest import Emulator
from tests.local_aws.support.site_template import api
from tests.local_aws.support.stack import Stack


@pytest.fixture(scope="module")
def url(emulator: Emulator) -> Iterator[str]:
    """URL of an API named `echo` with one function."""
    stack = Stack(emulator, "monitored")
    address = {"Fn::Sub": "https://${Api}.execute-api.${AWS::Region}.amazonaws.com/api/predict"}
    yield local_url(stack.deploy(api(), Url=address).outputs["Url"], emulator.port)
    stack.delete()


def values(emulator: Emulator, name: str, statistic: str, since: datetime) -> float:
    found = emulator.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/ApiGateway",
        MetricName=name,
        Dimensions=[{"Name": "ApiName", "Value": "echo"}, {"Name": "Stage", "Value": "api"}],
        StartTime=since,
        EndTime=datetime.now(UTC) + timedelta(minutes=1),
        Period=86400,
        Statistics=[statistic],
    )
    return float(sum(point[statistic] for point in found["Datapoints"]))


def test_api_gateway_counts_and_times_requests(emulator: Emulator, url: str) -> None:
    since = datetime.now(UTC)
    statuses = [send(url, body=body)[0] for body in (b"x", b"y", b"fail")]
    missing = send(url + "/nothing", body=b"x")[0]
    assert (statuses, missing) == ([200, 200, 502], 403)
    assert values(emulator, "Count", "Sum", since) == 4
    assert values(emulator, "4XXError", "Sum", since) == 1
    assert values(emulator, "5XXError", "Sum", since) == 1
    whole, functions = (
        values(emulator, name, "Sum", since) for name in ("Latency", "IntegrationLatency")
    )
    assert 0 < functions < whole


def alarm(emulator: Emulator, endpoint: str) -> str:
    """Set an alarm on the errors of one endpoint and return its first state."""
    cloudwatch = emulator.client("cloudwatch")
    cloudwatch.put_metric_alarm(
        AlarmName=f"errors-of-{endpoint}", Namespace="Monitored", MetricName="Errors",
        Dimensions=[{"Name": "EndpointName", "Value": endpoint}], Statistic="Sum", Period=60,
        EvaluationPeriods=5, Threshold=0, ComparisonOperator="GreaterThanThreshold",
    )  # fmt: skip
    (found,) = cloudwatch.describe_alarms(AlarmNames=[f"errors-of-{endpoint}"])["MetricAlarms"]
    return str(found["StateValue"])


def test_an_alarm_watches_its_own_resource(emulator: Emulator) -> None:
    emulator.client("cloudwatch").put_metric_data(
        Namespace="Monitored",
        MetricData=[
            {
                "MetricName": "Errors",
                "Value": value,
                "Dimensions": [{"Name": "EndpointName", "Value": endpoint}],
            }
            for endpoint, value in (("good", 0), ("bad", 1))
        ],
    )
    assert alarm(emulator, "good") == "OK"
    assert alarm(emulator, "bad") == "ALARM"


def published(watch: Stopwatch, variant: dict[str, Any], status: int) -> dict[str, float]:
    """Return name to value of an invocation's metrics, all of one endpoint's variant."""
    found: dict[str, float] = {}

    def publish(
        namespace: str, name: str, value: float, _unit: str, dimensions: dict[str, str]
    ) -> None:
        assert namespace == "AWS/SageMaker"
        assert dimensions == {"EndpointName": "endpoint", "VariantName": "blue"}
        found[name] = value

    watch.publish(publish, "endpoint", variant, status)
    return found


@pytest.mark.parametrize(
    ("status", "errors"), [(200, (0, 0)), (422, (1, 0)), (503, (0, 1)), (0, (0, 1))]
)
def test_an_invocation_is_counted_by_how_it_ended(status: int, errors: tuple[int, int]) -> None:
    variant = {"VariantName": "blue", "InitialInstanceCount": 2}
    values = published(Stopwatch(), variant, status)
    assert (values["Invocation4XXErrors"], values["Invocation5XXErrors"]) == errors
    assert (values["Invocations"], values["InvocationsPerInstance"]) == (1, 0.5)


def test_model_latency_is_the_time_of_the_container() -> None:
    watch = Stopwatch()
    time.sleep(0.02)
    watch.asks_container()
    time.sleep(0.01)
    watch.container_answered()
    variant = {"VariantName": "blue", "ServerlessConfig": {}}
    values = published(watch, variant, 200)
    assert values["ModelLatency"] >= 10_000
    assert values["OverheadLatency"] >= 20_000
    assert "InvocationsPerInstance" not in values
