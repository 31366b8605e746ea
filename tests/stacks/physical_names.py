"""The names in a template that have to be unique, and the resources that an update replaces."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from cfnlint.schema import PROVIDER_SCHEMA_MANAGER

from tests.stacks.assembly import Resource

Template = dict[str, Any]
# The schemas of these types are the same in every region.
SCHEMA_REGION = "us-east-1"

# Where each type has its name. A name of the first group is unique in the account, in all regions.
ACCOUNT_WIDE = {
    # https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_Budget.html
    "AWS::Budgets::Budget": "Budget/BudgetName",
    # https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_CreateFunction.html
    "AWS::CloudFront::Function": "Name",
    # https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_CreateOriginAccessControl.html
    "AWS::CloudFront::OriginAccessControl": "OriginAccessControlConfig/Name",
    # https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_CreateResponseHeadersPolicy.html
    "AWS::CloudFront::ResponseHeadersPolicy": "ResponseHeadersPolicyConfig/Name",
    # https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutDashboard.html
    "AWS::CloudWatch::Dashboard": "DashboardName",
    # https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html
    "AWS::IAM::Role": "RoleName",
    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
    "AWS::S3::Bucket": "BucketName",
}
REGIONAL = {
    "AWS::CloudWatch::Alarm": "AlarmName",
    "AWS::Events::Rule": "Name",
    "AWS::KMS::Alias": "AliasName",
    "AWS::Lambda::Function": "FunctionName",
    "AWS::Lambda::LayerVersion": "LayerName",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::SNS::Topic": "TopicName",
    "AWS::SSM::Parameter": "Name",
    "AWS::SageMaker::Endpoint": "EndpointName",
    "AWS::SageMaker::EndpointConfig": "EndpointConfigName",
    "AWS::SageMaker::Model": "ModelName",
    "AWS::SageMaker::ModelPackageGroup": "ModelPackageGroupName",
    "AWS::SecretsManager::Secret": "Name",
    "AWS::StepFunctions::StateMachine": "StateMachineName",
    "AWS::WAFv2::WebACL": "Name",
}
# Names that are unique in another resource, or need not be unique
ELSEWHERE = {
    "AWS::ApiGateway::RequestValidator": "Name",
    "AWS::ApiGateway::RestApi": "Name",
    "AWS::ApiGateway::Stage": "StageName",
    "AWS::ApplicationAutoScaling::ScalingPolicy": "PolicyName",
    "AWS::IAM::Policy": "PolicyName",
    "AWS::Lambda::Alias": "Name",
}
NAMED = ACCOUNT_WIDE | REGIONAL


def name_of(resource: Resource, *, region: str = "") -> str | None:
    """Return the name that a template gives a resource; None if CloudFormation chooses it."""
    path = NAMED.get(resource["Type"])
    value: Any = resource.get("Properties", {})
    for part in path.split("/") if path else ():
        value = value.get(part) if isinstance(value, dict) else None
    if path is None or value is None:
        return None
    return json.dumps(value).replace('{"Ref": "AWS::Region"}', region)


def unclassified(resource: Resource) -> list[str]:
    """Return the properties that look like a resource's own name but are in no table above."""
    kind = resource["Type"]
    known = (NAMED | ELSEWHERE).get(kind)
    last = kind.rpartition("::")[2]
    return [
        path
        for path in _paths(resource.get("Properties", {}))
        if path != known and _is_name(path.rpartition("/")[2], last)
    ]


def _paths(properties: Mapping[str, Any], prefix: str = "", depth: int = 2) -> Iterator[str]:
    for key, value in properties.items():
        yield prefix + key
        if depth > 1 and isinstance(value, dict) and not key.startswith("Fn::"):
            yield from _paths(value, f"{prefix}{key}/", depth - 1)


def _is_name(key: str, kind: str) -> bool:
    stem = key.removesuffix("Name")
    return key.endswith("Name") and (stem == "" or kind.startswith(stem) or kind.endswith(stem))


def replaced(before: Template, after: Template) -> set[str]:
    """Return the logical ids of the resources that an update replaces.

    CloudFormation replaces a resource when a create-only property changes, or refers to a resource
    that is replaced.
    """
    old, new = before["Resources"], after["Resources"]
    changed = {
        key for key in old.keys() & new.keys() if _replacing(old[key], new[key], frozenset())
    }
    while True:
        more = {key for key in old.keys() & new.keys() if _replacing(old[key], new[key], changed)}
        if more <= changed:
            return changed
        changed |= more


def _replacing(old: Resource, new: Resource, replaced_ids: set[str] | frozenset[str]) -> bool:
    if old["Type"] != new["Type"]:
        return True
    if new["Type"].startswith("Custom::"):
        return False
    for path in _create_only(new["Type"]):
        values = [_at(one.get("Properties", {}), path) for one in (old, new)]
        if values[0] != values[1] or _references(values[1]) & replaced_ids:
            return True
    return False


def _create_only(kind: str) -> list[list[str]]:
    """Return the paths of the properties whose change replaces a resource, or may replace it."""
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema(SCHEMA_REGION, kind).schema
    always, sometimes = (
        schema.get(name, []) for name in ("createOnlyProperties", "conditionalCreateOnlyProperties")
    )
    return [path.removeprefix("/properties/").split("/") for path in [*always, *sometimes]]


def _at(value: Any, path: list[str]) -> Any:
    for part in path:
        if part == "*":
            return value
        value = value.get(part) if isinstance(value, dict) else None
    return value


def _references(value: Any) -> set[str]:
    """Return the logical ids that a property refers to."""
    if isinstance(value, list):
        return {name for part in value for name in _references(part)}
    if not isinstance(value, dict):
        return set()
    if "Ref" in value:
        return {str(value["Ref"])}
    if "Fn::GetAtt" in value:
        return {str(value["Fn::GetAtt"][0])}
    return {name for part in value.values() for name in _references(part)}


def collisions(before: Mapping[str, Template], after: Mapping[str, Template]) -> list[str]:
    """Return the resources that an update creates under a name that the old ones still have.

    CloudFormation creates a new resource before it deletes the one that it replaces, and before it
    deletes those that have left the template.
    """
    found = []
    for stack, template in after.items():
        new = replaced(before[stack], template)
        taken = {
            (one["Type"], name_of(one)): key
            for key, one in before[stack]["Resources"].items()
            if name_of(one) is not None
        }
        for key, one in template["Resources"].items():
            holder = taken.get((one["Type"], name_of(one)))
            if holder is not None and (holder != key or key in new):
                found.append(f"{stack}/{key} ({one['Type']}) as {name_of(one)}")
    return found


def longest_allowed(kind: str) -> int | None:
    """Return the longest name that a type's schema allows."""
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema(SCHEMA_REGION, kind).schema
    node: Any = schema
    for part in NAMED[kind].split("/"):
        node = node["properties"][part]
        if "$ref" in node:
            node = schema["definitions"][node["$ref"].rpartition("/")[2]]
    length = node.get("maxLength")
    return None if length is None else int(length)
