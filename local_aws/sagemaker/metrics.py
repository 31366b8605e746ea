"""Metrics of a training job, read from its log lines.

Source: https://docs.aws.amazon.com/sagemaker/latest/dg/training-metrics.html
"""

import math
import re
from collections.abc import Iterable
from typing import Any

from local_aws.sagemaker.invocation_metrics import Publish, unpublished

NAMESPACE = "/aws/sagemaker/TrainingJobs"


class Metrics:
    """Applies a job's metric definitions to its log lines and keeps the last value of each."""

    def __init__(
        self, definitions: Iterable[dict[str, str]], job: str, publish: Publish = unpublished
    ) -> None:
        """Take MetricDefinitions; the first group of each regex is the value.

        Args:
            definitions: name and regex of each metric.
            job: the job's name, the dimension of its metrics in CloudWatch.
            publish: publishes each value in CloudWatch.
        """
        self._job, self._publish = job, publish
        self._patterns = [(d["Name"], re.compile(d["Regex"])) for d in definitions]
        self._values: dict[str, tuple[float, float]] = {}

    def observe(self, line: str, time: float) -> None:
        """Read a line that was printed at `time`; skip values that are not finite numbers."""
        for name, pattern in self._patterns:
            match = pattern.search(line)
            value = _number(match[1]) if match else None
            if value is not None:
                self._values[name] = (value, time)
                self._publish(NAMESPACE, name, value, "None", {"TrainingJobName": self._job})

    def final(self) -> list[dict[str, Any]]:
        """Return the last values as FinalMetricDataList."""
        return [
            {"MetricName": name, "Value": value, "Timestamp": time}
            for name, (value, time) in self._values.items()
        ]


def _number(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if math.isfinite(value) else None
