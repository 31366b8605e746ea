"""Repetition of requests that AWS refuses because it has not yet seen its latest changes.

IAM and SageMaker take some seconds to see a role, a policy or a configuration everywhere.
https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html
https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpoint.html
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from botocore.exceptions import ClientError

logger = logging.getLogger(__name__)

Answer = TypeVar("Answer")
# Parts of the messages with which AWS refuses a request that names something new
NOT_YET = (
    "could not find endpoint configuration",
    "could not assume role",
    "unable to assume the role",
    "no s3 objects found under s3 url",  # the role may not list them yet
    "is not authorized to perform",  # the caller may not make the request yet
)
# A real mistake fails after their sum, with AWS's own message.
WAITS_SECONDS = (5, 10, 15, 20, 30)


@dataclass(frozen=True)
class Clock:
    """Source of time."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


CLOCK = Clock()


def repeat(request: Callable[[], Answer], clock: Clock = CLOCK) -> Answer:
    """Make a request and return the answer; repeat it while AWS does not yet see what it names.

    Raises:
        ClientError: AWS's refusal, at once for any other reason and otherwise after the last wait.
    """
    for wait in WAITS_SECONDS:
        try:
            return request()
        except ClientError as error:
            if not may_pass(error):
                raise
            logger.info("retrying in %s s: %s", wait, error)
        clock.sleep(wait)
    return request()


def wait_for(
    condition: Callable[[], bool], *, seconds: float, pause: float, clock: Clock = CLOCK
) -> bool:
    """Wait until a condition is true and return whether it became true within the time."""
    deadline = clock.now() + seconds
    while not condition():
        if clock.now() + pause > deadline:
            return False
        clock.sleep(pause)
    return True


def may_pass(error: ClientError) -> bool:
    """Return whether AWS may accept the same request some seconds later."""
    message = str(error.response.get("Error", {}).get("Message", "")).lower()
    return any(part in message for part in NOT_YET)
