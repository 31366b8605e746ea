"""The settings of the SageMaker endpoint."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, field_validator

from stacks.settings.machines import image_fits_instance, instance_exists
from stacks.settings.types import (
    BlankIsNone,
    Flag,
    MlInstance,
    Section,
    ServerlessMemory,
    ServingImage,
    Whole,
)


class EndpointSettings(Section):
    """The SageMaker endpoint.

    Attributes:
        kind: `serverless` costs nothing while idle, `real_time` answers without cold starts.
            SageMaker cannot convert a real-time endpoint to serverless: destroy the model stack
            first. Deploying it again trains nothing.
        memory_mb: memory of a serverless endpoint, in MB.
        max_concurrency: concurrent requests of a serverless endpoint.
        instance_type: instance type of a real-time endpoint.
        instance_count: instances of a real-time endpoint; two or more use several availability
            zones.
        image: `scikit-learn`, which AWS patches until 2027-07-16 and which serves the `ngrams`
            architecture only, or the URI of another serving image. By default, the PyTorch 2.6
            image, which serves both and which AWS stopped patching on 2026-06-30.
        network_isolation: whether the model's container has no network access. By default,
            real-time endpoints are isolated; serverless endpoints cannot be.
        capture_percent: share of a real-time endpoint's requests and answers that is kept in the
            data bucket, for later inspection.
        capture_expiry_days: age at which captured data expire.
        idle_alarm_hours: with `operations.alarms`, hours without a request after which a real-time
            endpoint, which costs the same while idle, raises an alarm.
        expires_after_hours: hours after the last deployed change at which the model stack is
            deleted, and with it everything that costs while idle. Deploying again restores it
            without training.
    """

    kind: Literal["serverless", "real_time"]
    memory_mb: ServerlessMemory = 3072
    max_concurrency: Annotated[Whole, Field(ge=1, le=200)] = 5
    instance_type: Annotated[MlInstance, AfterValidator(instance_exists("endpoint"))] = (
        "ml.m5.large"
    )
    instance_count: Annotated[Whole, Field(ge=1, le=20)] = 1
    image: Annotated[ServingImage | None, BlankIsNone, Field(validate_default=True)] = None
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
        """True when the container has no network access."""
        stated = self.network_isolation
        return self.kind == "real_time" if stated is None else stated
