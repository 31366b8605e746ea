"""A bucket that nobody reaches without permission and TLS."""

from collections.abc import Sequence
from typing import cast

from aws_cdk import RemovalPolicy
from aws_cdk.aws_s3 import (
    BlockPublicAccess,
    Bucket,
    BucketEncryption,
    CfnBucket,
    LifecycleRule,
    ObjectOwnership,
)
from constructs import Construct


def private_bucket(
    scope: Construct,
    construct_id: str,
    *,
    name: str,
    keep: bool,
    lifecycle_rules: Sequence[LifecycleRule] = (),
    log_bucket_name: str | None = None,
    log_prefix: str | None = None,
) -> Bucket:
    """Declare a private, encrypted, versioned bucket.

    Args:
        scope: the construct that stores.
        construct_id: id within `scope`.
        name: the bucket's name.
        keep: whether it outlives its stack; otherwise it is emptied and deleted with it.
        lifecycle_rules: when objects expire.
        log_bucket_name: the bucket that requests are logged to, whose policy must accept that.
        log_prefix: key prefix of these logs.
    """
    bucket = Bucket(
        scope,
        construct_id,
        bucket_name=name,
        block_public_access=BlockPublicAccess.BLOCK_ALL,
        object_ownership=ObjectOwnership.BUCKET_OWNER_ENFORCED,
        encryption=BucketEncryption.S3_MANAGED,
        enforce_ssl=True,
        minimum_tls_version=1.2,
        versioned=True,
        lifecycle_rules=list(lifecycle_rules),
        removal_policy=RemovalPolicy.RETAIN if keep else RemovalPolicy.DESTROY,
        auto_delete_objects=not keep,
    )
    if log_bucket_name is not None:
        # By name: as an object it could be given only where it is declared.
        resource = cast("CfnBucket", bucket.node.default_child)
        resource.logging_configuration = CfnBucket.LoggingConfigurationProperty(
            destination_bucket_name=log_bucket_name, log_file_prefix=log_prefix
        )
    return bucket
