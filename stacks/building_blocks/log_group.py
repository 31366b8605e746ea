"""Log groups that CloudFormation makes and removes: none outlives its stack or grows for ever."""

from aws_cdk import RemovalPolicy
from aws_cdk.aws_logs import LogGroup, RetentionDays
from constructs import Construct

RETENTION = {
    1: RetentionDays.ONE_DAY,
    3: RetentionDays.THREE_DAYS,
    5: RetentionDays.FIVE_DAYS,
    7: RetentionDays.ONE_WEEK,
    14: RetentionDays.TWO_WEEKS,
    30: RetentionDays.ONE_MONTH,
    60: RetentionDays.TWO_MONTHS,
    90: RetentionDays.THREE_MONTHS,
    180: RetentionDays.SIX_MONTHS,
    365: RetentionDays.ONE_YEAR,
    731: RetentionDays.TWO_YEARS,
    1827: RetentionDays.FIVE_YEARS,
}


def declare_log_group(
    scope: Construct, construct_id: str, *, retention_days: int, name: str | None = None
) -> LogGroup:
    """Declare a log group whose events expire and which is deleted with its stack.

    Args:
        scope: the construct that logs.
        construct_id: id within `scope`.
        retention_days: age at which events are deleted.
        name: only where a service insists on it; CloudFormation finds one otherwise.
    """
    return LogGroup(
        scope,
        construct_id,
        log_group_name=name,
        retention=RETENTION[retention_days],
        removal_policy=RemovalPolicy.DESTROY,
    )
