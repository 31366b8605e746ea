"""Who may do what, over all policies of a template."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

# Property that holds a policy document, by resource type
DOCUMENTS = {
    "AWS::IAM::Role": "AssumeRolePolicyDocument",
    "AWS::IAM::Policy": "PolicyDocument",
    "AWS::IAM::ManagedPolicy": "PolicyDocument",
    "AWS::KMS::Key": "KeyPolicy",
    "AWS::S3::BucketPolicy": "PolicyDocument",
    "AWS::SNS::TopicPolicy": "PolicyDocument",
}


def grants(template: Mapping[str, Any]) -> set[str]:
    """Return one line for each action that a policy allows, on what, to whom and when."""
    return set(_grants(template))


def refusals(template: Mapping[str, Any]) -> set[str]:
    """Return one line for each action that a policy denies."""
    return set(_lines(template, "Deny"))


def _grants(template: Mapping[str, Any]) -> Iterator[str]:
    yield from _lines(template, "Allow")
    for name, resource in template.get("Resources", {}).items():
        properties = resource.get("Properties", {})
        if resource["Type"] == "AWS::Lambda::Permission":
            who, source = properties.get("Principal"), properties.get("SourceArn")
            yield f"{name}: {properties['Action']} by {_text(who)} from {_text(source)}"
        if resource["Type"] == "AWS::ApiGateway::Method":
            who = "everybody" if properties["AuthorizationType"] == "NONE" else "signed requests"
            yield f"{name}: {properties['HttpMethod']} by {who}"
        for policy in properties.get("ManagedPolicyArns", []):
            yield f"{name}: managed policy {_text(policy)}"


def _lines(template: Mapping[str, Any], effect: str) -> Iterator[str]:
    for name, resource in template.get("Resources", {}).items():
        for statement in _statements(resource):
            if statement["Effect"] != effect:
                continue
            condition = statement.get("Condition")
            only = f" if {_text(condition)}" if condition else ""
            by = f" by {_text(statement['Principal'])}" if "Principal" in statement else ""
            for action in _listed(statement["Action"]):
                for target in _listed(statement.get("Resource", "itself")):
                    yield f"{name}: {action} on {_text(target)}{by}{only}"


def _statements(resource: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    properties = resource.get("Properties", {})
    documents = [policy["PolicyDocument"] for policy in properties.get("Policies", [])]
    if (key := DOCUMENTS.get(resource["Type"])) in properties:
        documents.append(properties[key])
    for document in documents:
        yield from _listed(document["Statement"])


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _text(value: Any) -> str:
    """Return a reference or text as a person writes it."""
    if isinstance(value, str):
        return value
    match value:
        case {"Ref": str(name)}:
            return f"${{{name}}}"
        case {"Fn::GetAtt": [str(name), str(attribute)]}:
            return f"${{{name}.{attribute}}}"
        case {"Fn::Join": [str(separator), list(parts)]}:
            return separator.join(map(_text, parts))
    return json.dumps(value, sort_keys=True)
