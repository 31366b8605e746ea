"""The settings of `make score`."""

from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from stacks.settings.machines import instance_exists
from stacks.settings.types import MlInstance, Section, Whole

# https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTransformJob.html
MOST_IN_FLIGHT_MB = 100


class ScoringSettings(Section):
    """Batch scoring of files: the machines of `make score`, which cost nothing otherwise.

    Attributes:
        instance_count: machines that share a file.
        max_concurrent_transforms: requests at the same time to each machine; the instance type's
            vCPU count is a good value.
        max_payload_mb: size of a request, in MB; the serving images take at most 6.
        expiry_days: age at which the reviews and their answers expire in the data bucket. Until
            then, scoring the same file with the same model again takes no machine.
    """

    instance_type: Annotated[MlInstance, AfterValidator(instance_exists("transform"))] = (
        "ml.m5.large"
    )
    instance_count: Annotated[Whole, Field(ge=1, le=100)] = 1
    max_concurrent_transforms: Annotated[Whole, Field(ge=1, le=100)] = 2
    max_payload_mb: Annotated[Whole, Field(ge=1, le=6)] = 1
    expiry_days: Annotated[Whole, Field(ge=1, le=3650)] = 7

    @field_validator("max_payload_mb")
    @classmethod
    def _fits_together(cls, value: int, info: ValidationInfo) -> int:
        requests = info.data.get("max_concurrent_transforms", 1)
        if value * requests > MOST_IN_FLIGHT_MB:
            raise ValueError(
                f"at most {MOST_IN_FLIGHT_MB // requests}, since SageMaker limits it to "
                f"{MOST_IN_FLIGHT_MB} MB for all scoring.max_concurrent_transforms ({requests})"
            )
        return value
