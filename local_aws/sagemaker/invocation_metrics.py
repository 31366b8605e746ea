"""CloudWatch metrics of an endpoint's requests.

Source: https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html
"""

import time
from collections.abc import Callable

from local_aws.sagemaker.store import Record

NAMESPACE = "AWS/SageMaker"
# Publishes one value: namespace, name, value, unit, dimensions.
Publish = Callable[[str, str, float, str, dict[str, str]], None]


def unpublished(*_metric: object) -> None:
    """Publish nothing."""


class Stopwatch:
    """Measures one invocation, and the container's part of it."""

    def __init__(self) -> None:
        """Start the clock."""
        self._began = time.perf_counter()
        self._asked = self._answered = self._began

    def asks_container(self) -> None:
        """Start the container's part."""
        self._asked = self._answered = time.perf_counter()

    def container_answered(self) -> None:
        """End the container's part."""
        self._answered = time.perf_counter()

    def publish(self, publish: Publish, endpoint: str, variant: Record, status: int) -> None:
        """Publish the metrics of an invocation that ends now.

        Args:
            publish: takes each metric.
            endpoint: the endpoint's name.
            variant: the production variant that was invoked.
            status: HTTP status of its container's answer; 0 without one.
        """
        model = self._answered - self._asked
        overhead = time.perf_counter() - self._began - model
        values = {
            "Invocations": (1.0, "None"),
            "Invocation4XXErrors": (float(status // 100 == 4), "None"),  # noqa: PLR2004
            "Invocation5XXErrors": (float(status // 100 in {0, 5}), "None"),
            "ModelLatency": (model * 1e6, "Microseconds"),
            "OverheadLatency": (overhead * 1e6, "Microseconds"),
        }
        if "ServerlessConfig" not in variant:
            instances = int(variant.get("InitialInstanceCount", 1))
            values["InvocationsPerInstance"] = (1 / instances, "None")
        dimensions = {"EndpointName": endpoint, "VariantName": str(variant["VariantName"])}
        for name, (value, unit) in values.items():
            publish(NAMESPACE, name, value, unit, dimensions)
