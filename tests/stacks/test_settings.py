"""Every setting reaches its resource."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import BaseModel

from predict_api.cors import EXPOSED
from sentiment.hyperparameters import SPECIFIC
from sentiment.schema import Schema
from stacks.settings.environment import EnvironmentSettings
from tests.stacks.altered import CERTIFICATE, DEV, OWN_IMAGE, PROD
from tests.stacks.assembly import Assembly

Find = Callable[[Assembly], Any]
# Settings that change a whole environment or depend on others have separate tests.
TESTED_ELSEWHERE = {
    "api.access", "api.web_acl", "dataset.feedback", "dataset.listing", "dataset.testing", "dataset.training",
    "endpoint.kind", "environment", "network.security_group_ids", "network.subnet_ids",
    "operations.alarms", "region", "rollout.strategy", "security.customer_managed_keys",
    "training.model_data",
    # Passed to the transform job: tests/scripts/score/test_score_job.py
    "scoring.instance_count", "scoring.max_concurrent_transforms", "scoring.max_payload_mb",
}  # fmt: skip
# Passed to the training script by name: tests/stacks/test_hyperparameters.py
SCRIPTS_OWN = {f"training.{name}" for names in SPECIFIC.values() for name in names} | {
    f"training.{name}" for name in ("seed", "test_fraction")
}


def of(kind: str, *path: str | int) -> Find:
    """Return a function that finds a property of the one resource of a type."""

    def find(assembly: Assembly) -> Any:
        found: Any = assembly.only(kind)
        for key in path:
            found = found[key]
        return found

    return find


def named(kind: str, name: str, *path: str | int) -> Find:
    """Return a function that finds a property of the resource whose id begins with a name."""

    def find(assembly: Assembly) -> Any:
        (found,) = [
            resource["Properties"]
            for key, resource in assembly.resources(kind).items()
            if key.partition("/")[2].startswith(name)
        ]
        for key in path:
            found = found.get(key) if isinstance(found, dict) else found[key]
        return found

    return find


def expiry(rule: str) -> Find:
    """Return a function that finds the expiry age in a rule of the data bucket."""

    def find(assembly: Assembly) -> Any:
        rules = named("AWS::S3::Bucket", "DataBucket", "LifecycleConfiguration", "Rules")(assembly)
        (found,) = [one["ExpirationInDays"] for one in rules if one["Id"] == rule]
        return found

    return find


def stage(path: str, key: str) -> Find:
    """Return a function that finds a limit of the API's stage, for all methods or one."""

    def find(assembly: Assembly) -> Any:
        settings = of("AWS::ApiGateway::Stage", "MethodSettings")(assembly)
        (found,) = [one[key] for one in settings if one["ResourcePath"] == path]
        return found

    return find


def count(kind: str) -> Find:
    """Return a function that counts the resources of a type."""
    return lambda assembly: len(assembly.resources(kind))


def rate(assembly: Assembly) -> Any:
    """Find the web ACL's rate limit."""
    rules = assembly.only("AWS::WAFv2::WebACL")["Rules"]
    (found,) = [one for one in rules if one["Name"] == "rate"]
    return found["Statement"]["RateBasedStatement"]["Limit"]


def removal(assembly: Assembly) -> set[str]:
    """Find the buckets' deletion policies."""
    return {one["DeletionPolicy"] for one in assembly.resources("AWS::S3::Bucket").values()}


def shown(html: str) -> Find:
    """Return a function that finds whether the page contains something."""
    return lambda assembly: html in assembly.site_file("index.html")


def scoring_volumes(assembly: Assembly) -> bool:
    """Find whether the scoring role may encrypt volumes."""
    policies = named("AWS::IAM::Role", "ScoringRole", "Policies")(assembly)
    return "Volumes" in {policy["PolicyName"] for policy in policies}


ALARM, API, BUDGET = "AWS::CloudWatch::Alarm", "AWS::Lambda::Function", "AWS::Budgets::Budget"
CONFIG, ENDPOINT = "AWS::SageMaker::EndpointConfig", "AWS::SageMaker::Endpoint"
DISTRIBUTION, LOGS = "AWS::CloudFront::Distribution", "AWS::Logs::LogGroup"
JOB, MODEL, SMOKE_TEST = "Custom::TrainingJob", "AWS::SageMaker::Model", "Custom::SmokeTest"
POLICY = ("AWS::ApplicationAutoScaling::ScalingPolicy", "TargetTrackingScalingPolicyConfiguration")
VARIANT = (CONFIG, "ProductionVariants", 0)
CANARY = (ENDPOINT, "DeploymentConfig", "BlueGreenUpdatePolicy")
SITE = (DISTRIBUTION, "DistributionConfig")


def schema(assembly: Assembly) -> Schema:
    """Return the columns and labels of a training job."""
    return Schema.decode(of(JOB, "Hyperparameters", "schema")(assembly))


IN_DEV: dict[str, tuple[Find, Any]] = {
    "api.allowed_origins": (
        named(API, "PredictApiHandler", "Environment", "Variables", "ALLOWED_ORIGINS"),
        "https://a.example http://localhost:8000",
    ),
    "api.reserved_concurrency": (
        named(API, "PredictApiHandler", "ReservedConcurrentExecutions"), 20,
    ),
    "api.tracing": (of("AWS::ApiGateway::Stage", "TracingEnabled"), False),
    "dataset.label_column": (lambda one: schema(one).label_column, "stars"),
    "dataset.labels": (
        lambda one: schema(one).labels, {"1": "negative", "3": None, "5": "positive"},
    ),
    "dataset.text_column": (lambda one: schema(one).text_column, "body"),
    "endpoint.expires_after_hours": (
        named(API, "ExpiryHandler", "Environment", "Variables", "EXPIRES_AFTER_HOURS"), "12",
    ),
    "endpoint.max_concurrency": (of(*VARIANT, "ServerlessConfig", "MaxConcurrency"), 9),
    "endpoint.memory_mb": (of(*VARIANT, "ServerlessConfig", "MemorySizeInMB"), 4096),
    "model.register": (count("AWS::SageMaker::ModelPackageGroup"), 1),
    "operations.alarm_email": (
        of(BUDGET, "NotificationsWithSubscribers", 1, "Subscribers"),
        [{"Address": "ops@example.com", "SubscriptionType": "EMAIL"}],
    ),
    "operations.monthly_budget_usd": (of(BUDGET, "Budget", "BudgetLimit", "Amount"), 10),
    "rollout.challenger": (of("Custom::Candidate", "Challenger"), "better"),
    "rollout.incomparable": (of("Custom::Candidate", "Incomparable"), "pass"),
    "site.access_logs": (lambda one: "Logging" in of(*SITE)(one), False),
    "training.architecture": (of(JOB, "Hyperparameters", "architecture"), "lstm"),
    "training.epochs": (of(JOB, "Hyperparameters", "epochs"), "7"),
}  # fmt: skip
IN_PROD: dict[str, tuple[Find, Any]] = {
    "api.log_retention_days": (named(LOGS, "PredictApiAccessLog", "RetentionInDays"), 14),
    "api.max_review_characters": (
        named(API, "PredictApiHandler", "Environment", "Variables", "MAX_REVIEW_CHARACTERS"), "5000",
    ),
    "api.reserved_concurrency": (
        named(API, "PredictApiHandler", "ReservedConcurrentExecutions"), 50,
    ),
    "api.set_account_log_role": (count("AWS::ApiGateway::Account"), 0),
    "api.throttle_burst": (stage("/*", "ThrottlingBurstLimit"), 44),
    "api.throttle_rate": (stage("/*", "ThrottlingRateLimit"), 33),
    "api.web_acl_rate": (rate, 555),
    "endpoint.capture_expiry_days": (expiry("captured-data"), 9),
    "endpoint.capture_percent": (of(CONFIG, "DataCaptureConfig", "InitialSamplingPercentage"), 7),
    "endpoint.idle_alarm_hours": (named(ALARM, "IdleEndpoint", "EvaluationPeriods"), 12),
    "endpoint.image": (named(MODEL, "Endpoint", "PrimaryContainer", "Image"), OWN_IMAGE),
    "endpoint.instance_count": (of(*VARIANT, "InitialInstanceCount"), 3),
    "endpoint.instance_type": (of(*VARIANT, "InstanceType"), "ml.m5d.large"),
    "endpoint.network_isolation": (
        lambda one: "EnableNetworkIsolation" in named(MODEL, "Endpoint")(one), False,
    ),
    "feedback.enabled": (
        lambda one: "FEEDBACK_BUCKET"
        in named(API, "PredictApiHandler", "Environment", "Variables")(one),
        True,
    ),
    "feedback.expiry_days": (expiry("feedback"), 11),
    "feedback.throttle_burst": (stage("/~1feedback", "ThrottlingBurstLimit"), 3),
    "feedback.throttle_rate": (stage("/~1feedback", "ThrottlingRateLimit"), 1),
    "logs.retention_days": (named(LOGS, "PredictApiHandler", "RetentionInDays"), 60),
    "operations.alarm_email": (of("AWS::SNS::Subscription", "Endpoint"), "ops@example.com"),
    "operations.client_error_rate": (named(ALARM, "AlarmsClientErrors", "Threshold"), 0.5),
    "operations.drift": (
        named(API, "PredictApiHandler", "Environment", "Variables", "DRIFT"), "true",
    ),
    "operations.dashboard": (count("AWS::CloudWatch::Dashboard"), 0),
    "operations.latency_p99_ms": (named(ALARM, "AlarmsLatency", "Threshold"), 2500),
    "operations.monthly_budget_usd": (of(BUDGET, "Budget", "BudgetLimit", "Amount"), 123),
    "operations.server_error_rate": (named(ALARM, "AlarmsServerErrors", "Threshold"), 0.05),
    "retraining.schedule": (
        of("AWS::Scheduler::Schedule", "ScheduleExpression"), "cron(0 4 2 * ? *)",
    ),
    "rollout.bake_minutes": (
        of(*CANARY, "TrafficRoutingConfiguration", "WaitIntervalInSeconds"), 240,
    ),
    "rollout.canary_percent": (
        of(*CANARY, "TrafficRoutingConfiguration", "CanarySize", "Value"), 34,
    ),
    "rollout.candidate": (count("Custom::Candidate"), 0),
    "rollout.challenger": (lambda one: "Comparison" in one.template("model")["Outputs"], False),
    "rollout.error_rate": (named(ALARM, "RolloutServerErrors", "Threshold"), 0.02),
    "rollout.keep_old_minutes": (of(*CANARY, "TerminationWaitInSeconds"), 60),
    "rollout.latency_p99_ms": (named(ALARM, "RolloutModelLatency", "Threshold"), 450_000),
    "rollout.patience_seconds": (of(SMOKE_TEST, "PatienceSeconds"), 99),
    "scaling.invocations_per_minute": (of(*POLICY, "TargetValue"), 900),
    "scaling.max_instances": (
        of("AWS::ApplicationAutoScaling::ScalableTarget", "MaxCapacity"), 7,
    ),
    "scaling.scale_in": (of(*POLICY, "DisableScaleIn"), True),
    "scaling.scale_in_cooldown_seconds": (of(*POLICY, "ScaleInCooldown"), 700),
    "scaling.scale_out_cooldown_seconds": (of(*POLICY, "ScaleOutCooldown"), 70),
    "scoring.expiry_days": (expiry("scoring"), 3),
    "scoring.instance_type": (scoring_volumes, False),
    "site.certificate_arn": (of(*SITE, "ViewerCertificate", "AcmCertificateArn"), CERTIFICATE),
    "site.comment": (of(*SITE, "Comment"), "Films"),
    "site.domain_name": (of(*SITE, "Aliases"), ["films.example.com"]),
    "site.examples": (shown("Fine, really."), True),
    "site.intro": (shown('<p dir="auto">Paste what you think.</p>'), True),
    "site.placeholder": (shown('placeholder="Write here."'), True),
    "site.price_class": (of(*SITE, "PriceClass"), "PriceClass_200"),
    "site.title": (shown("<title>Good or bad?</title>"), True),
    "storage.artifact_expiry_days": (expiry("retired-artifacts"), 12),
    "storage.removal": (removal, {"Delete"}),
    "training.image": (of(JOB, "Image"), OWN_IMAGE),
    "training.instance_count": (of(JOB, "InstanceCount"), 3),
    "training.instance_type": (of(JOB, "InstanceType"), "ml.g5.2xlarge"),
    "training.iterations": (of(JOB, "Hyperparameters", "iterations"), "50"),
    "training.max_runtime_seconds": (of(JOB, "MaxRuntimeSeconds"), 2000),
    "training.max_wait_seconds": (of(JOB, "MaxWaitSeconds"), 3100),
    "training.minimum_accuracy": (of(JOB, "MinimumAccuracy"), "0.7"),
    "training.use_spot": (lambda one: "CheckpointPath" in of(JOB)(one), True),
    "training.volume_size_gib": (of(JOB, "VolumeSizeGiB"), 55),
}  # fmt: skip


def names() -> set[str]:
    """Return the names of all settings."""
    found = set()
    for section, field in EnvironmentSettings.model_fields.items():
        model = field.annotation
        if isinstance(model, type) and issubclass(model, BaseModel):
            found |= {f"{section}.{name}" for name in model.model_fields}
        else:
            found.add(section)
    return found


def test_every_setting_has_a_test() -> None:
    assert names() == TESTED_ELSEWHERE | SCRIPTS_OWN | IN_DEV.keys() | IN_PROD.keys()
    assert not TESTED_ELSEWHERE & (IN_DEV.keys() | IN_PROD.keys())
    assert DEV.keys() == IN_DEV.keys()
    assert PROD.keys() == IN_PROD.keys()


@pytest.mark.parametrize("name", IN_DEV)
def test_settings_reach_dev(altered_dev: Assembly, dev: Assembly, name: str) -> None:
    check(name, *IN_DEV[name], altered_dev, dev)


@pytest.mark.parametrize("name", IN_PROD)
def test_settings_reach_prod(altered_prod: Assembly, prod: Assembly, name: str) -> None:
    check(name, *IN_PROD[name], altered_prod, prod)


def check(name: str, find: Find, expected: Any, altered: Assembly, before: Assembly) -> None:
    """Check that a setting's value is in its place, and was not there before."""
    assert find(altered) == expected, name
    try:
        default = find(before)
    except (KeyError, ValueError, TypeError):  # the whole resource is new
        default = None
    assert json.dumps(default, default=sorted) != json.dumps(expected, default=sorted), name


def test_pages_of_allowed_origins_can_read_api_gateways_own_answers(
    altered_dev: Assembly, dev: Assembly
) -> None:
    for name, value in (("Allow-Origin", "*"), ("Expose-Headers", EXPOSED)):
        header = f"gatewayresponse.header.Access-Control-{name}"
        for assembly, expected in ((altered_dev, {f"'{value}'"}), (dev, {None})):
            answers = assembly.resources("AWS::ApiGateway::GatewayResponse").values()
            found = {one["Properties"]["ResponseParameters"].get(header) for one in answers}
            assert found == expected
