"""The metrics that SageMaker reports of an endpoint's requests.

Source: https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html
"""

import time
from collections.abc import Callable, Iterable

from local_aws.emulator.measured import Measured, failed
from local_aws.sagemaker.store import Record

NAMESPACE = "AWS/SageMaker"
Publish = Callable[[Iterable[Measured]], None]


def unpublished(_measured: Iterable[Measured]) -> None:
    """Keep no metrics."""


class Stopwatch:
    """Measures one invocation from its beginning, and the container's part of it."""

    def __init__(self) -> None:
        """Begin."""
        self._began = time.perf_counter()
        self._asked = self._answered = self._began

    def asks_container(self) -> None:
        """Begin the container's part."""
        self._asked = self._answered = time.perf_counter()

    def container_answered(self) -> None:
        """End the container's part."""
        self._answered = time.perf_counter()

    def metrics(self, endpoint: str, variant: Record, status: int) -> list[Measured]:
        """Return the metrics of an invocation that ends now.

        Args:
            endpoint: its name.
            variant: the production variant that was asked.
            status: what its container answered; 0 for nothing.
        """
        model = self._answered - self._asked
        overhead = time.perf_counter() - self._began - model
        by_client, by_server = failed(status)
        values = {
            "Invocations": (1.0, "None"),
            "Invocation4XXErrors": (float(by_client), "None"),
            "Invocation5XXErrors": (float(by_server or status == 0), "None"),
            "ModelLatency": (model * 1e6, "Microseconds"),
            "OverheadLatency": (overhead * 1e6, "Microseconds"),
        }
        if "ServerlessConfig" not in variant:
            instances = int(variant.get("InitialInstanceCount", 1))
            values["InvocationsPerInstance"] = (1 / instances, "None")
        dimensions = {"EndpointName": endpoint, "VariantName": str(variant["VariantName"])}
        return [
            Measured(NAMESPACE, name, value, unit, dimensions)
            for name, (value, unit) in values.items()
        ]
