"""Blue/green updates: the new model gets a share of the requests, and an alarm rolls it back."""

import threading
import time
from dataclasses import dataclass, field
from typing import Any

from local_aws.sagemaker.served_model import ServedModel
from local_aws.sagemaker.store import Record

# A minute of baking on AWS lasts this long here.
SECONDS_A_MINUTE = 1.0
POLL_SECONDS = 0.1


@dataclass(frozen=True)
class UpdatePolicy:
    """Settings of an update, from an endpoint's deployment configuration.

    Attributes:
        percent: share of the requests that the new model gets first; 100 for all at once.
        bake_seconds: time on AWS for which the model is watched with that share.
        keep_seconds: time on AWS for which it is watched with all requests while the old one is
            kept.
        alarms: names of the alarms that roll the update back.
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
    """A new model that gets a share of the requests while the old one still serves."""

    model: ServedModel
    percent: int
    _sent: int = field(default=0, init=False)

    def takes_next(self) -> bool:
        """Return whether the next request is for the new model; each hundred keep the share."""
        before, self._sent = self._sent, self._sent + 1
        return (before + 1) * self.percent // 100 > before * self.percent // 100


def bake(
    cloudwatch: Any, policy: UpdatePolicy, seconds: float, closing: threading.Event
) -> str | None:
    """Watch the alarms for a time and return the name of one that fires, or None.

    Args:
        cloudwatch: client of the embedded CloudWatch.
        policy: settings of the update, with the alarms' names.
        seconds: time on AWS; a minute lasts a second here.
        closing: event that is set when the emulator ends.
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
