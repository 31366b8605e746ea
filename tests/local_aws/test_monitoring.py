"""Metrics of the emulated services, and alarms on them."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from local_aws.emulator.embedded_metrics import embedded_metrics
from local_aws.emulator.metric_math import UnsupportedError, value_of
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


def formula(expression: str) -> dict[str, Any]:
    """Return an alarm on a formula over the metrics `good` and `bad` of an hour."""
    queries = [
        {
            "Id": name,
            "MetricStat": {
                "Metric": {"Namespace": "Formula", "MetricName": name},
                "Period": 3600,
                "Stat": "Sum",
            },
            "ReturnData": False,
        }
        for name in ("good", "bad")
    ]
    return {
        "Type": "AWS::CloudWatch::Alarm",
        "Properties": {
            "AlarmName": "formula",
            "Metrics": [*queries, {"Id": "share", "Expression": expression}],
            "EvaluationPeriods": 1,
            "Threshold": 0.5,
            "ComparisonOperator": "GreaterThanThreshold",
        },
    }


def test_an_alarm_watches_a_formula_over_several_metrics(emulator: Emulator) -> None:
    stack, cloudwatch = Stack(emulator, "formula"), emulator.client("cloudwatch")

    def state() -> str:
        (found,) = cloudwatch.describe_alarms(AlarmNames=["formula"])["MetricAlarms"]
        assert "MetricName" not in found
        assert len(found["Metrics"]) == 3
        return str(found["StateValue"])

    def put(name: str, value: float) -> None:
        data = [{"MetricName": name, "Value": value}]
        cloudwatch.put_metric_data(Namespace="Formula", MetricData=data)

    found = stack.deploy({"Alarm": formula("IF(good + bad >= 4, bad / (good + bad), 0)")})
    assert found.status == "CREATE_COMPLETE"
    put("bad", 3)
    assert state() == "INSUFFICIENT_DATA"
    put("good", 0)
    assert state() == "OK"
    put("bad", 3)
    assert state() == "ALARM"
    put("good", 20)
    assert state() == "OK"
    found = stack.deploy({"Alarm": formula("ANOMALY_DETECTION_BAND(bad)")})
    assert found.status == "UPDATE_ROLLBACK_COMPLETE"
    assert any("ANOMALY_DETECTION_BAND" in reason for reason in found.reasons)
    stack.delete()


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("2 * (a - b) / a", 1.5),
        ("-a + ABS(0 - b)", -3),
        ("LOG(1) + LOG10(100)", 2),
        ("IF(a > b, 7, 8)", 7),
        ("IF(a == b, 7, 8)", 8),
    ],
)
def test_formulas_have_the_value_that_cloudwatch_gives_them(expression: str, value: float) -> None:
    assert value_of(expression, {"a": 4, "b": 1}) == value


@pytest.mark.parametrize(
    "expression", ["a +", "SEARCH('x')", "c", "a ** 2", "a.b", "1 if a else 2"]
)
def test_other_formulas_are_refused(expression: str) -> None:
    with pytest.raises(UnsupportedError, match="metric math"):
        value_of(expression, {"a": 4})


def test_lines_of_a_functions_log_contain_metrics() -> None:
    directive = {
        "Namespace": "app",
        "Dimensions": [["service"], []],
        "Metrics": [{"Name": "Requests", "Unit": "Count"}, {"Name": "Seconds"}],
    }
    line = {
        "_aws": {"Timestamp": 1, "CloudWatchMetrics": [directive]},
        "service": "api", "Requests": [1.0, 2.0], "Seconds": 0.5,
    }  # fmt: skip
    log = f'START\n{json.dumps(line)}\n{{"CloudWatchMetrics": 1}}\n{{"a": "CloudWatchMetrics"\nEND'
    assert list(embedded_metrics(log)) == [
        ("app", "Requests", 1.0, "Count", {"service": "api"}),
        ("app", "Requests", 2.0, "Count", {"service": "api"}),
        ("app", "Seconds", 0.5, "None", {"service": "api"}),
        ("app", "Requests", 1.0, "Count", {}),
        ("app", "Requests", 2.0, "Count", {}),
        ("app", "Seconds", 0.5, "None", {}),
    ]


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
