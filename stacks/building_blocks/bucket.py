"""Private buckets, and the function that empties them before they are deleted."""

from collections.abc import Sequence
from typing import cast

from aws_cdk import CfnResource, RemovalPolicy, Stack
from aws_cdk.aws_kms import IKey
from aws_cdk.aws_s3 import (
    BlockPublicAccess,
    Bucket,
    BucketEncryption,
    CfnBucket,
    LifecycleRule,
    ObjectOwnership,
)
from constructs import Construct

from stacks.building_blocks.kept import KEPT
from stacks.building_blocks.log_group import declare_log_group
from stacks.building_blocks.roles import limit_trust


def private_bucket(
    scope: Construct,
    construct_id: str,
    *,
    name: str,
    keep: bool,
    lifecycle_rules: Sequence[LifecycleRule] = (),
    log_bucket_name: str | None = None,
    log_prefix: str | None = None,
    key: IKey | None = None,
    takes_log_grants: bool = False,
) -> Bucket:
    """Declare a private, encrypted, versioned bucket.

    Args:
        name: the bucket's name.
        keep: whether the bucket and its policy outlive their stack; otherwise the stack empties
            and deletes the bucket.
        lifecycle_rules: when objects expire.
        log_bucket_name: the bucket for access logs, whose policy must allow them.
        log_prefix: key prefix of the access logs.
        key: the key that encrypts the objects; None for S3's own.
        takes_log_grants: whether CloudFront may deliver logs, which requires an ACL.
    """
    bucket = Bucket(
        scope,
        construct_id,
        bucket_name=name,
        block_public_access=BlockPublicAccess.BLOCK_ALL,
        object_ownership=ObjectOwnership.BUCKET_OWNER_PREFERRED
        if takes_log_grants
        else ObjectOwnership.BUCKET_OWNER_ENFORCED,
        encryption=BucketEncryption.KMS if key else BucketEncryption.S3_MANAGED,
        encryption_key=key,
        bucket_key_enabled=True if key else None,
        enforce_ssl=True,
        minimum_tls_version=1.2,
        versioned=True,
        lifecycle_rules=list(lifecycle_rules),
        removal_policy=KEPT if keep else RemovalPolicy.DESTROY,
        auto_delete_objects=not keep,
    )
    if keep and bucket.policy:
        bucket.policy.apply_removal_policy(KEPT)
    if log_bucket_name is not None:
        # By name: the bucket object exists only in the stack that declares it.
        resource = cast("CfnBucket", bucket.node.default_child)
        resource.logging_configuration = CfnBucket.LoggingConfigurationProperty(
            destination_bucket_name=log_bucket_name, log_file_prefix=log_prefix
        )
    if not keep:
        _limit_auto_delete(Stack.of(bucket))
    return bucket


PROVIDER = "Custom::S3AutoDeleteObjectsCustomResourceProvider"
LOG_GROUP = "AutoDeleteLogGroup"


def _limit_auto_delete(stack: Stack) -> None:
    """Give the stack's bucket-emptying function a declared log group, and no other permission.

    CDK's managed policy for it allows creating log groups, so deleting the last bucket would leave
    one behind. The bucket's policy lets it delete objects.
    """
    if stack.node.try_find_child(LOG_GROUP):  # CDK creates one function for all buckets of a stack.
        return
    provider = stack.node.find_child(PROVIDER)
    log_group = declare_log_group(stack, LOG_GROUP)
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
