"""The settings of automatic scaling."""

from typing import Annotated

from pydantic import Field

from stacks.settings.types import BlankIsNone, Flag, Section, Whole


class ScalingSettings(Section):
    """Automatic scaling of a real-time endpoint with its traffic.

    Before changing the instance type of an endpoint that scales, deploy once without scaling:
    SageMaker refuses the change otherwise.

    Attributes:
        max_instances: maximum number of instances; the minimum is `endpoint.instance_count`.
            By default the endpoint does not scale.
        invocations_per_minute: target for each instance.
        scale_in: whether scaling also removes instances.
        scale_in_cooldown_seconds: time between two removals of instances.
        scale_out_cooldown_seconds: time between two additions of instances.
    """

    max_instances: Annotated[Annotated[Whole, Field(ge=2, le=100)] | None, BlankIsNone] = None
    invocations_per_minute: Annotated[Whole, Field(ge=1, le=1_000_000)] = 1500
    scale_in: Flag = True
    scale_in_cooldown_seconds: Annotated[Whole, Field(ge=0, le=3600)] = 600
    scale_out_cooldown_seconds: Annotated[Whole, Field(ge=0, le=3600)] = 60
