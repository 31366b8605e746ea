"""Utilization of a transform job's machines, from its metrics in CloudWatch.

Source: https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html
"""

import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from statistics import mean
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

NAMESPACE = "/aws/sagemaker/TransformJobs"
METRICS = {"CPUUtilization": "CPU", "MemoryUtilization": "memory"}
ASK_SECONDS = 10.0
SEEK_SECONDS = 2.0  # until there are metrics
PERIOD = 60
LATE = timedelta(minutes=5)  # a metric appears some minutes after its time


class Machines:
    """Machines of one job."""

    def __init__(self, cloudwatch: Any, job: str) -> None:
        """Use a client of CloudWatch and the job's name."""
        self._cloudwatch, self._job = cloudwatch, job
        self._described, self._next = "", 0.0

    def describe(self) -> str:
        """Return a line such as `2 machines, CPU 95%, memory 3%`, of one machine on average.

        CloudWatch is asked once in ten seconds, and more often until it has metrics. Without
        metrics, a connection or the permission, the line is empty.
        """
        if time.monotonic() >= self._next:
            try:
                self._described = self._ask() or self._described
                pause = ASK_SECONDS if self._described else SEEK_SECONDS
                self._next = time.monotonic() + pause
            except (BotoCoreError, ClientError):
                self._described, self._next = "", float("inf")
        return self._described

    def _ask(self) -> str:
        pages = self._cloudwatch.get_paginator("list_metrics").paginate(
            Namespace=NAMESPACE, MetricName=next(iter(METRICS)), RecentlyActive="PT3H"
        )
        hosts = [
            item["Value"]
            for page in pages
            for metric in page["Metrics"]
            for item in metric["Dimensions"]
            if item["Value"].startswith(f"{self._job}/")
        ]
        found = {title: self._newest(name, hosts) for name, title in METRICS.items()}
        if not all(found.values()):
            return ""
        machines = f"{len(hosts)} machine{'s' if len(hosts) > 1 else ''}"
        return ", ".join([machines, *(f"{title} {mean(of):.0f}%" for title, of in found.items())])

    def _newest(self, metric: str, hosts: Sequence[str]) -> list[float]:
        """Return the newest value of each machine that has one."""
        if not hosts:
            return []
        end = datetime.now(UTC) + timedelta(seconds=PERIOD)
        answer = self._cloudwatch.get_metric_data(
            StartTime=end - LATE,
            EndTime=end,
            ScanBy="TimestampDescending",
            MetricDataQueries=[
                {
                    "Id": f"machine{number}",
                    "MetricStat": {
                        "Metric": {
                            "Namespace": NAMESPACE,
                            "MetricName": metric,
                            "Dimensions": [{"Name": "Host", "Value": host}],
                        },
                        "Period": PERIOD,
                        "Stat": "Average",
                    },
                }
                for number, host in enumerate(hosts)
            ],
        )
        return [result["Values"][0] for result in answer["MetricDataResults"] if result["Values"]]
