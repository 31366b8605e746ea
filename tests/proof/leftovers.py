"""Listing of every resource in an account, except those of CDK's bootstrap stack."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import jmespath

from local_aws.environment import ACCOUNT

BOOTSTRAP = ("CDKToolkit", "cdk-hnb659fds-", "/cdk-bootstrap/", "alias/aws/")
TAG = {"Key": "application", "Values": ["sentiment"]}
Client = Callable[[str], Any]


@dataclass(frozen=True)
class Listing:
    """One kind of resource.

    Attributes:
        service: service name in boto3.
        operation: client method that lists the resources.
        expression: JMESPath of the names in the response.
        arguments: arguments of the method.
    """

    service: str
    operation: str
    expression: str
    arguments: Mapping[str, Any] = field(default_factory=dict)


CUSTOM = {"Type": "custom"}
REGIONAL = {"Scope": "REGIONAL"}
LISTINGS = {
    "stacks": Listing(
        "cloudformation", "list_stacks",
        "StackSummaries[?StackStatus!='DELETE_COMPLETE'].StackName",
    ),
    "buckets": Listing("s3", "list_buckets", "Buckets[].Name"),
    "model groups": Listing(
        "sagemaker", "list_model_package_groups",
        "ModelPackageGroupSummaryList[].ModelPackageGroupName",
    ),
    "functions": Listing("lambda", "list_functions", "Functions[].FunctionName"),
    "layers": Listing("lambda", "list_layers", "Layers[].LayerName"),
    "event source mappings": Listing(
        "lambda", "list_event_source_mappings", "EventSourceMappings[].UUID"
    ),
    "roles": Listing("iam", "list_roles", "Roles[].RoleName"),
    "policies": Listing("iam", "list_policies", "Policies[].PolicyName", {"Scope": "Local"}),
    "users": Listing("iam", "list_users", "Users[].UserName"),
    "log groups": Listing("logs", "describe_log_groups", "logGroups[].logGroupName"),
    "log policies": Listing(
        "logs", "describe_resource_policies", "resourcePolicies[].policyName"
    ),
    "log deliveries": Listing("logs", "describe_deliveries", "deliveries[].id"),
    "metric filters": Listing("logs", "describe_metric_filters", "metricFilters[].filterName"),
    "REST APIs": Listing("apigateway", "get_rest_apis", "items[].name"),
    "usage plans": Listing("apigateway", "get_usage_plans", "items[].name"),
    "API keys": Listing("apigateway", "get_api_keys", "items[].name"),
    "distributions": Listing("cloudfront", "list_distributions", "DistributionList.Items[].Id"),
    "origin access controls": Listing(
        "cloudfront", "list_origin_access_controls", "OriginAccessControlList.Items[].Name"
    ),
    "CloudFront functions": Listing("cloudfront", "list_functions", "FunctionList.Items[].Name"),
    "header policies": Listing(
        "cloudfront", "list_response_headers_policies", "ResponseHeadersPolicyList.Items[].Type",
        CUSTOM,
    ),
    "cache policies": Listing(
        "cloudfront", "list_cache_policies", "CachePolicyList.Items[].Type", CUSTOM
    ),
    "state machines": Listing("stepfunctions", "list_state_machines", "stateMachines[].name"),
    "alarms": Listing(
        "cloudwatch", "describe_alarms", "[MetricAlarms, CompositeAlarms][][].AlarmName",
        {"AlarmTypes": ["MetricAlarm", "CompositeAlarm"]},
    ),
    "dashboards": Listing("cloudwatch", "list_dashboards", "DashboardEntries[].DashboardName"),
    "event rules": Listing("events", "list_rules", "Rules[].Name"),
    "schedules": Listing("scheduler", "list_schedules", "Schedules[].Name"),
    "schedule groups": Listing(
        "scheduler", "list_schedule_groups", "ScheduleGroups[?Name!='default'].Name"
    ),
    "topics": Listing("sns", "list_topics", "Topics[].TopicArn"),
    "subscriptions": Listing("sns", "list_subscriptions", "Subscriptions[].SubscriptionArn"),
    "queues": Listing("sqs", "list_queues", "QueueUrls"),
    "key aliases": Listing("kms", "list_aliases", "Aliases[].AliasName"),
    "budgets": Listing("budgets", "describe_budgets", "Budgets[].BudgetName", {"AccountId": ACCOUNT}),
    "web ACLs": Listing("wafv2", "list_web_acls", "WebACLs[].Name", REGIONAL),
    "endpoints": Listing("sagemaker", "list_endpoints", "Endpoints[].EndpointName"),
    "endpoint configurations": Listing(
        "sagemaker", "list_endpoint_configs", "EndpointConfigs[].EndpointConfigName"
    ),
    "models": Listing("sagemaker", "list_models", "Models[].ModelName"),
    "training jobs that run": Listing(
        "sagemaker", "list_training_jobs",
        "TrainingJobSummaries[?TrainingJobStatus=='InProgress' || TrainingJobStatus=='Stopping']"
        ".TrainingJobName",
    ),
    "parameters": Listing("ssm", "describe_parameters", "Parameters[].Name"),
    "secrets": Listing("secretsmanager", "list_secrets", "SecretList[].Name"),
    # Keys pending deletion keep their tags; `_active_keys` lists the other keys.
    "tagged": Listing(
        "resourcegroupstaggingapi", "get_resources",
        "ResourceTagMappingList[?!contains(ResourceARN, ':kms:')].ResourceARN",
        {"TagFilters": [TAG]},
    ),
}  # fmt: skip


def leftovers(client: Client) -> dict[str, set[str]]:
    """Return the names of all resources by kind, without empty kinds.

    Args:
        client: function that returns a boto3 client of a service.
    """
    found = {kind: set(_names(client, listing)) for kind, listing in LISTINGS.items()}
    found["keys"] = set(_active_keys(client("kms")))
    return {kind: names for kind, names in found.items() if names}


def _names(client: Client, listing: Listing) -> Iterator[str]:
    service = client(listing.service)
    if service.can_paginate(listing.operation):
        paginator = service.get_paginator(listing.operation)
        names = paginator.paginate(**listing.arguments).search(listing.expression)
    else:
        answer = getattr(service, listing.operation)(**listing.arguments)
        names = jmespath.search(listing.expression, answer) or []
    for name in names:
        if name is not None and not str(name).startswith(BOOTSTRAP):
            yield str(name)


def _active_keys(kms: Any) -> Iterator[str]:
    """Yield the descriptions of customer keys that are not pending deletion."""
    for key in kms.get_paginator("list_keys").paginate().search("Keys[].KeyId"):
        described = kms.describe_key(KeyId=key)["KeyMetadata"]
        if described["KeyState"] != "PendingDeletion" and described["KeyManager"] != "AWS":
            yield str(described["Description"])
