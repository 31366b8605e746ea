"""Estimate a monthly bill from templates."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import isnan
from typing import Any

from scripts.cost.prices import Prices
from scripts.cost.usage import (
    ENDPOINT_SECONDS,
    FUNCTION_SECONDS,
    HOURS_A_MONTH,
    LOGGED_GB,
    REQUEST_GB,
    RESPONSE_GB,
    TRACED_SHARE,
    TRAINING_HOURS,
)

MILLION = 1_000_000
# Target tracking creates one alarm for scaling out and one for scaling in.
ALARMS_OF_A_SCALING_POLICY = 2
# The machines in the request of a scheduled training, which the template has as text
SCHEDULED = re.compile(r'InstanceType\\*":\\*"([\w.-]+)\\*",\\*"InstanceCount\\*":(\d+)')
Properties = dict[str, Any]


@dataclass(frozen=True)
class Item:
    """One line of the bill, in US dollars; NaN when a price is unknown.

    Attributes:
        name: the billed resource.
        monthly: monthly cost without predictions.
        per_prediction: cost of each prediction.
        once: cost of each training, which is not in the monthly cost.
    """

    name: str
    monthly: float = 0.0
    per_prediction: float = 0.0
    once: float = 0.0

    def at(self, predictions: int) -> float:
        """Return the cost of a month with that many predictions."""
        return self.monthly + predictions * self.per_prediction


def known(items: Iterable[Item], predictions: int) -> float:
    """Return the sum of the known costs of a month."""
    return sum(cost for item in items if not isnan(cost := item.at(predictions)))


def estimate(templates: Mapping[str, Any], prices: Prices) -> list[Item]:
    """Return the bill for the resources in an environment's templates."""
    resources = [
        (str(logical_id), str(resource["Type"]), resource.get("Properties", {}))
        for template in templates.values()
        for logical_id, resource in template["Resources"].items()
    ]
    return [*_serving(resources, prices), *_requests(resources, prices), *_fixed(resources, prices)]


Resources = Iterable[tuple[str, str, Properties]]


def _serving(resources: Resources, prices: Prices) -> Iterator[Item]:
    data = (REQUEST_GB + RESPONSE_GB) * prices["sagemaker.data_processed_per_gb"]
    for _, kind, properties in resources:
        if kind == "AWS::SageMaker::EndpointConfig":
            for variant in properties["ProductionVariants"]:
                yield _variant(variant, prices, data)
        if kind == "Custom::TrainingJob":
            instance, count = properties["InstanceType"], int(properties["InstanceCount"])
            yield _training("a training", instance, count, prices)
        if kind == "AWS::Scheduler::Schedule":
            found = SCHEDULED.search(json.dumps(properties["Target"]["Input"]))
            if found:
                name = f"a training at {properties['ScheduleExpression']}"
                yield _training(name, found[1], int(found[2]), prices)


def _training(name: str, instance: str, count: int, prices: Prices) -> Item:
    hourly = prices.of("sagemaker.training_per_hour", instance)
    return Item(f"{name}, {count} x {instance}", once=hourly * count * TRAINING_HOURS)


def _variant(variant: Properties, prices: Prices, data: float) -> Item:
    serverless = variant.get("ServerlessConfig")
    if serverless is None:
        instance, count = variant["InstanceType"], int(variant["InitialInstanceCount"])
        monthly = prices.of("sagemaker.hosting_per_hour", instance) * count * HOURS_A_MONTH
        return Item(f"endpoint, {count} x {instance}", monthly, data)
    memory = str(serverless["MemorySizeInMB"])
    used = prices.of("sagemaker.serverless_per_second", memory) * ENDPOINT_SECONDS + data
    return Item(f"endpoint, serverless with {memory} MB", 0.0, used)


def _requests(resources: Resources, prices: Prices) -> Iterator[Item]:
    kinds = {kind for _, kind, _ in resources}
    if "AWS::ApiGateway::RestApi" in kinds:
        each = prices["api_gateway.per_million_requests"] / MILLION
        yield Item("API Gateway", 0.0, each)
    for logical_id, kind, properties in resources:
        if kind == "AWS::Lambda::Function" and logical_id.startswith("PredictApiHandler"):
            gigabytes = properties["MemorySize"] / 1024
            used = prices["lambda.per_gb_second"] * gigabytes * FUNCTION_SECONDS
            yield Item("Lambda", 0.0, prices["lambda.per_million_requests"] / MILLION + used)
            if "TracingConfig" in properties:
                traced = prices["xray.per_million_traces"] / MILLION * TRACED_SHARE
                yield Item("X-Ray", 0.0, traced)
    if "AWS::CloudFront::Distribution" in kinds:
        request = prices["cloudfront.per_million_https_requests"] / MILLION
        yield Item("CloudFront", 0.0, request + RESPONSE_GB * prices["cloudfront.out_per_gb"])
    yield Item("logs", 0.0, LOGGED_GB * prices["cloudwatch.logs_per_gb"])


def _fixed(resources: Resources, prices: Prices) -> Iterator[Item]:
    counted = Counter(kind for _, kind, _ in resources)
    policies = counted["AWS::ApplicationAutoScaling::ScalingPolicy"]
    counted["AWS::CloudWatch::Alarm"] += policies * ALARMS_OF_A_SCALING_POLICY
    counted["AWS::CloudWatch::Alarm"] += sum(
        _further_metrics(properties)
        for _, kind, properties in resources
        if kind == "AWS::CloudWatch::Alarm"
    )
    for kind, price, name in (
        ("AWS::KMS::Key", "kms.key_per_month", "keys"),
        ("AWS::SecretsManager::Secret", "secrets_manager.secret_per_month", "secrets"),
        ("AWS::CloudWatch::Alarm", "cloudwatch.alarm_per_month", "alarms"),
        ("AWS::CloudWatch::Dashboard", "cloudwatch.dashboard_per_month", "dashboards"),
    ):
        count = counted[kind]
        if count:
            yield Item(f"{name}: {count}", count * prices[price])
    for _, kind, properties in resources:
        if kind == "AWS::WAFv2::WebACL":
            rules = len(properties["Rules"])
            monthly = prices["waf.acl_per_month"] + rules * prices["waf.rule_per_month"]
            each = prices["waf.per_million_requests"] / MILLION
            yield Item(f"web ACL with {rules} rules", monthly, each)


def _further_metrics(alarm: Properties) -> int:
    """Return the number of metrics of an alarm after the first; each costs as much as an alarm."""
    return max(0, sum("MetricStat" in query for query in alarm.get("Metrics", [])) - 1)
