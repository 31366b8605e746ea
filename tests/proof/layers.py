"""Latency of each part of a deployment, from its own metrics and logs."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from tests.proof.load import Percentiles
from tests.support.deployment import Deployment

REPORT = re.compile(r"^REPORT RequestId: \S+\tDuration: ([\d.]+) ms")
NAME = "sentiment-dev"
API = {"ApiName": NAME, "Stage": "api"}
ENDPOINT = {"EndpointName": NAME, "VariantName": "AllTraffic"}
# Name in the table, namespace, metric, dimensions and units per millisecond
METRICS: tuple[tuple[str, str, str, Mapping[str, str], int], ...] = (
    ("API Gateway, total", "AWS/ApiGateway", "Latency", API, 1),
    ("its integration", "AWS/ApiGateway", "IntegrationLatency", API, 1),
    ("SageMaker's overhead", "AWS/SageMaker", "OverheadLatency", ENDPOINT, 1000),
    ("model", "AWS/SageMaker", "ModelLatency", ENDPOINT, 1000),
)
PERIOD_SECONDS = 86_400


def layers(deployment: Deployment, since: datetime) -> dict[str, Percentiles]:
    """Return the latency of each part since a moment, in milliseconds, by the part's name."""
    found = {
        part: _metric(deployment, since, namespace, name, dimensions, scale)
        for part, namespace, name, dimensions, scale in METRICS
    }
    return {**found, "function": _function(deployment, since)}


def counted(deployment: Deployment, since: datetime, name: str) -> int:
    """Return the sum of an API Gateway metric since a moment."""
    points = deployment.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/ApiGateway", MetricName=name, Dimensions=_listed(API),
        StartTime=since, EndTime=datetime.now(UTC), Period=PERIOD_SECONDS, Statistics=["Sum"],
    )["Datapoints"]  # fmt: skip
    return sum(int(point["Sum"]) for point in points)


def _metric(
    deployment: Deployment,
    since: datetime,
    namespace: str,
    name: str,
    dimensions: Mapping[str, str],
    scale: int,
) -> Percentiles:
    (point,) = deployment.client("cloudwatch").get_metric_statistics(
        Namespace=namespace, MetricName=name, Dimensions=_listed(dimensions),
        StartTime=since, EndTime=datetime.now(UTC), Period=PERIOD_SECONDS,
        ExtendedStatistics=["p50", "p95", "p99"],
    )["Datapoints"]  # fmt: skip
    found = point["ExtendedStatistics"]
    return Percentiles(*(found[percentile] / scale for percentile in ("p50", "p95", "p99")))


def _function(deployment: Deployment, since: datetime) -> Percentiles:
    """Return the durations of the API function, from the REPORT lines of its log."""
    (group,) = (
        function["LoggingConfig"]["LogGroup"]
        for page in deployment.client("lambda").get_paginator("list_functions").paginate()
        for function in page["Functions"]
        if "PredictApiHandler" in function["FunctionName"]
    )
    pages = (
        deployment.client("logs")
        .get_paginator("filter_log_events")
        .paginate(
            logGroupName=group, startTime=int(since.timestamp() * 1000), filterPattern="REPORT"
        )
    )
    messages = (event["message"] for page in pages for event in page["events"])
    return Percentiles.of(float(report[1]) for each in messages if (report := REPORT.match(each)))


def _listed(dimensions: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Name": name, "Value": value} for name, value in dimensions.items()]
