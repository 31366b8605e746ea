"""Instances and serverless concurrency of an account's endpoints, within its quotas."""

import math
import threading
from collections.abc import Callable

from local_aws.sagemaker.errors import SageMakerError
from local_aws.sagemaker.store import Record

# Returns the account's quota of this name
Quota = Callable[[str], float]
CONCURRENCY = "Maximum total concurrency that can be allocated across all serverless endpoints"
INSTANCES = "{} for endpoint usage"


def unlimited(_name: str) -> float:
    """Return no limit for every quota."""
    return math.inf


class Capacity:
    """The fleets of all endpoints: two of one endpoint during its update."""

    def __init__(self, quota: Quota = unlimited) -> None:
        """Apply the account's quotas."""
        self._quota = quota
        self._lock = threading.Lock()
        self._fleets: dict[str, list[Record]] = {}

    def add(self, endpoint: str, variant: Record) -> None:
        """Allocate another fleet of an endpoint.

        Raises:
            SageMakerError: when the fleets of all endpoints together would exceed a quota.
        """
        name, delta = _need(variant)
        unit = "None" if name == CONCURRENCY else "Instances"
        with self._lock:
            every = [fleet for fleets in self._fleets.values() for fleet in fleets]
            used = sum(amount for other, amount in map(_need, every) if other == name)
            if used + delta > self._quota(name):
                raise SageMakerError(
                    "ResourceLimitExceeded",
                    f"The account-level service limit '{name}' is {self._quota(name):.0f} {unit}, "
                    f"with current utilization of {used} {unit} and a request delta of {delta} "
                    f"{unit}. Please use AWS Service Quotas to request an increase for this quota. "
                    "If AWS Service Quotas is not available, contact AWS support to request an "
                    "increase for this quota.",
                )
            self._fleets.setdefault(endpoint, []).append(variant)

    def keep_first(self, endpoint: str) -> None:
        """Release the fleet of a failed update."""
        with self._lock:
            self._fleets[endpoint] = self._fleets.get(endpoint, [])[:1]

    def keep_last(self, endpoint: str) -> None:
        """Release the fleet that an update has replaced."""
        with self._lock:
            self._fleets[endpoint] = self._fleets.get(endpoint, [])[-1:]

    def release(self, endpoint: str) -> None:
        """Release all fleets of a deleted endpoint."""
        with self._lock:
            self._fleets.pop(endpoint, None)


def _need(variant: Record) -> tuple[str, int]:
    """Return the quota that a fleet counts against, and its amount."""
    if "ServerlessConfig" in variant:
        return CONCURRENCY, int(variant["ServerlessConfig"]["MaxConcurrency"])
    return INSTANCES.format(variant["InstanceType"]), int(variant.get("InitialInstanceCount", 1))
