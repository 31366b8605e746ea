"""The storage stack: what outlives models and pages."""

from collections.abc import Iterable, Mapping

from aws_cdk import AssetHashType, CfnOutput, Duration, Environment, Stack
from aws_cdk.aws_iam import PolicyStatement, ServicePrincipal
from aws_cdk.aws_kms import Key
from aws_cdk.aws_s3 import Bucket, LifecycleRule
from aws_cdk.aws_s3_deployment import Source
from constructs import Construct

from stacks.building_blocks.assets import bundling
from stacks.building_blocks.bucket import declare_auto_delete_logs, private_bucket
from stacks.building_blocks.file_copy import FileCopier
from stacks.building_blocks.reasons import acknowledge, complete
from stacks.datasets import PREFIX, Dataset
from stacks.monitoring.budget import Budget
from stacks.monitoring.topic import AlarmTopic, use_key_for_messages
from stacks.names import CAPTURED, CHECKPOINTS, FEEDBACK, Names
from stacks.settings.environment import EnvironmentSettings
from stacks.settings.operations import OperationsSettings
from stacks.storage.keys import declare_key, encrypt_logs

NO_KEY_FOR_LOGS = "S3 delivers access logs only into buckets that its own key encrypts"
AWS_KEY = "The environment does without customer-managed keys; S3 encrypts with its own"
LOGS = {"CKV_AWS_18": "Logging the requests that write logs would never end"}
ABANDONED_UPLOAD = Duration.days(7)
OLD_VERSIONS = Duration.days(30)
RETIRED = {"state": "retired"}
# Long enough for another attempt after a look at what went wrong.
CHECKPOINT_EXPIRY = Duration.days(7)


class StorageStack(Stack):
    """Buckets for data and for access logs, and the datasets in the first.

    Creates: two buckets and the copied datasets; keys, the topic of alarms and a budget where they
        are wanted.
    Idle: the storage, and $1 a month for each of up to three keys.
    Destroy: with storage.removal=retain buckets and keys stay, with all that is in them, and the
        stack refuses to be destroyed; with destroy everything goes, the keys after a week.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        names: Names,
        settings: EnvironmentSettings,
        datasets: Iterable[Dataset],
    ) -> None:
        """Declare the stack.

        Args:
            scope: the application.
            construct_id: id within `scope`.
            names: names that stacks share.
            settings: the environment's settings.
            datasets: what is copied into the data bucket, unless it is in S3 already.
        """
        keep = settings.storage.removal == "retain"
        super().__init__(
            scope,
            construct_id,
            env=Environment(region=settings.region),
            stack_name=names.stack("storage"),
            description="Sentiment web app: datasets, model artifacts and access logs",
            termination_protection=keep,
        )
        retention_days = settings.logs.retention_days
        own_keys = settings.security.customer_managed_keys
        log_key = self._declare_log_key(names, keep=keep) if own_keys else None
        data_key = self._declare_data_key(names, keep=keep) if own_keys else None
        log_bucket = private_bucket(
            self,
            "LogBucket",
            name=names.log_bucket,
            keep=keep,
            takes_log_grants=settings.site.access_logs,
            lifecycle_rules=[
                LifecycleRule(
                    id="expire",
                    expiration=Duration.days(retention_days),
                    noncurrent_version_expiration=Duration.days(1),
                    abort_incomplete_multipart_upload_after=ABANDONED_UPLOAD,
                )
            ],
        )
        _accept_logs(log_bucket, {"site/": names.site_bucket, "data/": names.data_bucket})
        data_bucket = private_bucket(
            self,
            "DataBucket",
            name=names.data_bucket,
            keep=keep,
            key=data_key,
            log_bucket_name=log_bucket.bucket_name,
            log_prefix="data/",
            lifecycle_rules=[
                LifecycleRule(
                    id="retired-artifacts",
                    tag_filters=RETIRED,
                    expiration=Duration.days(settings.storage.artifact_expiry_days),
                ),
                LifecycleRule(
                    id="checkpoints",
                    prefix=f"{CHECKPOINTS}/",
                    expiration=CHECKPOINT_EXPIRY,
                    noncurrent_version_expiration=Duration.days(1),
                ),
                LifecycleRule(
                    id="captured-data",
                    prefix=f"{CAPTURED}/",
                    expiration=Duration.days(settings.endpoint.capture_expiry_days),
                    noncurrent_version_expiration=Duration.days(1),
                ),
                LifecycleRule(
                    id="feedback",
                    prefix=f"{FEEDBACK}/",
                    expiration=Duration.days(settings.feedback.expiry_days),
                    noncurrent_version_expiration=Duration.days(1),
                ),
                LifecycleRule(
                    id="old-versions",
                    noncurrent_version_expiration=OLD_VERSIONS,
                    abort_incomplete_multipart_upload_after=ABANDONED_UPLOAD,
                ),
            ],
        )
        # S3 looks whether it may write logs; the bucket itself is referred to.
        data_bucket.node.add_dependency(log_bucket.node.find_child("Policy"))
        acknowledge(log_bucket, {"NIST.800.53.R5-S3DefaultEncryptionKMS": NO_KEY_FOR_LOGS, **LOGS})
        if data_key is None:
            acknowledge(data_bucket, {"NIST.800.53.R5-S3DefaultEncryptionKMS": AWS_KEY})
        copied = {dataset.identity: dataset for dataset in datasets if dataset.files}
        if copied:
            self._copy(copied.values(), data_bucket, retention_days)
        alarms = None
        if settings.operations.alarms:
            alarms = self._tell_alarms(names, settings.operations.alarm_email, keep=keep)
        if settings.operations.monthly_budget_usd is not None:
            budget = self._declare_budget(names, settings.operations)
            if alarms is not None:  # AWS Budgets looks whether it may publish to the topic.
                budget.node.add_dependency(alarms)
        declare_auto_delete_logs(self, retention_days=retention_days)
        complete(self, log_key_arn=log_key.key_arn if log_key else None)
        CfnOutput(
            self,
            "DataBucketName",
            value=data_bucket.bucket_name,
            description="Bucket of datasets and model artifacts",
        )
        CfnOutput(
            self,
            "LogBucketName",
            value=log_bucket.bucket_name,
            description="Bucket of the other buckets' access logs",
        )

    def _declare_log_key(self, names: Names, *, keep: bool) -> Key:
        return declare_key(
            self,
            "LogKey",
            name=names.key("logs"),
            parameter=names.key_parameter("logs"),
            purpose="Logs of the sentiment web app's functions, API and endpoint",
            keep=keep,
            users=[encrypt_logs(names.log_groups)],
        )

    def _declare_data_key(self, names: Names, *, keep: bool) -> Key:
        return declare_key(
            self,
            "DataKey",
            name=names.key("data"),
            parameter=names.key_parameter("data"),
            purpose="Reviews, models and volumes of the sentiment web app",
            keep=keep,
        )

    def _tell_alarms(self, names: Names, email: str | None, *, keep: bool) -> AlarmTopic:
        key = declare_key(
            self,
            "AlarmKey",
            name=names.key("alarms"),
            parameter=names.key_parameter("alarms"),
            purpose="Alarms of the sentiment web app",
            keep=keep,
            users=use_key_for_messages(),
        )
        return AlarmTopic(self, "Alarms", name=names.alarm_topic, key=key, email=email)

    def _declare_budget(self, names: Names, settings: OperationsSettings) -> Budget:
        return Budget(
            self,
            "Budget",
            name=names.prefix,
            monthly_usd=float(settings.monthly_budget_usd or 0),
            tags=names.tags,
            topic_arn=names.alarm_topic_arn if settings.alarms else None,
            email=settings.alarm_email,
        )

    def _copy(self, datasets: Iterable[Dataset], bucket: Bucket, retention_days: int) -> None:
        copier = FileCopier(
            self, "Datasets", bucket=bucket, prefix=PREFIX, retention_days=retention_days
        )
        for dataset in datasets:
            source = Source.asset(
                str(next(iter(dataset.files.values())).parent),
                asset_hash=dataset.identity,
                asset_hash_type=AssetHashType.CUSTOM,
                bundling=bundling(dataset.write),
            )
            copier.copy(dataset.identity[:8], sources=[source], prefix=dataset.prefix)


def _accept_logs(log_bucket: Bucket, sources: Mapping[str, str]) -> None:
    """Let S3 write the access logs of buckets, given by key prefix, into the log bucket."""
    stack = Stack.of(log_bucket)
    for prefix, name in sources.items():
        log_bucket.add_to_resource_policy(
            PolicyStatement(
                principals=[ServicePrincipal("logging.s3.amazonaws.com")],
                actions=["s3:PutObject"],
                resources=[log_bucket.arn_for_objects(f"{prefix}*")],
                conditions={
                    "ArnEquals": {"aws:SourceArn": f"arn:{stack.partition}:s3:::{name}"},
                    "StringEquals": {"aws:SourceAccount": stack.account},
                },
            )
        )
