"""A trial of a new model on a temporary endpoint, before the serving endpoint gets it.

InService does not mean the model loads or answers sensibly; without this check, users would find
out first.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from eventual_consistency import CLOCK, Clock, repeat, wait_for
from resource_properties import FailedTestError

logger = logging.getLogger(__name__)

BUSY = {"Creating", "Updating", "SystemUpdating", "RollingBack", "Deleting"}
NOT_FOUND = "Could not find"
EXISTS = "already existing"
# The candidate's capacity is part of the account's quotas until SageMaker has deleted it.
DELETION_SECONDS = 240.0
PAUSE_SECONDS = 2.0


@dataclass(frozen=True)
class Candidate:
    """A new model and the endpoint to try it on.

    Attributes:
        name: name of the temporary endpoint, which is deleted after the trial.
        config: endpoint configuration under trial.
        serving: name of the endpoint that will get the configuration.
        gated: whether training has already refused models that are not accurate enough.
        tags: cost allocation tags of the temporary endpoint.
    """

    name: str
    config: str
    serving: str
    gated: bool = True
    tags: Mapping[str, str] = field(default_factory=dict)


def settle(
    sagemaker: Any, candidate: Candidate, check: Callable[[], None], clock: Clock = CLOCK
) -> bool:
    """Take the next step of the trial and return whether it has succeeded.

    A successful trial ends when the candidate is gone, so that the update of the serving endpoint
    needs capacity for two fleets and not for three.

    No trial is needed for a configuration that already serves, as in a rollback, nor for a gated
    model when no endpoint serves yet. While the serving endpoint is busy, for example scaling, the
    trial waits, because SageMaker would refuse to update it.

    Args:
        sagemaker: SageMaker client.
        candidate: the model under trial.
        check: tests the candidate's answers and raises when they are wrong.
        clock: source of time.

    Raises:
        FailedTestError: when the candidate does not start, or when `check` raises it.
    """
    # The first request with what may be a new permission
    serving = repeat(lambda: find(sagemaker, candidate.serving), clock)
    settled = serving["EndpointConfigName"] == candidate.config if serving else candidate.gated
    if settled:
        return remove(sagemaker, candidate.name)
    if serving and serving["EndpointStatus"] in BUSY:
        return False
    found = find(sagemaker, candidate.name)
    if found is None:
        _create(sagemaker, candidate, clock)
        return False
    if found["EndpointStatus"] in BUSY:
        return False
    if found["EndpointConfigName"] != candidate.config:  # left by an interrupted deployment
        remove(sagemaker, candidate.name)
        return False
    try:
        if found["EndpointStatus"] != "InService":
            reason = found.get("FailureReason", found["EndpointStatus"])
            raise FailedTestError(f"The new model does not start: {reason}")
        check()
    finally:
        remove(sagemaker, candidate.name)
    gone = wait_for(
        lambda: find(sagemaker, candidate.name) is None,
        seconds=DELETION_SECONDS, pause=PAUSE_SECONDS, clock=clock,
    )  # fmt: skip
    if not gone:  # the update needs the capacity only where quotas are tight
        logger.warning("endpoint %s is still being deleted", candidate.name)
    return True


def _create(sagemaker: Any, candidate: Candidate, clock: Clock) -> None:
    tags = [{"Key": key, "Value": value} for key, value in sorted(candidate.tags.items())]
    request = {"EndpointName": candidate.name, "EndpointConfigName": candidate.config, "Tags": tags}
    try:
        repeat(lambda: sagemaker.create_endpoint(**request), clock)
    except ClientError as error:
        # An earlier call has created it, and SageMaker did not describe it yet.
        if EXISTS not in error.response["Error"]["Message"]:
            raise


def remove(sagemaker: Any, name: str) -> bool:
    """Delete the endpoint if it exists and return whether it is gone.

    SageMaker refuses to delete an endpoint that is busy; a later call deletes it.
    """
    found = find(sagemaker, name)
    if found is not None and found["EndpointStatus"] not in BUSY:
        logger.info("deleting endpoint %s", name)
        sagemaker.delete_endpoint(EndpointName=name)
    return found is None


def find(sagemaker: Any, name: str) -> dict[str, Any] | None:
    """Return the endpoint's description, or None when it does not exist."""
    try:
        found: dict[str, Any] = sagemaker.describe_endpoint(EndpointName=name)
    except ClientError as error:
        if NOT_FOUND in error.response["Error"]["Message"]:
            return None
        raise
    return found
