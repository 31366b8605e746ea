"""Findings of security checks that are meant to be, each at its resource and with its reason.

The checks are cdk-nag's packs, which read the construct tree, and checkov and cfn-lint, which read
templates. A reason stands in the template, in the resource's metadata, so that whoever reviews one
need not look for it here.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import Acknowledgment, CfnResource, Stack, Validations
from aws_cdk.aws_iam import PolicyStatement
from constructs import IConstruct

CHECKOV = "CKV"
LINT = "cfn-lint"
# Where a tool's entries stand in a resource's metadata.
NOTES = {"cdk_nag": "rules_to_suppress", "checkov": "skip"}
# Statement id to the reason why its resources are not single ones. A statement with a wildcard
# that is not listed here cannot be used in a role.
WILDCARDS = {
    "ReadAssets": "The assets' keys are hashes that change with every deployment",
    "WriteFiles": "The names of the copied files are the user's",
    "ReadObjects": "A prefix of objects whose names are known only when they are there",
    "WriteObjects": "Who writes there names the objects: a job, an endpoint or a request",
    "TagObjects": "The job's name is a part of the key, and every attempt has its own",
    "ReadObject": "The job's name is a part of the key, and every attempt has its own",
    "SendTraces": "The actions support no resource",
    "AttachInterfaces": "SageMaker makes the interfaces, and names them, when it attaches a host",
    "DescribeNetwork": "The actions support no resource",
    "PutMetrics": "The action supports no resource; a condition limits the namespace",
    "LogInToRegistry": "The action supports no resource",
    "WriteLogs": "The job's name begins the log stream's, and every attempt has its own",
    "RunJobs": "Every attempt of a training job has its own name",
    "MakeCandidate": "CloudFormation names configurations, another for each change; the "
    "endpoint that may be made of them is exact",
    "TestVersions": "Lambda numbers the versions; each of this one function is tested at first",
    "WatchJobs": "Every attempt of a training job has its own name",
}


def acknowledge(construct: IConstruct, reasons: Mapping[str, str]) -> None:
    """Record why rules do not apply to a resource.

    Args:
        construct: the resource, or the construct whose main resource it is.
        reasons: rule or finding, such as `AwsSolutions-APIG2` or `CKV_AWS_116`, to the reason.
    """
    resource = resource_of(construct)
    nagged = {rule: why for rule, why in reasons.items() if not rule.startswith(CHECKOV)}
    if nagged:
        Validations.of(resource).acknowledge(
            *(
                Acknowledgment(id=f"{_pack(rule)}::{rule}", reason=why)
                for rule, why in nagged.items()
            )
        )
        _note(resource, "cdk_nag", [{"id": rule, "reason": why} for rule, why in nagged.items()])
    checked = {rule: why for rule, why in reasons.items() if rule.startswith(CHECKOV)}
    if checked:
        _note(resource, "checkov", [{"id": rule, "comment": why} for rule, why in checked.items()])


def acknowledge_lint(resource: CfnResource, reasons: Mapping[str, str]) -> None:
    """Record why rules of cfn-lint do not apply to a resource; once for each resource.

    Source: https://github.com/aws-cloudformation/cfn-lint#resource-based-metadata
    """
    resource.add_metadata(
        LINT, {"config": {"ignore_checks": sorted(reasons)}, "reasons": dict(reasons)}
    )


def _pack(rule: str) -> str:
    """Return the name of cdk-nag's pack that a rule is of."""
    return rule.partition("[")[0].rpartition("-")[0]


def resource_of(construct: IConstruct) -> CfnResource:
    """Return the CloudFormation resource that a construct mainly is.

    Raises:
        ValueError: when it is several or none.
    """
    found = construct if isinstance(construct, CfnResource) else construct.node.default_child
    if isinstance(found, CfnResource):
        return found
    raise ValueError(f"{construct.node.path} is not one resource")


def noted(resource: CfnResource) -> set[str]:
    """Return the rules that a resource has a reason for."""
    metadata = [(resource.get_metadata(tool) or {}).get(key, []) for tool, key in NOTES.items()]
    return {str(entry["id"]) for entries in metadata for entry in entries}


def _note(resource: CfnResource, tool: str, entries: Sequence[Mapping[str, str]]) -> None:
    """Add entries to what the resource's metadata tells a tool, once and in a stable order."""
    key = NOTES[tool]
    added = {entry["id"] for entry in entries}
    before = (resource.get_metadata(tool) or {}).get(key, [])
    merged = [one for one in before if one["id"] not in added] + [dict(one) for one in entries]
    resource.add_metadata(tool, {key: sorted(merged, key=lambda one: str(one["id"]))})


def acknowledge_wildcards(role: IConstruct, statements: Sequence[PolicyStatement]) -> None:
    """Record why a role's statements name resources with a wildcard, resource by resource.

    Raises:
        KeyError: when a statement has a wildcard and no reason for it.
    """
    reasons = {
        finding: WILDCARDS[str(statement.sid)]
        for statement in statements
        for finding in (wildcard(role, resource) for resource in statement.resources)
        if "*" in finding
    }
    if reasons:
        acknowledge(role, reasons)


def wildcard(scope: IConstruct, resource: str) -> str:
    """Return the finding for a resource of a policy, with references as the checks spell them."""
    return f"AwsSolutions-IAM5[Resource::{_spell(Stack.of(scope).resolve(resource))}]"


def _spell(value: Any) -> str:
    if isinstance(value, str):
        return value
    ((function, argument),) = value.items()
    if function == "Fn::Join":
        separator, parts = argument
        return str(separator).join(map(_spell, parts))
    return f"<{argument if function == 'Ref' else '.'.join(argument)}>"
