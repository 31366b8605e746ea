"""Names that the environment gives its resources, and whether others have taken them."""

from collections.abc import Callable, Iterator
from typing import Any

from botocore.exceptions import ClientError

from scripts.preflight.assembly import Account, Assembly, Resource
from scripts.preflight.clients import Clients
from scripts.preflight.deployed import Deployed
from scripts.preflight.row import Row, State, code_of

MISSING = ("404", "NotFoundException", "NoSuchBucket")
TAKEN = "exists, and the environment's stacks do not own it"
REMOVE = "remove or rename it"
ADOPT = "deploy with ADOPT=1 if an earlier deployment has kept it, otherwise"
# Answers of HeadBucket about another account's bucket
FOREIGN = {"403", "301", "AccessDenied", "Forbidden"}


def fixed_names(
    assembly: Assembly, account: Account, *, adopts: bool
) -> Iterator[tuple[Resource, str]]:
    """Yield the resources whose names the templates choose, with the names.

    Args:
        assembly: the environment.
        account: the account.
        adopts: whether to leave out what the deployment takes over from a destroyed stack.
    """
    for resource in assembly.resources(*LOOKUPS):
        if adopts and resource.is_kept:
            continue
        path, _ = LOOKUPS[resource.kind]
        value: Any = resource.properties
        for key in path.split("."):
            value = value.get(key) if isinstance(value, dict) else None
        if (name := account.text(value)) is not None:
            yield resource, name


def check_name(
    clients: Clients, deployed: Deployed, account: Account, resource: Resource, name: str
) -> Iterator[Row]:
    """Yield a row if a name is taken."""
    _, exists = LOOKUPS[resource.kind]
    if deployed.id_of(resource) is None and exists(clients, name, account):
        action = f"{ADOPT} {REMOVE}" if resource.is_kept else REMOVE
        yield Row(f"name {name}", State.PROBLEM, f"an {resource.kind} {TAKEN}", action)


Exists = Callable[[Clients, str, Account], bool]


def _bucket(clients: Clients, name: str, _account: Account) -> bool:
    try:
        clients("s3").head_bucket(Bucket=name)
    except ClientError as error:
        if code_of(error) in MISSING:
            return False
        if code_of(error) in FOREIGN:
            return True
        raise
    return True


def _endpoint(clients: Clients, name: str, _account: Account) -> bool:
    pages = clients("sagemaker").get_paginator("list_endpoints").paginate(NameContains=name)
    return any(found["EndpointName"] == name for page in pages for found in page["Endpoints"])


def _model_group(clients: Clients, name: str, _account: Account) -> bool:
    pages = clients("sagemaker").get_paginator("list_model_package_groups")
    return any(
        group["ModelPackageGroupName"] == name
        for page in pages.paginate(NameContains=name)
        for group in page["ModelPackageGroupSummaryList"]
    )


def _log_group(clients: Clients, name: str, _account: Account) -> bool:
    found = clients("logs").describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    return any(group["logGroupName"] == name for group in found)


def _dashboard(clients: Clients, name: str, _account: Account) -> bool:
    found = clients("cloudwatch").list_dashboards(DashboardNamePrefix=name)["DashboardEntries"]
    return any(dashboard["DashboardName"] == name for dashboard in found)


def _topic(clients: Clients, name: str, _account: Account) -> bool:
    pages = clients("sns").get_paginator("list_topics").paginate()
    return any(
        topic["TopicArn"].rpartition(":")[2] == name for page in pages for topic in page["Topics"]
    )


def _parameter(clients: Clients, name: str, _account: Account) -> bool:
    return name not in clients("ssm").get_parameters(Names=[name])["InvalidParameters"]


def _alias(clients: Clients, name: str, _account: Account) -> bool:
    pages = clients("kms").get_paginator("list_aliases").paginate()
    return any(alias["AliasName"] == name for page in pages for alias in page["Aliases"])


def _headers_policy(clients: Clients, name: str, _account: Account) -> bool:
    found = clients("cloudfront").list_response_headers_policies(Type="custom")
    policies = found["ResponseHeadersPolicyList"].get("Items", [])
    return any(
        each["ResponseHeadersPolicy"]["ResponseHeadersPolicyConfig"]["Name"] == name
        for each in policies
    )


def _origin_access(clients: Clients, name: str, _account: Account) -> bool:
    pages = clients("cloudfront").get_paginator("list_origin_access_controls").paginate()
    return any(
        each["Name"] == name
        for page in pages
        for each in page["OriginAccessControlList"].get("Items", [])
    )


# Resource type to the path of its name in the properties, and a function that finds one by its name
LOOKUPS: dict[str, tuple[str, Exists]] = {
    "AWS::S3::Bucket": ("BucketName", _bucket),
    "AWS::SageMaker::Endpoint": ("EndpointName", _endpoint),
    "AWS::SageMaker::ModelPackageGroup": ("ModelPackageGroupName", _model_group),
    "AWS::Logs::LogGroup": ("LogGroupName", _log_group),
    "AWS::CloudWatch::Dashboard": ("DashboardName", _dashboard),
    "AWS::SNS::Topic": ("TopicName", _topic),
    "AWS::SSM::Parameter": ("Name", _parameter),
    "AWS::KMS::Alias": ("AliasName", _alias),
    "AWS::CloudFront::ResponseHeadersPolicy": ("ResponseHeadersPolicyConfig.Name", _headers_policy),
    "AWS::CloudFront::OriginAccessControl": ("OriginAccessControlConfig.Name", _origin_access),
}
