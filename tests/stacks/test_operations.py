"""Alarms, the dashboard and captured data."""

import json
from pathlib import Path
from typing import Any

import pytest

from local_aws.emulator.metric_math import value_of
from tests.stacks.assembly import Assembly, synthesize


def alarms(assembly: Assembly, stack: str, construct: str) -> dict[str, dict[str, Any]]:
    """Return metric name to the properties of a construct's alarms."""
    return {
        resource["Properties"]["MetricName"]: resource["Properties"]
        for key, resource in assembly.resources("AWS::CloudWatch::Alarm", stack).items()
        if key.startswith(f"{stack}/{construct}")
    }


def test_dev_has_neither_alarms_nor_a_dashboard(dev: Assembly) -> None:
    assert dev.resources("AWS::CloudWatch::Alarm") == {}
    assert dev.resources("AWS::CloudWatch::Dashboard") == {}


def test_prod_has_alarms_for_the_api_and_its_function(prod: Assembly) -> None:
    found = alarms(prod, "web", "Alarms")
    limits = {
        name: (alarm.get("ExtendedStatistic") or alarm["Statistic"], alarm["Threshold"])
        for name, alarm in found.items()
    }
    assert limits == {
        "4XXError": ("Average", 0.25),
        "5XXError": ("Average", 0.01),
        "Latency": ("p99", 3000),
        "Errors": ("Sum", 0),
        "Throttles": ("Sum", 0),
    }
    dimensions = {one["Name"]: one["Value"] for one in found["5XXError"]["Dimensions"]}
    assert dimensions == {"ApiName": "sentiment-prod", "Stage": "api"}


def test_prod_has_alarms_for_the_instances(prod: Assembly) -> None:
    found = alarms(prod, "model", "Hosts")
    assert set(found) == {"DiskUtilization", "MemoryUtilization"}
    assert {alarm["Namespace"] for alarm in found.values()} == {"/aws/sagemaker/Endpoints"}
    assert {alarm["Threshold"] for alarm in found.values()} == {85}


def test_every_alarm_notifies_the_topic(prod: Assembly) -> None:
    found = prod.resources("AWS::CloudWatch::Alarm").values()
    assert len(found) == 11
    for alarm in found:
        (action,) = alarm["Properties"]["AlarmActions"]
        assert json.dumps(action).endswith(':sentiment-prod-alarms"]]}')
        assert alarm["Properties"]["AlarmDescription"]


def test_failed_trainings_notify_the_topic(prod: Assembly) -> None:
    (rule,) = [
        resource["Properties"]
        for resource in prod.resources("AWS::Events::Rule", "model").values()
        if "EventPattern" in resource["Properties"]
    ]
    assert rule["EventPattern"] == {
        "source": ["aws.sagemaker"],
        "detail-type": ["SageMaker Training Job State Change"],
        "detail": {
            "TrainingJobName": [{"prefix": "sentiment-prod-"}],
            "SecondaryStatus": ["Failed", "MaxRuntimeExceeded", "MaxWaitTimeExceeded"],
        },
    }
    (target,) = rule["Targets"]
    assert json.dumps(target["Arn"]).endswith(':sentiment-prod-alarms"]]}')


def graphs(assembly: Assembly) -> dict[str, set[str]]:
    """Return the titles of the dashboard's graphs and their metrics."""
    dashboard = assembly.only("AWS::CloudWatch::Dashboard", "web")
    assert dashboard["DashboardName"] == f"sentiment-{assembly.environment}-us-east-1"
    parts = dashboard["DashboardBody"]["Fn::Join"][1]
    body = json.loads("".join(part if isinstance(part, str) else "REFERENCE" for part in parts))
    shown = [one["properties"] for one in body["widgets"]]
    # A line is namespace, metric, dimensions, options; or just the options of an expression.
    return {
        graph["title"]: {line[1] for line in graph["metrics"] if len(line) > 1} for graph in shown
    }


LATENCY = {"Latency", "Duration", "OverheadLatency", "ModelLatency"}
DASHBOARD = {
    "Traffic": {"Count", "Invocations", "Refused"},
    "Errors": {
        "4XXError", "5XXError", "Errors", "Throttles", "Invocation4XXErrors", "Invocation5XXErrors",
    },
    "Where the time goes, p50": LATENCY,
    "Where the time goes, p99": LATENCY,
    "Instances and concurrency": {"Invocations", "InvocationsPerInstance", "ConcurrentExecutions"},
    "Accuracy of each training, on reviews it did not train on": {"TrainingAccuracy"},
}  # fmt: skip


def test_the_dashboard_follows_requests(prod: Assembly) -> None:
    assert graphs(prod) == DASHBOARD


def test_drift_raises_an_alarm_by_a_formula(altered_prod: Assembly) -> None:
    (alarm,) = [
        one["Properties"]
        for one in altered_prod.resources("AWS::CloudWatch::Alarm", "web").values()
        if "Metrics" in one["Properties"]
    ]
    formula, *metrics = alarm["Metrics"]
    assert len(formula["Expression"]) < 2048  # AWS's limit
    assert len(metrics) == 8  # AWS's limit is 10
    assert {one["MetricStat"]["Period"] for one in metrics} == {3600}
    assert {one["MetricStat"]["Metric"]["Namespace"] for one in metrics} == {"sentiment-prod"}
    names = {one["Id"]: one["MetricStat"]["Metric"]["MetricName"] for one in metrics}

    def index(certainty: list[int], unknown: list[int]) -> float:
        counts = {f"CertaintyQuarter{n}": count for n, count in enumerate(certainty, 1)}
        counts |= {f"UnknownWordsQuarter{n}": count for n, count in enumerate(unknown, 1)}
        return value_of(formula["Expression"], {key: counts[name] for key, name in names.items()})

    even = [100, 100, 100, 100]
    assert index(even, even) == 0
    assert index([49, 50, 50, 50], [0, 0, 0, 199]) == 0  # too few reviews
    assert index([90, 110, 95, 105], [105, 95, 110, 90]) < 0.05
    assert index(even, [0, 0, 0, 400]) > 2
    # (0.4 - 0.25) ln 1.6 + (0.1 - 0.25) ln 0.4 = 0.2079, without the half reviews
    assert index([160, 100, 100, 40], even) == pytest.approx(0.2079, abs=0.005)
    assert alarm["Threshold"] == 0.25
    assert alarm["EvaluationPeriods"] == 1


def test_the_dashboard_shows_drift(tmp_path: Path) -> None:
    watched = synthesize("prod", tmp_path, {"operations.drift": "true"})
    assert len(graphs(watched)) == len(DASHBOARD) + 3
    by_unknown = graphs(watched)["Reviews by unknown words, from the quarter with the fewest"]
    assert by_unknown == {f"UnknownWordsQuarter{quarter}" for quarter in range(1, 5)}


def test_the_dashboard_counts_verdicts_of_any_label(prod: Assembly) -> None:
    body = json.dumps(prod.only("AWS::CloudWatch::Dashboard", "web")["DashboardBody"])
    assert '{\\\\\\"sentiment-prod\\\\\\",label,service} MetricName=' in body


def test_captured_requests_are_encrypted_and_expire(prod: Assembly) -> None:
    capture = prod.only("AWS::SageMaker::EndpointConfig")["DataCaptureConfig"]
    assert (capture["EnableCapture"], capture["InitialSamplingPercentage"]) == (True, 5)
    assert [one["CaptureMode"] for one in capture["CaptureOptions"]] == ["Input", "Output"]
    assert json.dumps(capture["DestinationS3Uri"]).endswith('/captured"]]}')
    assert capture["KmsKeyId"] == "{{resolve:ssm:/sentiment-prod/keys/data}}"
    (bucket,) = [
        one["Properties"]
        for key, one in prod.resources("AWS::S3::Bucket", "storage").items()
        if "DataBucket" in key
    ]
    rules = {one["Id"]: one for one in bucket["LifecycleConfiguration"]["Rules"]}
    assert rules["captured-data"]["Prefix"] == "captured/"
    assert rules["captured-data"]["ExpirationInDays"] == 30


def test_dev_captures_no_requests(dev: Assembly) -> None:
    assert "DataCaptureConfig" not in dev.only("AWS::SageMaker::EndpointConfig")


def test_only_events_are_accepted_without_an_account(prod: Assembly) -> None:
    """EventBridge sends no context for conditions."""
    topic = prod.only("AWS::SNS::TopicPolicy")["PolicyDocument"]["Statement"]
    (key,) = [
        resource["Properties"]["KeyPolicy"]["Statement"]
        for name, resource in prod.resources("AWS::KMS::Key").items()
        if "AlarmKey" in name
    ]
    for statements in (topic, key):
        senders = {
            json.dumps(one["Principal"]["Service"]): one.get("Condition")
            for one in statements
            if one["Effect"] == "Allow" and "Service" in one["Principal"]
        }
        assert senders == {
            '["budgets.amazonaws.com", "cloudwatch.amazonaws.com"]': {
                "StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
            },
            '"events.amazonaws.com"': None,
        }
