"""Metrics in the log lines of functions, in CloudWatch's embedded metric format.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple


class Datum(NamedTuple):
    """A value of a metric, as `record_metric` of ministack takes it."""

    namespace: str
    name: str
    value: float
    unit: str
    dimensions: dict[str, str]


def embedded_metrics(log: str) -> Iterator[Datum]:
    """Yield the metrics in lines of a log; other lines and malformed metrics are ignored."""
    for line in log.splitlines():
        start = line.find("{")
        if start >= 0 and '"CloudWatchMetrics"' in line:
            try:
                yield from _of(json.loads(line[start:]))
            except (ValueError, TypeError, KeyError, AttributeError):
                continue


def _of(line: dict[str, Any]) -> Iterator[Datum]:
    for directive in line["_aws"]["CloudWatchMetrics"]:
        for names in directive["Dimensions"]:
            dimensions = {name: str(line[name]) for name in names}
            for metric in directive["Metrics"]:
                found = line[metric["Name"]]
                for value in found if isinstance(found, list) else [found]:
                    unit = metric.get("Unit", "None")
                    namespace = directive["Namespace"]
                    yield Datum(namespace, metric["Name"], float(value), unit, dimensions)
