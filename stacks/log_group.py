"""Log groups that CloudFormation makes and removes: none outlives its stack or grows for ever."""

from aws_cdk import RemovalPolicy
from aws_cdk.aws_logs import CfnLogGroup, LogGroup, RetentionDays
from constructs import Construct

from stacks.acknowledgements import acknowledge

ENCRYPTION_RULES = ("NIST.800.53.R5-CloudWatchLogGroupEncrypted", "CKV_AWS_158")
AWS_KEY = (
    "The environment does without customer-managed keys; CloudWatch Logs encrypts with its own"
)
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


def encrypt_log_group(log_group: CfnLogGroup, key_arn: str | None) -> None:
    """Encrypt a log group with a key, or say why it has none."""
    if key_arn is not None:
        log_group.kms_key_id = key_arn
    else:
        acknowledge(log_group, dict.fromkeys(ENCRYPTION_RULES, AWS_KEY))
