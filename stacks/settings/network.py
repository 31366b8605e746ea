"""The settings of the virtual private cloud."""

from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from stacks.settings.types import Listed, Section, SecurityGroupId, SubnetId


class NetworkSettings(Section):
    """The VPC for training and serving; without one they run in SageMaker's network.

    Attributes:
        subnet_ids: its subnets, which need routes to S3, ECR and CloudWatch Logs.
        security_group_ids: its security groups.
    """

    subnet_ids: Annotated[tuple[SubnetId, ...], Listed, Field(max_length=16)] = ()
    security_group_ids: Annotated[
        tuple[SecurityGroupId, ...], Listed, Field(max_length=5, validate_default=True)
    ] = ()

    @field_validator("security_group_ids")
    @classmethod
    def _comes_with_subnets(cls, value: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if bool(value) != bool(info.data.get("subnet_ids")):
            raise ValueError("ids together with network.subnet_ids, or neither")
        return value
