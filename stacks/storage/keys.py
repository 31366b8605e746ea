"""Customer-managed keys, one for each purpose, and their policies."""

from collections.abc import Sequence

from aws_cdk import Duration, RemovalPolicy
from aws_cdk.aws_iam import PolicyStatement, ServicePrincipal
from aws_cdk.aws_kms import Key
from aws_cdk.aws_ssm import StringParameter
from constructs import Construct

from stacks.building_blocks.aws import ACCOUNT_ID, PARTITION, REGION, URL_SUFFIX
from stacks.building_blocks.kept import KEPT

WAITING_PERIOD = Duration.days(7)


def declare_key(
    scope: Construct,
    construct_id: str,
    *,
    name: str,
    parameter: str,
    purpose: str,
    keep: bool,
    users: Sequence[PolicyStatement] = (),
) -> Key:
    """Declare a key that rotates every year and whose ARN other stacks find by name.

    Idle it costs $1 a month. The account's policies control its administration and use by roles;
    `users` controls use by services.

    Args:
        name: the key's alias, without `alias/`.
        parameter: name of the Systems Manager parameter for the key's ARN.
        purpose: description of the encrypted data, for the console.
        keep: whether the key outlives its stack; otherwise it is deleted a week after the stack.
        users: statements of the key's policy that let services use it.
    """
    key = Key(
        scope,
        construct_id,
        alias=name,
        description=purpose,
        enable_key_rotation=True,
        pending_window=WAITING_PERIOD,
        removal_policy=KEPT if keep else RemovalPolicy.DESTROY,
    )
    for statement in users:
        key.add_to_resource_policy(statement)
    StringParameter(
        scope,
        f"{construct_id}Parameter",
        parameter_name=parameter,
        string_value=key.key_arn,
        description=f"ARN of the key: {purpose}",
    )
    return key


def encrypt_logs(log_groups: Sequence[str]) -> PolicyStatement:
    """Allow CloudWatch Logs to encrypt these log groups, whose names may have wildcards.

    Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
    """
    group = f"arn:{PARTITION}:logs:{REGION}:{ACCOUNT_ID}:log-group"
    return PolicyStatement(
        sid="EncryptLogs",
        principals=[ServicePrincipal(f"logs.{REGION}.{URL_SUFFIX}")],
        actions=[
            "kms:Decrypt",
            "kms:DescribeKey",
            "kms:Encrypt",
            "kms:GenerateDataKey",
            "kms:GenerateDataKeyWithoutPlaintext",
            "kms:ReEncryptFrom",
            "kms:ReEncryptTo",
        ],
        resources=["*"],  # means that key in a key's policy
        conditions={
            "ArnLike": {
                "kms:EncryptionContext:aws:logs:arn": [f"{group}:{name}" for name in log_groups]
            }
        },
    )
