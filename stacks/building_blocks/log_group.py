"""Log groups that are deleted with their stack and whose events expire."""

from typing import TYPE_CHECKING, cast

from aws_cdk import RemovalPolicy
from aws_cdk.aws_logs import LogGroup, RetentionDays
from constructs import Construct

if TYPE_CHECKING:
    from aws_cdk.aws_logs import CfnLogGroup


def declare_log_group(
    scope: Construct,
    construct_id: str,
    *,
    name: str | None = None,
    retention_days: int | None = None,
) -> LogGroup:
    """Declare a log group that is deleted with its stack; the stack sets its key.

    Args:
        name: only for a service that requires a name; CloudFormation chooses one otherwise.
        retention_days: age at which events expire; None for the stack's retention.
    """
    log_group = LogGroup(
        scope,
        construct_id,
        log_group_name=name,
        retention=RetentionDays.INFINITE,  # unset until the stack completes the log group
        removal_policy=RemovalPolicy.DESTROY,
    )
    if retention_days is not None:
        resource = cast("CfnLogGroup", log_group.node.default_child)
        resource.retention_in_days = retention_days
    return log_group
