"""Quotas that an environment needs, computed from its templates."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from scripts.preflight.assembly import Assembly

SERVERLESS = "Maximum total concurrency that can be allocated across all serverless endpoints"
ACTIVE_ENDPOINTS = "Number of instances across active endpoints"
CONCURRENT_EXECUTIONS = "L-B99A9384"
BUCKETS = "L-DC2B2D3D"
DISTRIBUTIONS = "L-24B04930"
HEADERS_POLICIES = "L-CF0D4FC5"
THROTTLE_RATE = "L-8A5B8E43"
# Concurrency that Lambda lets no function reserve, and the least that an account has
KEPT_UNRESERVED, LEAST = 100, 10


@dataclass(frozen=True)
class Need:
    """A quota that must be large enough.

    Attributes:
        service: code of the service in Service Quotas.
        quota: the quota's code, or its name where the code depends on an instance type.
        what: the quota in words.
        amount: what this environment uses at its peak.
        reason: how the amount comes about.
        instead: what to do instead of an increase; empty if nothing.
    """

    service: str
    quota: str
    what: str
    amount: int
    reason: str
    instead: str = ""

    def matches(self, quota: dict[str, Any]) -> bool:
        """Return whether a quota of Service Quotas is this one."""
        return self.quota in {quota["QuotaCode"], quota["QuotaName"]}


def needs(assembly: Assembly) -> list[Need]:
    """Return what an environment needs at its peak."""
    return [
        *_endpoints(assembly), *_training(assembly), *_functions(assembly), *_web(assembly),
    ]  # fmt: skip


def _endpoints(assembly: Assembly) -> Iterator[Need]:
    """Count a fleet twice: it serves while the candidate, and then its successor, starts."""
    scaled = [
        int(target.properties["MaxCapacity"])
        for target in assembly.resources("AWS::ApplicationAutoScaling::ScalableTarget")
    ]
    for config in assembly.resources("AWS::SageMaker::EndpointConfig"):
        for variant in config.properties["ProductionVariants"]:
            if "ServerlessConfig" in variant:
                yield _serverless(int(variant["ServerlessConfig"]["MaxConcurrency"]))
            else:
                most = max([int(variant["InitialInstanceCount"]), *scaled])
                yield from _instances(variant["InstanceType"], most, is_scaled=bool(scaled))


def _serverless(most: int) -> Need:
    reason = f"{most} serve, and {most} while a new model is tried or replaces it"
    what, instead = "concurrency of serverless endpoints", "lower endpoint.max_concurrency"
    return Need("sagemaker", SERVERLESS, what, 2 * most, reason, instead)


def _instances(instance_type: str, most: int, *, is_scaled: bool) -> Iterator[Need]:
    serving = f"{most} serve when scaled" if is_scaled else f"{most} serve"
    reason = f"{serving}, and {most} more while a new model replaces them"
    instead = "lower scaling.max_instances" if is_scaled else "lower endpoint.instance_count"
    for name in (f"{instance_type} for endpoint usage", ACTIVE_ENDPOINTS):
        yield Need("sagemaker", name, name, 2 * most, reason, instead)


def _training(assembly: Assembly) -> Iterator[Need]:
    for job in assembly.training_jobs():
        spot = "spot " if "MaxWaitSeconds" in job else ""
        count = int(job["InstanceCount"])
        for name in (
            f"{job['InstanceType']} for {spot}training job usage",
            f"Number of instances across all {spot}training jobs",
        ):
            yield Need("sagemaker", name, name, count, f"{count} for the training job")


def _functions(assembly: Assembly) -> Iterator[Need]:
    reserved = sum(
        int(function.properties.get("ReservedConcurrentExecutions", 0))
        for function in assembly.resources("AWS::Lambda::Function")
    )
    if reserved:
        amount = reserved + KEPT_UNRESERVED
        reason = f"{reserved} reserved, and {KEPT_UNRESERVED} that Lambda keeps unreserved"
        instead = "leave api.reserved_concurrency empty"
    else:
        amount, reason, instead = LEAST, "no function reserves any", ""
    what = "concurrent executions"
    yield Need("lambda", CONCURRENT_EXECUTIONS, what, amount, reason, instead)


def _web(assembly: Assembly) -> Iterator[Need]:
    counted = Counter(resource.kind for resource in assembly.resources())
    for service, quota, kind, what in (
        ("s3", BUCKETS, "AWS::S3::Bucket", "buckets"),
        ("cloudfront", DISTRIBUTIONS, "AWS::CloudFront::Distribution", "distributions"),
        (
            "cloudfront", HEADERS_POLICIES, "AWS::CloudFront::ResponseHeadersPolicy",
            "response headers policies",
        ),
    ):  # fmt: skip
        if counted[kind]:
            yield Need(service, quota, what, counted[kind], f"{counted[kind]} of this environment")
    rates = [
        int(setting["ThrottlingRateLimit"])
        for stage in assembly.resources("AWS::ApiGateway::Stage")
        for setting in stage.properties.get("MethodSettings", [])
        if "ThrottlingRateLimit" in setting
    ]
    if rates:
        reason, instead = "api.throttle_rate, shared by all APIs", "lower api.throttle_rate"
        yield Need("apigateway", THROTTLE_RATE, "requests a second", max(rates), reason, instead)
