"""The storage stack: everything that outlives models and pages."""

from collections.abc import Iterable, Mapping

from aws_cdk import AssetHashType, CfnOutput, Duration, RemovalPolicy, Stack
from aws_cdk.aws_iam import PolicyStatement, ServicePrincipal
from aws_cdk.aws_kms import Key
from aws_cdk.aws_s3 import Bucket, LifecycleRule
from aws_cdk.aws_s3_deployment import Source
from aws_cdk.aws_sagemaker import CfnModelPackageGroup
from constructs import Construct

from stacks.app_stack import AppStack
from stacks.building_blocks.assets import bundling
from stacks.building_blocks.bucket import private_bucket
from stacks.building_blocks.file_copy import FileCopier
from stacks.building_blocks.kept import KEPT
from stacks.building_blocks.reasons import acknowledge
from stacks.datasets import PREFIX, Dataset
from stacks.monitoring.budget import Budget
from stacks.monitoring.topic import AlarmTopic, use_key_for_messages
from stacks.names import CAPTURED, CHECKPOINTS, FEEDBACK, SCORED, Names
from stacks.settings.environment import EnvironmentSettings
from stacks.storage.keys import declare_key, encrypt_logs

NO_KEY_FOR_LOGS = "S3 delivers access logs only into buckets that its own key encrypts"
AWS_KEY = "The environment has no customer-managed keys; S3 encrypts with its own"
LOGS = {"CKV_AWS_18": "Logging the requests that write logs would never end"}
ABANDONED_UPLOAD = Duration.days(7)
OLD_VERSIONS = Duration.days(30)
RETIRED = {"state": "retired"}
# Long enough to diagnose a failure and retry.
CHECKPOINT_EXPIRY_DAYS = 7
CENTURY = "20"  # beginning of each month's folder
# A file without rows, which never expires: SageMaker refuses to train on a folder without files.
NO_FEEDBACK = "none.jsonl"


class StorageStack(AppStack):
    """Buckets for data and access logs, and the datasets in the data bucket.

    Creates: two buckets and the copied datasets; keys, the alarms' topic, a budget and the group
        of the model registry if the settings enable them.
    Idle: the storage, and $1 a month for each of up to three keys. The registry is free.
    Destroy: with storage.removal=retain, buckets with their content and policies, keys, and the
        registry are kept; with destroy everything is deleted, the keys after a week.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        names: Names,
        settings: EnvironmentSettings,
        datasets: Iterable[Dataset],
        protect: bool = False,
    ) -> None:
        """Declare the stack.

        Args:
            scope: the application.
            names: names shared by the stacks.
            settings: the environment's settings.
            datasets: datasets to copy into the data bucket, except those that are in S3 already.
            protect: whether a stack that keeps its buckets also gets termination protection. The
                CDK CLI sets it before it creates a stack, and can then not replace a stack whose
                creation failed.
        """
        self._keep = settings.storage.removal == "retain"
        super().__init__(
            scope,
            "storage",
            names=names,
            settings=settings,
            description="Sentiment web app: datasets, model artifacts and access logs",
            termination_protection=protect and self._keep,
        )
        data_key = None
        if settings.security.customer_managed_keys:
            self.log_key_arn = self._declare_log_key().key_arn
            data_key = self._declare_data_key()
        log_bucket = self._declare_log_bucket()
        data_bucket = self._declare_data_bucket(log_bucket, data_key)
        alarms = self._declare_topic() if settings.operations.alarms else None
        if settings.operations.monthly_budget_usd is not None:
            budget = self._declare_budget(settings.operations.monthly_budget_usd)
            if (
                alarms is not None
            ):  # AWS Budgets checks publish permission when the budget is created.
                budget.node.add_dependency(alarms)
        if settings.model.register:
            self._declare_registry()
        copied = {dataset.identity: dataset for dataset in datasets if dataset.files}
        if copied or settings.schedules_feedback:
            self._copy(copied.values(), data_bucket)
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

    def _declare_log_bucket(self) -> Bucket:
        names = self.names
        bucket = private_bucket(
            self,
            "LogBucket",
            name=names.log_bucket,
            keep=self._keep,
            takes_log_grants=self.settings.site.access_logs,
            lifecycle_rules=[
                LifecycleRule(
                    id="expire",
                    expiration=Duration.days(self.settings.logs.retention_days),
                    noncurrent_version_expiration=Duration.days(1),
                    abort_incomplete_multipart_upload_after=ABANDONED_UPLOAD,
                )
            ],
        )
        _accept_logs(bucket, {"site/": names.site_bucket, "data/": names.data_bucket})
        acknowledge(bucket, {"NIST.800.53.R5-S3DefaultEncryptionKMS": NO_KEY_FOR_LOGS, **LOGS})
        return bucket

    def _declare_data_bucket(self, log_bucket: Bucket, key: Key | None) -> Bucket:
        settings = self.settings
        bucket = private_bucket(
            self,
            "DataBucket",
            name=self.names.data_bucket,
            keep=self._keep,
            key=key,
            log_bucket_name=log_bucket.bucket_name,
            log_prefix="data/",
            lifecycle_rules=[
                LifecycleRule(
                    id="retired-artifacts",
                    tag_filters=RETIRED,
                    expiration=Duration.days(settings.storage.artifact_expiry_days),
                ),
                _expire("checkpoints", f"{CHECKPOINTS}/", days=CHECKPOINT_EXPIRY_DAYS),
                _expire(
                    "captured-data", f"{CAPTURED}/", days=settings.endpoint.capture_expiry_days
                ),
                _expire("feedback", f"{FEEDBACK}/{CENTURY}", days=settings.feedback.expiry_days),
                _expire("scoring", f"{SCORED}/", days=settings.scoring.expiry_days),
                LifecycleRule(
                    id="old-versions",
                    noncurrent_version_expiration=OLD_VERSIONS,
                    abort_incomplete_multipart_upload_after=ABANDONED_UPLOAD,
                ),
            ],
        )
        # S3 checks write permission when logging is enabled; CDK orders only the buckets.
        bucket.node.add_dependency(log_bucket.node.find_child("Policy"))
        if key is None:
            acknowledge(bucket, {"NIST.800.53.R5-S3DefaultEncryptionKMS": AWS_KEY})
        return bucket

    def _declare_log_key(self) -> Key:
        return declare_key(
            self,
            "LogKey",
            name=self.names.key("logs"),
            parameter=self.names.key_parameter("logs"),
            purpose="Logs of the sentiment web app's functions, API and endpoint",
            keep=self._keep,
            users=[encrypt_logs(self.names.log_groups)],
        )

    def _declare_data_key(self) -> Key:
        return declare_key(
            self,
            "DataKey",
            name=self.names.key("data"),
            parameter=self.names.key_parameter("data"),
            purpose="Reviews, models and volumes of the sentiment web app",
            keep=self._keep,
        )

    def _declare_topic(self) -> AlarmTopic:
        key = declare_key(
            self,
            "AlarmKey",
            name=self.names.key("alarms"),
            parameter=self.names.key_parameter("alarms"),
            purpose="Alarms of the sentiment web app",
            keep=self._keep,
            users=use_key_for_messages(),
        )
        email = self.settings.operations.alarm_email
        return AlarmTopic(self, "Alarms", name=self.names.alarm_topic, key=key, email=email)

    def _declare_budget(self, monthly_usd: float) -> Budget:
        operations = self.settings.operations
        return Budget(
            self,
            "Budget",
            monthly_usd=monthly_usd,
            tags=self.names.tags,
            topic_arn=self.names.alarm_topic_arn if operations.alarms else None,
            email=operations.alarm_email,
        )

    def _declare_registry(self) -> None:
        """Declare the group of models, which outlives them; the trial adds its packages."""
        group = CfnModelPackageGroup(
            self,
            "Models",
            model_package_group_name=self.names.model_group,
            model_package_group_description="Models that came into service or were refused",
        )
        group.apply_removal_policy(KEPT if self._keep else RemovalPolicy.DESTROY)

    def _copy(self, datasets: Iterable[Dataset], bucket: Bucket) -> None:
        declared, feedback = self.node.children, self.settings.schedules_feedback
        folders = [PREFIX, FEEDBACK] if feedback else [PREFIX]
        copier = FileCopier(self, "Datasets", bucket=bucket, folders=folders)
        if feedback:
            source = Source.data(NO_FEEDBACK, "\n")
            copier.copy("NoFeedback", sources=[source], prefix=FEEDBACK, after=declared)
        for dataset in datasets:
            source = Source.asset(
                str(next(iter(dataset.files.values())).parent),
                asset_hash=dataset.identity,
                asset_hash_type=AssetHashType.CUSTOM,
                bundling=bundling(dataset.write),
            )
            copier.copy(
                dataset.identity[:8], sources=[source], prefix=dataset.prefix, after=declared
            )


def _expire(rule: str, prefix: str, *, days: int) -> LifecycleRule:
    """Return the rule that expires the objects under a prefix, and old versions a day later."""
    return LifecycleRule(
        id=rule,
        prefix=prefix,
        expiration=Duration.days(days),
        noncurrent_version_expiration=Duration.days(1),
    )


def _accept_logs(log_bucket: Bucket, sources: Mapping[str, str]) -> None:
    """Allow S3 to write the access logs of buckets, given by key prefix, to the log bucket."""
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
