"""CloudWatch metrics of a transform job's instances.

AWS publishes them once a minute. Here the first ones arrive sooner, since jobs are shorter.

Source: https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html
"""

import time

import psutil

from local_aws.sagemaker.invocation_metrics import Publish
from local_aws.sagemaker.served_model import ServedModel

NAMESPACE = "/aws/sagemaker/TransformJobs"
SECONDS = 3.0


class Utilization:
    """Measures the container of an instance between two calls of `publish`."""

    def __init__(self, publish: Publish, host: str, model: ServedModel) -> None:
        """Start measuring.

        Args:
            publish: takes each metric.
            host: name of the job and the instance, separated by a slash.
            model: the container.
        """
        self._publish, self._host, self._model = publish, host, model
        self._time, self._processor_seconds = time.monotonic(), model.usage().processor_seconds

    def publish(self) -> None:
        """Publish the percentages of one processor and of the memory."""
        now, usage = time.monotonic(), self._model.usage()
        # A container that was started again has a new count.
        used = max(0.0, usage.processor_seconds - self._processor_seconds)
        percentages = {
            "CPUUtilization": 100 * used / (now - self._time),
            "MemoryUtilization": 100 * usage.memory / psutil.virtual_memory().total,
        }
        for name, value in percentages.items():
            self._publish(NAMESPACE, name, value, "Percent", {"Host": self._host})
        self._time, self._processor_seconds = now, usage.processor_seconds
