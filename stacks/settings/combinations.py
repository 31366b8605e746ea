"""Refusal of settings that are valid individually but not together."""

from typing import NoReturn

from stacks.settings.environment import EnvironmentSettings
from stacks.settings.error import SettingsError
from stacks.settings.images import SCIKIT_LEARN, ContainerImage, serving_image

CANARY_INSTANCES = 2
# The alarms need two bad minutes, and metrics reach CloudWatch about a minute late.
ALARM_MINUTES = 3
WITHOUT_GUARDRAILS = "ml.inf1."
WITHOUT_PAGE = {
    "us-gov-": "has no CloudFront for the page",
    "us-iso": "has no CloudFront for the page",
    "eu-iso": "has no CloudFront for the page",
    "cn-": "has a CloudFront that serves registered domains with certificates of IAM alone",
}
WITHOUT_BUDGETS = "us-gov-"
# CloudFront does not deliver its logs to buckets in opt-in regions.
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logging-legacy-s3.html
WITH_CLOUDFRONT_LOGS = {
    "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-southeast-1",
    "ap-southeast-2", "ca-central-1", "eu-central-1", "eu-north-1", "eu-west-1", "eu-west-2",
    "eu-west-3", "sa-east-1", "us-east-1", "us-east-2", "us-west-1", "us-west-2",
}  # fmt: skip
BURSTABLE = ("ml.t2.", "ml.t3.")


def refuse_impossible(settings: EnvironmentSettings) -> None:
    """Refuse combinations that AWS would refuse only during the deployment.

    Raises:
        SettingsError: for the first combination that cannot be deployed.
    """
    _refuse_serverless(settings)
    _refuse_lone_canary(settings)
    _refuse_blind_canary(settings)
    _refuse_page_without_cloudfront(settings)
    _refuse_lost_logs(settings)
    _refuse_foreign_images(settings)
    _refuse_image_without_torch(settings)
    _refuse_untried(settings)
    _refuse_scaling(settings)
    _refuse_silent_budget(settings)
    _refuse_unseen_drift(settings)
    _refuse_pointless_retraining(settings)


def _refuse_serverless(settings: EnvironmentSettings) -> None:
    """Refuse settings that serverless endpoints do not support.

    Source: https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints.html
    """
    if settings.endpoint.kind != "serverless":
        return
    if settings.network.subnet_ids:
        raise SettingsError(
            "network.subnet_ids",
            ",".join(settings.network.subnet_ids),
            "a serverless endpoint cannot be in a VPC; endpoint.kind=real_time can",
        )
    if settings.endpoint.capture_percent:
        raise SettingsError(
            "endpoint.capture_percent",
            str(settings.endpoint.capture_percent),
            "a serverless endpoint cannot capture data; endpoint.kind=real_time can",
        )
    if settings.endpoint.network_isolation:
        raise SettingsError(
            "endpoint.network_isolation",
            "true",
            "a serverless endpoint cannot be isolated; endpoint.kind=real_time can",
        )


def _refuse_lone_canary(settings: EnvironmentSettings) -> None:
    """Refuse a canary without instances to split traffic over, or without alarms."""
    if settings.rollout.strategy != "canary":
        return
    endpoint = settings.endpoint
    if endpoint.kind != "real_time":
        _refuse_strategy("it needs endpoint.kind=real_time")
    if endpoint.instance_count < CANARY_INSTANCES:
        _refuse_strategy(
            f"it needs endpoint.instance_count of {CANARY_INSTANCES} or more, "
            f"which is {endpoint.instance_count}"
        )
    if not settings.operations.alarms:
        _refuse_strategy("it needs operations.alarms=true, since alarms roll a bad model back")


def _refuse_blind_canary(settings: EnvironmentSettings) -> None:
    """Refuse a canary that alarms cannot roll back in time, or that SageMaker ignores.

    Source: https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-exclusions.html
    """
    rollout, instance = settings.rollout, settings.endpoint.instance_type
    if rollout.strategy != "canary":
        return
    if instance.startswith(WITHOUT_GUARDRAILS):
        _refuse_strategy(f"SageMaker switches {instance} over all at once")
    if rollout.bake_minutes < ALARM_MINUTES:
        raise SettingsError(
            "rollout.bake_minutes",
            str(rollout.bake_minutes),
            f"must be {ALARM_MINUTES} or more with rollout.strategy=canary, "
            "since no alarm is raised earlier",
        )


def _refuse_page_without_cloudfront(settings: EnvironmentSettings) -> None:
    """Refuse the page in regions where CloudFront is missing or needs a registered domain.

    Sources:
        https://docs.aws.amazon.com/govcloud-us/latest/UserGuide/setting-up-credentials.html
        https://docs.amazonaws.cn/en_us/aws/latest/userguide/cloudfront.html
    """
    reasons = [why for where, why in WITHOUT_PAGE.items() if settings.region.startswith(where)]
    if settings.api.access == "public" and reasons:
        raise SettingsError(
            "api.access",
            "public",
            f"{settings.region} {reasons[0]}; api.access=iam works without it",
        )


def _refuse_lost_logs(settings: EnvironmentSettings) -> None:
    """Refuse CloudFront logs in a region whose log bucket CloudFront cannot write to."""
    logs = settings.site.access_logs and settings.api.access == "public"
    if logs and settings.region not in WITH_CLOUDFRONT_LOGS:
        raise SettingsError(
            "site.access_logs",
            "true",
            f"CloudFront delivers no logs to buckets in {settings.region}; it must be false",
        )


def _refuse_foreign_images(settings: EnvironmentSettings) -> None:
    """Refuse images from another region, which SageMaker does not pull.

    Source: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ContainerDefinition.html
    """
    for section in ("training", "endpoint"):
        uri = getattr(settings, section).image
        if uri and uri != SCIKIT_LEARN and ContainerImage.parse(uri).region != settings.region:
            raise SettingsError(
                f"{section}.image", uri, f"must be an image in the region, {settings.region}"
            )


def _refuse_image_without_torch(settings: EnvironmentSettings) -> None:
    """Refuse an LSTM in SageMaker's scikit-learn image, which has no torch."""
    image, architecture = settings.endpoint.image, settings.training.architecture
    if architecture == "lstm" and serving_image(image, settings.region).is_scikit_learn:
        raise SettingsError(
            "endpoint.image",
            image,
            "the scikit-learn image has no torch, which training.architecture=lstm needs; "
            "training.architecture=ngrams does not need it",
        )


def _refuse_untried(settings: EnvironmentSettings) -> None:
    """Refuse to serve an untested model."""
    if settings.training.model_data and not settings.rollout.candidate:
        raise SettingsError(
            "rollout.candidate",
            "false",
            "must be true when training.model_data is set, "
            "because no training has tested that model",
        )
    if settings.rollout.challenger != "off" and not settings.rollout.candidate:
        raise SettingsError(
            "rollout.candidate",
            "false",
            "must be true when rollout.challenger is not off, "
            "because the candidate is compared with the model that serves",
        )
    if settings.model.register and not settings.rollout.candidate:
        raise SettingsError(
            "rollout.candidate",
            "false",
            "must be true when model.register is true, because the trial records refused models",
        )


def _refuse_strategy(reason: str) -> NoReturn:
    raise SettingsError("rollout.strategy", "canary", reason)


def _refuse_scaling(settings: EnvironmentSettings) -> None:
    """Refuse scaling that Application Auto Scaling would refuse.

    Source: https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling-add-policy.html
    """
    most, endpoint = settings.scaling.max_instances, settings.endpoint
    if most is None:
        return
    if endpoint.kind != "real_time":
        raise SettingsError(
            "scaling.max_instances",
            str(most),
            "a serverless endpoint scales by itself; endpoint.kind=real_time has instances",
        )
    if most <= endpoint.instance_count:
        raise SettingsError(
            "scaling.max_instances",
            str(most),
            f"must be more than endpoint.instance_count, which is {endpoint.instance_count}",
        )
    if endpoint.instance_type.startswith(BURSTABLE):
        raise SettingsError(
            "scaling.max_instances",
            str(most),
            f"SageMaker does not scale burstable instances such as {endpoint.instance_type}",
        )


def _refuse_silent_budget(settings: EnvironmentSettings) -> None:
    """Refuse a budget that notifies nobody, or a region without AWS Budgets.

    Source: botocore's endpoints.json, which has no AWS Budgets for GovCloud
    """
    operations = settings.operations
    if operations.monthly_budget_usd and settings.region.startswith(WITHOUT_BUDGETS):
        raise SettingsError(
            "operations.monthly_budget_usd",
            str(operations.monthly_budget_usd),
            f"{settings.region} has no AWS Budgets; leave it empty",
        )
    if operations.monthly_budget_usd and not (operations.alarms or operations.alarm_email):
        raise SettingsError(
            "operations.monthly_budget_usd",
            str(operations.monthly_budget_usd),
            "a budget needs operations.alarm_email or operations.alarms=true",
        )


def _refuse_unseen_drift(settings: EnvironmentSettings) -> None:
    """Refuse metrics of drift that nobody sees."""
    operations = settings.operations
    if operations.drift and not (operations.alarms or operations.dashboard):
        raise SettingsError(
            "operations.drift",
            "true",
            "it needs operations.alarms=true or operations.dashboard=true",
        )


def _refuse_pointless_retraining(settings: EnvironmentSettings) -> None:
    """Refuse a schedule that would train the same model, or has no topic to announce its models."""
    schedule, dataset = settings.retraining.schedule, settings.dataset
    if schedule is None:
        return
    in_s3 = any(
        (source or "").startswith("s3://") for source in (dataset.training, dataset.testing)
    )
    reason = None
    if not settings.operations.alarms:
        reason = "it needs operations.alarms=true, whose topic receives the message"
    elif not (in_s3 or settings.feedback.enabled):
        reason = "its data never change; it needs a dataset in S3 or feedback.enabled=true"
    if reason:
        raise SettingsError("retraining.schedule", schedule, reason)
