"""The settings of automatic scaling."""

from typing import Annotated

from pydantic import Field

from stacks.settings.types import BlankIsNone, Flag, Section, Whole


class ScalingSettings(Section):
    """Automatic scaling of a real-time endpoint by its traffic.

    To change the instance type of an endpoint that scales, deploy once without scaling before:
    SageMaker refuses it otherwise.

    Attributes:
        max_instances: maximum number of instances; the minimum is `endpoint.instance_count`.
            Without it the endpoint does not scale.
        invocations_per_minute: target of scaling for one instance.
        scale_in: whether instances are also removed.
        scale_in_cooldown_seconds: time between two steps down.
        scale_out_cooldown_seconds: time between two steps up.
    """

    max_instances: Annotated[Annotated[Whole, Field(ge=2, le=100)] | None, BlankIsNone] = None
    invocations_per_minute: Annotated[Whole, Field(ge=1, le=1_000_000)] = 1500
    scale_in: Flag = True
    scale_in_cooldown_seconds: Annotated[Whole, Field(ge=0, le=3600)] = 600
    scale_out_cooldown_seconds: Annotated[Whole, Field(ge=0, le=3600)] = 60
