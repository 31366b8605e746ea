"""The settings of one environment: what cdk.json may say and `-c section.key=value` override."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from stacks.setting_types import (
    BlankIsNone,
    Certificate,
    Decimal,
    DomainName,
    EmailAddress,
    EnvironmentName,
    Flag,
    Image,
    Listed,
    MlInstance,
    ModelData,
    Region,
    RetentionDays,
    SecurityGroupId,
    ServerlessMemory,
    Source,
    SubnetId,
    Text,
    Whole,
)

ACCELERATED = ("ml.g", "ml.p", "ml.trn", "ml.inf")
# Of CloudFormation's hour for a custom resource: the rest starts functions, stops the job and
# stores the artifact.
LONGEST_WAIT_SECONDS = 3300


# The hyperparameters of every architecture, and those of each
COMMON = ("architecture", "seed", "test_fraction", "validation_fraction")
HYPERPARAMETERS = {
    "ngrams": ("iterations", "l2_penalty", "max_order", "min_reviews", "smoothing"),
    "lstm": (
        "batch_size",
        "dropout",
        "embedding_dim",
        "epochs",
        "hidden_dim",
        "learning_rate",
        "pad",
        "vocab_size",
        "word_dropout",
        "words",
    ),
}


class Section(BaseModel):
    """Settings that belong together; immutable, and no others than the declared ones."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _image_fits_instance(value: str | None, info: ValidationInfo) -> str | None:
    instance = str(info.data.get("instance_type", ""))
    if value is None and instance.startswith(ACCELERATED):
        raise ValueError(f"the URI of an image for {instance}, since the default one is for CPUs")
    return value


class DatasetSettings(Section):
    """Which labelled reviews are trained and tested on.

    Attributes:
        training: `packaged`, a file or folder (relative to the repository), or an s3:// prefix.
        testing: the same for the test reviews; without it a share of `training` is held out.
    """

    training: Source = "packaged"
    testing: Annotated[Source | None, BlankIsNone] = None


class TrainingSettings(Section):
    """The training job: its machine, its hyperparameters and the model that is good enough.

    Attributes:
        instance_count: machines that train together, as one process group of torchrun.
        use_spot: train on spare machines, which cost less and may be taken back. The job is then
            started again and goes on from its last checkpoint.
        max_runtime_seconds: SageMaker stops the job after it. CloudFormation waits an hour for a
            custom resource, of which starting the machine and storing the artifact take a share.
        max_wait_seconds: with `use_spot`, time for training and for waiting for spare machines
            together; without it as long as CloudFormation allows.
        minimum_accuracy: held-out accuracy under which the deployment fails.
        image: URI of another training image.
        model_data: an existing model.tar.gz that is deployed in place of a training.
    """

    instance_type: MlInstance = "ml.m5.xlarge"
    instance_count: Annotated[Whole, Field(ge=1, le=20)] = 1
    use_spot: Flag = False
    volume_size_gib: Annotated[Whole, Field(ge=1, le=1024)] = 30
    max_runtime_seconds: Annotated[Whole, Field(ge=60, le=3000)] = 2700
    max_wait_seconds: Annotated[Whole | None, BlankIsNone] = None
    image: Annotated[Image | None, BlankIsNone, Field(validate_default=True)] = None
    architecture: Literal["ngrams", "lstm"] = "ngrams"
    seed: Annotated[Whole, Field(ge=0, le=2**31 - 1)] = 1
    test_fraction: Annotated[Decimal, Field(ge=0.01, le=0.9)] = 0.2
    validation_fraction: Annotated[Decimal, Field(ge=0.01, le=0.9)] = 0.1
    max_order: Annotated[Whole, Field(ge=1, le=5)] = 3
    min_reviews: Annotated[Whole, Field(ge=1, le=1_000_000)] = 2
    smoothing: Annotated[Decimal, Field(gt=0, le=1000)] = 1.0
    l2_penalty: Annotated[Decimal, Field(gt=0, le=1000)] = 0.015
    iterations: Annotated[Whole, Field(ge=1, le=10_000)] = 100
    words: Literal["all", "stems"] = "all"
    epochs: Annotated[Whole, Field(ge=1, le=1000)] = 4
    embedding_dim: Annotated[Whole, Field(ge=1, le=4096)] = 64
    hidden_dim: Annotated[Whole, Field(ge=1, le=4096)] = 64
    vocab_size: Annotated[Whole, Field(ge=3, le=1_000_000)] = 10_000
    learning_rate: Annotated[Decimal, Field(gt=0, le=1)] = 0.002
    batch_size: Annotated[Whole, Field(ge=1, le=8192)] = 64
    pad: Annotated[Whole, Field(ge=1, le=100_000)] = 1000
    dropout: Annotated[Decimal, Field(ge=0, lt=1)] = 0.5
    word_dropout: Annotated[Decimal, Field(ge=0, lt=1)] = 0.1
    minimum_accuracy: Annotated[Decimal, Field(ge=0, le=1)] = 0.8
    model_data: Annotated[ModelData | None, BlankIsNone] = None

    _image_fits_instance = field_validator("image")(_image_fits_instance)

    @field_validator("max_wait_seconds")
    @classmethod
    def _leaves_time_to_train(cls, value: int | None, info: ValidationInfo) -> int | None:
        shortest = info.data.get("max_runtime_seconds")
        if value is None or shortest is None:
            return value
        if not info.data.get("use_spot"):
            raise ValueError("a time to wait for spare machines together with training.use_spot")
        if not shortest <= value <= LONGEST_WAIT_SECONDS:
            raise ValueError(
                f"{shortest} (training.max_runtime_seconds) to {LONGEST_WAIT_SECONDS}, "
                "since CloudFormation waits an hour for the whole training"
            )
        return value

    @property
    def spot_wait_seconds(self) -> int | None:
        """Longest time from a spot job's start to its end; None for machines of one's own."""
        return (self.max_wait_seconds or LONGEST_WAIT_SECONDS) if self.use_spot else None

    @property
    def distributed(self) -> bool:
        """Whether torchrun starts the script: on several hosts, or on each GPU of one."""
        return self.instance_count > 1 or self.instance_type.startswith(("ml.g", "ml.p"))

    def hyperparameters(self) -> dict[str, str]:
        """Return name to value as the training script takes them, sorted by name.

        Those that the architecture has no use for are left out: changing them trains nothing.

        SageMaker's training toolkit hands values to a shell; numbers are spelled with none of the
        characters that mean something there.
        """
        names = [*COMMON, *HYPERPARAMETERS[self.architecture]]
        values = {name: getattr(self, name) for name in sorted(names)}
        return {
            name: value if isinstance(value, str) else repr(value) for name, value in values.items()
        }


class EndpointSettings(Section):
    """What serves the model.

    Attributes:
        kind: `serverless` costs nothing while idle, `real_time` answers without cold starts.
        memory_mb: of a serverless endpoint.
        max_concurrency: requests that a serverless endpoint answers at a time.
        instance_type: of a real-time endpoint.
        instance_count: of a real-time endpoint; two or more are spread over availability zones.
        image: URI of another serving image.
    """

    kind: Literal["serverless", "real_time"]
    memory_mb: ServerlessMemory = 3072
    max_concurrency: Annotated[Whole, Field(ge=1, le=200)] = 5
    instance_type: MlInstance = "ml.m5.large"
    instance_count: Annotated[Whole, Field(ge=1, le=20)] = 1
    image: Annotated[Image | None, BlankIsNone, Field(validate_default=True)] = None

    _image_fits_instance = field_validator("image")(_image_fits_instance)


class RolloutSettings(Section):
    """How a new model comes into service.

    Attributes:
        strategy: `canary` sends a part of the traffic to the new model first, and goes back to the
            old one when an alarm goes off; it needs real-time instances and alarms.
            `all_at_once` switches over when the new model answers.
        canary_percent: share of the instances that serve the new model first.
        bake_minutes: time that it is watched for.
        keep_old_minutes: time that the old instances are kept afterwards, still watching.
        error_rate: share of failed invocations above which it goes back.
        latency_p99_ms: time that the slowest in a hundred may take in the model.
    """

    strategy: Literal["all_at_once", "canary"] = "all_at_once"
    canary_percent: Annotated[Whole, Field(ge=1, le=50)] = 50
    bake_minutes: Annotated[Whole, Field(ge=1, le=60)] = 10
    keep_old_minutes: Annotated[Whole, Field(ge=0, le=60)] = 5
    error_rate: Annotated[Decimal, Field(ge=0, lt=1)] = 0.01
    latency_p99_ms: Annotated[Whole, Field(ge=10, le=60_000)] = 1000


class OperationsSettings(Section):
    """Watching what runs.

    Attributes:
        alarms: whether alarms are raised, and told to an encrypted topic.
        alarm_email: an address that is asked to subscribe to it.
    """

    alarms: Flag = True
    alarm_email: Annotated[EmailAddress | None, BlankIsNone] = None


class ApiSettings(Section):
    """The public API.

    Attributes:
        throttle_rate: requests a second, over all callers.
        throttle_burst: requests at the same moment.
        access: `public` for everybody, by way of the page's own origin; `iam` for signed requests
            of principals that may invoke it, without a page.
        web_acl: whether a web ACL with a rate limit and AWS's managed rules stands before it. With
            public access it then refuses calls that go round CloudFront. It costs $9 a month.
        web_acl_rate: requests in five minutes after which one address is refused for a while.
        tracing: whether AWS X-Ray samples the way of requests through API and function.
        max_review_characters: length above which a review is refused; the model's own limit is
            100,000.
        set_account_log_role: whether to set the role with which API Gateway writes logs. There is
            one for an account's region: false where something else has set it.
    """

    access: Literal["public", "iam"] = "public"
    web_acl: Flag = True
    web_acl_rate: Annotated[Whole, Field(ge=10, le=2_000_000_000)] = 1000
    tracing: Flag = True
    throttle_rate: Annotated[Whole, Field(ge=1, le=10_000)] = 20
    throttle_burst: Annotated[Whole, Field(ge=1, le=5000)] = 40
    max_review_characters: Annotated[Whole, Field(ge=1, le=100_000)] = 100_000
    log_retention_days: RetentionDays = 30
    set_account_log_role: Flag = True


class SiteSettings(Section):
    """The page behind CloudFront.

    Attributes:
        comment: what CloudFront's console shows.
        price_class: on which continents CloudFront serves.
        domain_name: a name of your own; the default name of CloudFront does without.
        certificate_arn: its ACM certificate, in us-east-1.
        access_logs: whether CloudFront logs requests into the log bucket.
    """

    comment: Annotated[Text, Field(min_length=1, max_length=128)] = "Movie review sentiment"
    price_class: Literal["PriceClass_100", "PriceClass_200", "PriceClass_All"] = "PriceClass_100"
    domain_name: Annotated[DomainName | None, BlankIsNone] = None
    certificate_arn: Annotated[Certificate | None, BlankIsNone, Field(validate_default=True)] = None

    access_logs: Flag = True

    @field_validator("certificate_arn")
    @classmethod
    def _comes_with_a_domain(cls, value: str | None, info: ValidationInfo) -> str | None:
        if (value is None) != (info.data.get("domain_name") is None):
            raise ValueError("a certificate's ARN together with site.domain_name, or neither")
        return value


class NetworkSettings(Section):
    """The virtual private cloud of training and serving; without one they run in SageMaker's own.

    Attributes:
        subnet_ids: its subnets, which must lead to S3, ECR and CloudWatch Logs.
        security_group_ids: its security groups.
    """

    subnet_ids: Annotated[tuple[SubnetId, ...], Listed, Field(max_length=16)] = ()
    security_group_ids: Annotated[
        tuple[SecurityGroupId, ...], Listed, Field(max_length=5, validate_default=True)
    ] = ()

    @field_validator("security_group_ids")
    @classmethod
    def _comes_with_subnets(cls, value: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if bool(value) != bool(info.data.get("subnet_ids")):
            raise ValueError("ids together with network.subnet_ids, or neither")
        return value


class SecuritySettings(Section):
    """Encryption.

    Attributes:
        customer_managed_keys: whether keys of the account's own encrypt data, logs and alarms, at
            $1 a month for each of the three; AWS's keys do otherwise.
    """

    customer_managed_keys: Flag = True


class StorageSettings(Section):
    """Buckets.

    Attributes:
        removal: whether destroying the stacks empties and deletes the buckets or keeps them.
        artifact_expiry_days: age at which the artifacts of replaced models are deleted.
    """

    removal: Literal["destroy", "retain"]
    artifact_expiry_days: Annotated[Whole, Field(ge=1, le=3650)] = 90


class LogSettings(Section):
    """Logs of the functions, the endpoint and the buckets."""

    retention_days: RetentionDays = 30


class Settings(Section):
    """All settings of one environment.

    Attributes:
        environment: its name in cdk.json, a part of every name that is ours to give.
        region: the AWS region that it is deployed to.
    """

    environment: EnvironmentName
    region: Region
    dataset: DatasetSettings = DatasetSettings()
    training: TrainingSettings = TrainingSettings()
    endpoint: EndpointSettings
    rollout: RolloutSettings = RolloutSettings()
    operations: OperationsSettings = OperationsSettings()
    api: ApiSettings = ApiSettings()
    site: SiteSettings = SiteSettings()
    network: NetworkSettings = NetworkSettings()
    security: SecuritySettings = SecuritySettings()
    storage: StorageSettings
    logs: LogSettings = LogSettings()
