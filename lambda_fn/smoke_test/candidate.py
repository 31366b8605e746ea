"""A new model on an endpoint of its own, before the one that serves learns of it.

InService does not prove that a model loads, nor that it answers sense: whoever asks would find out.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from smoke_test.endpoint import SmokeTestError

logger = logging.getLogger(__name__)

BUSY = {"Creating", "Updating", "SystemUpdating", "RollingBack", "Deleting"}
NOT_FOUND = "Could not find"


@dataclass(frozen=True)
class Candidate:
    """What is to be tried.

    Attributes:
        name: of the endpoint that is made for it, and deleted afterwards.
        config: the endpoint configuration to try.
        serving: name of the endpoint that is to get it.
        gated: whether the training has refused models that are not good enough.
        tags: of the endpoint that is made, by which its costs are counted.
    """

    name: str
    config: str
    serving: str
    gated: bool = True
    tags: Mapping[str, str] = field(default_factory=dict)


def settle(sagemaker: Any, candidate: Candidate, check: Callable[[], None]) -> bool:
    """Take the next step of a trial, and tell whether it has ended well.

    There is nothing to try where the configuration serves already, as after a deployment that is
    rolled back, nor with a gated model where nobody is served yet. While the endpoint that serves
    is busy, as with another number of instances, SageMaker would refuse its update.

    Args:
        sagemaker: client of SageMaker.
        candidate: what is tried.
        check: asks the candidate; raises when its answers are wrong.

    Raises:
        SmokeTestError: when the candidate does not come up, or `check` says so.
    """
    serving = find(sagemaker, candidate.serving)
    settled = serving["EndpointConfigName"] == candidate.config if serving else candidate.gated
    if settled:
        return remove(sagemaker, candidate.name)
    if serving and serving["EndpointStatus"] in BUSY:
        return False
    found = find(sagemaker, candidate.name)
    if found is None:
        tags = [{"Key": key, "Value": value} for key, value in sorted(candidate.tags.items())]
        sagemaker.create_endpoint(
            EndpointName=candidate.name, EndpointConfigName=candidate.config, Tags=tags
        )
        return False
    if found["EndpointStatus"] in BUSY:
        return False
    if found["EndpointConfigName"] != candidate.config:  # left by a deployment that was cut off
        remove(sagemaker, candidate.name)
        return False
    try:
        if found["EndpointStatus"] != "InService":
            reason = found.get("FailureReason", found["EndpointStatus"])
            raise SmokeTestError(f"The new model does not come into service: {reason}")
        check()
    finally:
        remove(sagemaker, candidate.name)
    return True


def remove(sagemaker: Any, name: str) -> bool:
    """Delete an endpoint if there is one; tell whether it has gone.

    SageMaker deletes no endpoint that is being made: that one is for a later call.
    """
    found = find(sagemaker, name)
    if found is not None and found["EndpointStatus"] not in BUSY:
        logger.info("deleting endpoint %s", name)
        sagemaker.delete_endpoint(EndpointName=name)
    return found is None


def find(sagemaker: Any, name: str) -> dict[str, Any] | None:
    """Return the description of an endpoint, or None when there is none."""
    try:
        found: dict[str, Any] = sagemaker.describe_endpoint(EndpointName=name)
    except ClientError as error:
        if NOT_FOUND in error.response["Error"]["Message"]:
            return None
        raise
    return found
