"""Blue/green updates: a part of the requests for the new model, and back when an alarm goes off."""

import threading
import time
from dataclasses import dataclass, field
from typing import Any

from local_aws.sagemaker.served_model import ServedModel
from local_aws.sagemaker.store import Record

# A minute of baking lasts this long here: nobody waits ten minutes for an update to prove itself.
SECONDS_A_MINUTE = 1.0
POLL_SECONDS = 0.1


@dataclass(frozen=True)
class UpdatePolicy:
    """What an endpoint's deployment configuration says of an update.

    Attributes:
        percent: share of the requests that the new model gets first; 100 for all at once.
        bake_seconds: time that it is watched for with that share, on AWS.
        keep_seconds: time that it is watched for with all requests, while the old one is kept.
        alarms: names of the alarms that call it back.
    """

    percent: int
    bake_seconds: float
    keep_seconds: float
    alarms: tuple[str, ...]

    @classmethod
    def of(cls, deployment: Record) -> "UpdatePolicy":
        """Read UpdateEndpoint's DeploymentConfig."""
        policy = deployment.get("BlueGreenUpdatePolicy", {})
        routing = policy.get("TrafficRoutingConfiguration", {})
        canary = routing.get("Type", "ALL_AT_ONCE") != "ALL_AT_ONCE"
        size = routing.get("CanarySize", routing.get("LinearStepSize", {}))
        rollback = deployment.get("AutoRollbackConfiguration", {})
        return cls(
            percent=int(size.get("Value", 100)) if canary else 100,
            bake_seconds=float(routing.get("WaitIntervalInSeconds", 0)),
            keep_seconds=float(policy.get("TerminationWaitInSeconds", 0)),
            alarms=tuple(alarm["AlarmName"] for alarm in rollback.get("Alarms", [])),
        )


@dataclass
class Canary:
    """A new model beside the old one, with its share of the requests."""

    model: ServedModel
    percent: int
    _sent: int = field(default=0, init=False)

    def takes_next(self) -> bool:
        """Tell whether the next request is the new model's; every hundred keeps the share."""
        before, self._sent = self._sent, self._sent + 1
        return (before + 1) * self.percent // 100 > before * self.percent // 100


def bake(
    cloudwatch: Any, policy: UpdatePolicy, seconds: float, closing: threading.Event
) -> str | None:
    """Watch the alarms for a time; return the name of one that goes off, or None.

    Args:
        cloudwatch: client of the embedded CloudWatch.
        policy: with the alarms' names.
        seconds: time on AWS; a minute is a second here.
        closing: set when the emulator ends.
    """
    deadline = time.monotonic() + seconds / 60 * SECONDS_A_MINUTE
    while policy.alarms and not closing.is_set():
        found = cloudwatch.describe_alarms(AlarmNames=list(policy.alarms), StateValue="ALARM")
        if found["MetricAlarms"]:
            return str(found["MetricAlarms"][0]["AlarmName"])
        if time.monotonic() >= deadline:
            return None
        closing.wait(POLL_SECONDS)
    return None
