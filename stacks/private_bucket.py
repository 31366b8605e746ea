"""A bucket that nobody reaches without permission and TLS."""

from collections.abc import Sequence

from aws_cdk import RemovalPolicy
from aws_cdk.aws_s3 import (
    BlockPublicAccess,
    Bucket,
    BucketEncryption,
    IBucket,
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
    access_logs: IBucket | None = None,
    access_log_prefix: str | None = None,
) -> Bucket:
    """Declare a private, encrypted, versioned bucket.

    Args:
        scope: the construct that stores.
        construct_id: id within `scope`.
        name: the bucket's name.
        keep: whether it outlives its stack; otherwise it is emptied and deleted with it.
        lifecycle_rules: when objects expire.
        access_logs: the bucket that requests are logged to.
        access_log_prefix: key prefix of these logs.
    """
    return Bucket(
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
        server_access_logs_bucket=access_logs,
        server_access_logs_prefix=access_log_prefix,
        removal_policy=RemovalPolicy.RETAIN if keep else RemovalPolicy.DESTROY,
        auto_delete_objects=not keep,
    )
