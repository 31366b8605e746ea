"""What serves the model, and how a new one comes into service."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, field_validator

from stacks.settings.machines import image_fits_instance, instance_exists
from stacks.settings.types import (
    BlankIsNone,
    Decimal,
    Flag,
    Image,
    MlInstance,
    Section,
    ServerlessMemory,
    Whole,
)


class EndpointSettings(Section):
    """What serves the model.

    Attributes:
        kind: `serverless` costs nothing while idle, `real_time` answers without cold starts.
            SageMaker refuses the way back from real-time to serverless: the model stack has to be
            destroyed first. Deploying it again trains nothing.
        memory_mb: of a serverless endpoint.
        max_concurrency: requests that a serverless endpoint answers at a time.
        instance_type: of a real-time endpoint.
        instance_count: of a real-time endpoint; two or more are spread over availability zones.
        image: URI of another serving image.
        network_isolation: whether the model's container reaches no network at all; without a value
            that of a real-time endpoint does not, and that of a serverless one, which cannot be
            isolated, may.
        capture_percent: share of a real-time endpoint's requests and answers that is kept in the
            data bucket, to look at later.
        capture_expiry_days: age at which they are deleted.
        idle_alarm_hours: with `operations.alarms`, hours without any request after which a
            real-time endpoint, which costs the same with and without, raises an alarm.
        expires_after_hours: hours after the last deployment of a change after which the model
            stack is removed, and with it all that costs while idle. Deploying again brings it back
            without a training.
    """

    kind: Literal["serverless", "real_time"]
    memory_mb: ServerlessMemory = 3072
    max_concurrency: Annotated[Whole, Field(ge=1, le=200)] = 5
    instance_type: Annotated[MlInstance, AfterValidator(instance_exists("endpoint"))] = (
        "ml.m5.large"
    )
    instance_count: Annotated[Whole, Field(ge=1, le=20)] = 1
    image: Annotated[Image | None, BlankIsNone, Field(validate_default=True)] = None
    network_isolation: Annotated[Flag | None, BlankIsNone] = None
    capture_percent: Annotated[Whole, Field(ge=0, le=100)] = 0
    capture_expiry_days: Annotated[Whole, Field(ge=1, le=3650)] = 30
    idle_alarm_hours: Annotated[Whole, Field(ge=1, le=168)] = 48
    expires_after_hours: Annotated[Annotated[Whole, Field(ge=1, le=8760)] | None, BlankIsNone] = (
        None
    )

    _image_fits_instance = field_validator("image")(image_fits_instance)

    @property
    def isolated(self) -> bool:
        """Whether the container reaches no network."""
        stated = self.network_isolation
        return self.kind == "real_time" if stated is None else stated


class RolloutSettings(Section):
    """How a new model comes into service.

    Attributes:
        strategy: `canary` sends a part of the traffic to the new model first, and goes back to the
            old one when an alarm goes off; it needs real-time instances and alarms.
            `all_at_once` switches over when the new model answers.
        candidate: whether a new model is first tried on an endpoint of its own, with known reviews,
            while the old one serves; that endpoint is deleted afterwards. It needs the capacity,
            and the account's limits, for both at a time.
        patience_seconds: time that a new model may take for its first answers.
        canary_percent: share of the instances that serve the new model first.
        bake_minutes: time that it is watched for.
        keep_old_minutes: time that the old instances are kept afterwards, still watching.
        error_rate: share of failed invocations above which it goes back.
        latency_p99_ms: time that the slowest in a hundred may take in the model.
    """

    strategy: Literal["all_at_once", "canary"] = "all_at_once"
    candidate: Flag = True
    patience_seconds: Annotated[Whole, Field(ge=5, le=480)] = 300
    canary_percent: Annotated[Whole, Field(ge=1, le=50)] = 50
    bake_minutes: Annotated[Whole, Field(ge=1, le=60)] = 10
    keep_old_minutes: Annotated[Whole, Field(ge=0, le=60)] = 5
    error_rate: Annotated[Decimal, Field(ge=0, lt=1)] = 0.01
    latency_p99_ms: Annotated[Whole, Field(ge=10, le=60_000)] = 1000


class ScalingSettings(Section):
    """How many instances a real-time endpoint has, by its traffic.

    To change the instance type of an endpoint that scales, deploy once without scaling before:
    SageMaker refuses it otherwise.

    Attributes:
        max_instances: the most; the least are `endpoint.instance_count`. Without it the count
            stays.
        invocations_per_minute: of one instance, that scaling aims at.
        scale_in: whether instances are ever taken away; without it they are only added.
        scale_in_cooldown_seconds: time between two steps down.
        scale_out_cooldown_seconds: time between two steps up.
    """

    max_instances: Annotated[Annotated[Whole, Field(ge=2, le=100)] | None, BlankIsNone] = None
    invocations_per_minute: Annotated[Whole, Field(ge=1, le=1_000_000)] = 1500
    scale_in: Flag = True
    scale_in_cooldown_seconds: Annotated[Whole, Field(ge=0, le=3600)] = 600
    scale_out_cooldown_seconds: Annotated[Whole, Field(ge=0, le=3600)] = 60
