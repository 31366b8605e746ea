"""The function that CDK empties buckets with, with permissions and a log group of our own."""

from typing import cast

from aws_cdk import CfnResource, Stack

from stacks.log_group import declare_log_group
from stacks.roles import limit_trust

PROVIDER = "Custom::S3AutoDeleteObjectsCustomResourceProvider"


def declare_auto_delete_logs(stack: Stack, *, retention_days: int) -> None:
    """Give the stack's bucket-emptying function, if there is one, a declared log group.

    CDK gives it a managed policy that may create log groups: the last bucket's deletion would leave
    one behind. It deletes objects by the bucket's policy, so it needs no other permission.
    """
    provider = stack.node.try_find_child(PROVIDER)
    if provider is None:
        return
    log_group = declare_log_group(stack, "AutoDeleteLogGroup", retention_days=retention_days)
    function = cast("CfnResource", provider.node.find_child("Handler"))
    role = cast("CfnResource", provider.node.find_child("Role"))
    function.add_property_override("LoggingConfig", {"LogGroup": log_group.log_group_name})
    limit_trust(role)
    role.add_property_deletion_override("ManagedPolicyArns")
    role.add_property_override(
        "Policies",
        [
            {
                "PolicyName": "Logs",
                "PolicyDocument": {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Effect": "Allow",
                            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
                            "Resource": log_group.log_group_arn,
                        }
                    ],
                },
            }
        ],
    )
