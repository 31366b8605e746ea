"""The settings of `POST /feedback`."""

from typing import Annotated

from pydantic import Field

from stacks.settings.types import Flag, Section, Whole


class FeedbackSettings(Section):
    """Callers' feedback on verdicts: `POST /feedback`.

    Attributes:
        enabled: whether feedback is accepted; otherwise the path does not exist.
        expiry_days: age at which feedback expires.
        throttle_rate: calls a second from all callers together.
        throttle_burst: concurrent calls.
    """

    enabled: Flag = False
    expiry_days: Annotated[Whole, Field(ge=1, le=3650)] = 365
    throttle_rate: Annotated[Whole, Field(ge=1, le=1000)] = 2
    throttle_burst: Annotated[Whole, Field(ge=1, le=1000)] = 10
