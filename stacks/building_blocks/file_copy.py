"""Copies files into a bucket during the deployment."""

from collections.abc import Sequence
from typing import cast

from aws_cdk import CfnResource, CustomResource, Size, Stack
from aws_cdk.aws_s3 import IBucket
from aws_cdk.aws_s3_deployment import BucketDeployment, CacheControl, ISource
from constructs import Construct, IConstruct

from stacks.building_blocks.aws import ACCOUNT_ID, PARTITION, REGION
from stacks.building_blocks.log_group import declare_log_group
from stacks.building_blocks.permissions import READ_AND_WRITE, Permission, use_key_in_s3
from stacks.building_blocks.reasons import FUNCTION, acknowledge_type
from stacks.building_blocks.roles import function_role

# The qualifier of the bucket that `cdk bootstrap` creates for assets
DEFAULT_QUALIFIER = "hnb659fds"
CDKS_RUNTIME = "Every function runs on the latest runtime, except the one of CDK's BucketDeployment"


class FileCopier(Construct):
    """CDK's BucketDeployment with our role and log group.

    CDK creates one function for all copies in a stack, so a stack has one copier.

    Creates: a function, its layer, role and log group, and a custom resource for each copy.
    Idle: nothing.
    Destroy: everything is deleted; the copied files are deleted with their bucket.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        bucket: IBucket,
        folders: Sequence[str] = (),
    ) -> None:
        """Prepare to copy files.

        Args:
            bucket: the bucket that receives the files.
            folders: folders of the bucket that receive them; empty for the whole bucket.
        """
        super().__init__(scope, construct_id)
        rules = ("Serverless-LambdaLatestVersion", "AwsSolutions-L1")
        acknowledge_type(self, FUNCTION, dict.fromkeys(rules, CDKS_RUNTIME))
        self._bucket = bucket
        self._log_group = declare_log_group(self, "LogGroup")
        self._role = function_role(
            self,
            "Role",
            log_group=self._log_group,
            permissions=[
                _read_assets(Stack.of(self)),
                *_write_files(bucket, folders),
                *use_key_in_s3(_key_of(bucket), READ_AND_WRITE),
            ],
        )

    def copy(
        self,
        construct_id: str,
        *,
        sources: Sequence[ISource],
        prefix: str = "",
        prune: bool = False,
        cache_control: Sequence[CacheControl] = (),
        after: Sequence[IConstruct] = (),
    ) -> None:
        """Copy files, once the bucket is complete.

        CloudFormation cannot delete a bucket with files in it when a creation fails.

        Args:
            sources: archives that are unpacked into the bucket.
            prefix: key prefix of the files.
            prune: whether to delete files that are no longer in the sources.
            cache_control: how long browsers and CloudFront keep the files.
            after: what is created before the files are copied.
        """
        deployment = BucketDeployment(
            self,
            construct_id,
            sources=list(sources),
            destination_bucket=self._bucket,
            destination_key_prefix=prefix or None,
            prune=prune,
            cache_control=list(cache_control) or None,
            memory_limit=512,
            ephemeral_storage_size=Size.gibibytes(2),
            log_group=self._log_group,
            # Without this, CDK adds permissions over whole buckets.
            role=self._role.without_policy_updates(),
        )
        (resource,) = (
            child for child in deployment.node.children if isinstance(child, CustomResource)
        )
        before = {
            one.node.path: one
            for construct in (self._bucket, *after)
            for one in construct.node.find_all()
            if isinstance(one, CfnResource)
        }
        # The copy's properties refer to the bucket already.
        del before[cast("CfnResource", self._bucket.node.default_child).node.path]
        resource.node.add_dependency(*before.values())


def _read_assets(stack: Stack) -> Permission:
    qualifier = stack.synthesizer.bootstrap_qualifier or DEFAULT_QUALIFIER
    bucket = f"cdk-{qualifier}-assets-{ACCOUNT_ID}-{REGION}"
    return Permission(
        sid="ReadAssets",
        actions=["s3:GetObject"],
        resources=[f"arn:{PARTITION}:s3:::{bucket}/*"],
    )


def _key_of(bucket: IBucket) -> str | None:
    return bucket.encryption_key.key_arn if bucket.encryption_key else None


def _write_files(bucket: IBucket, folders: Sequence[str]) -> list[Permission]:
    written = [f"{folder}/*" for folder in folders] or ["*"]
    return [
        Permission(
            sid="WriteFiles",
            actions=["s3:DeleteObject", "s3:GetObject", "s3:PutObject"],
            resources=[bucket.arn_for_objects(keys) for keys in written],
        ),
        Permission(sid="ListFiles", actions=["s3:ListBucket"], resources=[bucket.bucket_arn]),
    ]
