"""An alarm goes off for a metric with other dimensions than its own.

The alarm watches the queue `a`; only the queue `b` exceeds the threshold.
Repaired by `apply` in local_aws/emulator/patches/cloudwatch.py.
"""

import json

import boto3

EXPECTED = "INSUFFICIENT_DATA"
NAMED = {"Namespace": "Demo", "MetricName": "Depth"}


def dimensions(queue):
    """Return the dimensions of a queue's metric."""
    return [{"Name": "Queue", "Value": queue}]


cloudwatch = boto3.client("cloudwatch")
cloudwatch.put_metric_alarm(
    **NAMED, AlarmName="depth-of-a", Dimensions=dimensions("a"), Statistic="Maximum", Period=60,
    EvaluationPeriods=1, Threshold=1, ComparisonOperator="GreaterThanThreshold",
)  # fmt: skip
cloudwatch.put_metric_data(
    Namespace=NAMED["Namespace"],
    MetricData=[{"MetricName": NAMED["MetricName"], "Dimensions": dimensions("b"), "Value": 5}],
)
[alarm] = cloudwatch.describe_alarms(AlarmNames=["depth-of-a"])["MetricAlarms"]
print(json.dumps({"expected": EXPECTED, "actual": alarm["StateValue"]}))
