"""The settings of `POST /feedback`."""

from typing import Annotated

from pydantic import Field

from stacks.settings.types import Flag, Section, Whole


class FeedbackSettings(Section):
    """What callers say of verdicts: `POST /feedback`.

    Attributes:
        enabled: whether it is taken; without it there is no such path.
        expiry_days: age at which it is deleted.
        throttle_rate: calls a second, over all callers.
        throttle_burst: calls at the same moment.
    """

    enabled: Flag = False
    expiry_days: Annotated[Whole, Field(ge=1, le=3650)] = 365
    throttle_rate: Annotated[Whole, Field(ge=1, le=1000)] = 2
    throttle_burst: Annotated[Whole, Field(ge=1, le=1000)] = 10
