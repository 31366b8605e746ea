"""What the environment has in the account: network, keys, buckets, logs, alarms."""

from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator

from stacks.settings.types import (
    BlankIsNone,
    Decimal,
    EmailAddress,
    Flag,
    Listed,
    RetentionDays,
    Section,
    SecurityGroupId,
    SubnetId,
    Whole,
)


class OperationsSettings(Section):
    """Watching what runs.

    Attributes:
        alarms: whether alarms are raised, and told to an encrypted topic.
        client_error_rate: share of the API's requests that may be refused.
        server_error_rate: share of them that may fail.
        latency_p99_ms: time that the slowest in a hundred may take.
        dashboard: whether CloudWatch has a dashboard of the environment, at $3 a month.
        alarm_email: an address that is asked to subscribe to it, and that the budget tells.
        monthly_budget_usd: what a month of the environment may cost. Its actual cost at 80 % of it
            and a forecast above it are told to the topic of the alarms, else to the address. AWS
            counts by tags: activate `application` and `environment` as cost allocation tags.
    """

    alarms: Flag = True
    client_error_rate: Annotated[Decimal, Field(ge=0, lt=1)] = 0.25
    server_error_rate: Annotated[Decimal, Field(ge=0, lt=1)] = 0.01
    latency_p99_ms: Annotated[Whole, Field(ge=10, le=29_000)] = 3000
    dashboard: Flag = True
    alarm_email: Annotated[EmailAddress | None, BlankIsNone] = None
    monthly_budget_usd: Annotated[
        Annotated[Decimal, Field(gt=0, le=1_000_000)] | None, BlankIsNone
    ] = None


class NetworkSettings(Section):
    """The virtual private cloud of training and serving; without one they run in SageMaker's own.

    Attributes:
        subnet_ids: its subnets, which must lead to S3, ECR and CloudWatch Logs.
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


class SecuritySettings(Section):
    """Encryption.

    Attributes:
        customer_managed_keys: whether keys of the account's own encrypt data, logs and alarms, at
            $1 a month for each of the three; AWS's keys do otherwise.
    """

    customer_managed_keys: Flag = True


class StorageSettings(Section):
    """Buckets.

    Attributes:
        removal: whether destroying the stacks empties and deletes the buckets or keeps them.
        artifact_expiry_days: age at which the artifacts of replaced models are deleted.
    """

    removal: Literal["destroy", "retain"]
    artifact_expiry_days: Annotated[Whole, Field(ge=1, le=3650)] = 90


class LogSettings(Section):
    """Logs of the functions, the endpoint and the buckets."""

    retention_days: RetentionDays = 30
