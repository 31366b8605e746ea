"""Findings of security checks that are meant to be, each at its resource and with its reason.

The checks are cdk-nag's packs, which read the construct tree, and checkov and cfn-lint, which read
templates. A reason stands in the template, in the resource's metadata, so that whoever reviews one
need not look for it here. Constructs give their reasons with `acknowledge`; their stack writes them
all when it is complete, since each call of the CDK from Python has its price.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from aws_cdk import Acknowledgment, CfnResource, Stack, Validations
from aws_cdk.aws_iam import PolicyDocument
from constructs import IConstruct

CHECKOV = re.compile(r"CKV\w+")
LINT = re.compile(r"[EIW]\d{4}")
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


# Stack to its constructs and their reasons, until they are written.
_given: dict[Stack, list[tuple[IConstruct, Mapping[str, str]]]] = {}


def acknowledge(construct: IConstruct, reasons: Mapping[str, str]) -> None:
    """Say why rules do not apply to a resource, for its stack to write down.

    Args:
        construct: the resource, or the construct whose main resource it is.
        reasons: rule or finding, such as `AwsSolutions-APIG2`, `CKV_AWS_116` or `W3005`, to the
            reason.
    """
    _given.setdefault(Stack.of(construct), []).append((construct, reasons))


def wildcard_reasons(policies: Iterable[PolicyDocument]) -> dict[str, str]:
    """Return why the statements of policies name resources with a wildcard, finding by finding.

    Raises:
        KeyError: when a statement has a wildcard and no reason for it.
    """
    statements = [one for policy in policies for one in policy.to_json()["Statement"]]
    return {
        wildcard(resource): WILDCARDS[str(statement.get("Sid"))]
        for statement in statements
        for resource in _listed(statement["Resource"])
        if "*" in resource
    }


def wildcard(resource: str) -> str:
    """Return the finding for a resource of a policy."""
    return f"AwsSolutions-IAM5[Resource::{resource}]"


def _listed(resources: str | list[str]) -> list[str]:
    return [resources] if isinstance(resources, str) else resources


def write_acknowledgements(
    stack: Stack, shared: Iterable[tuple[CfnResource, Mapping[str, str]]] = ()
) -> None:
    """Write the reasons to the resources of a complete stack.

    Args:
        stack: whose constructs have given their reasons.
        shared: resources and further reasons, which their own take the place of.
    """
    own = [(resource_of(construct), reasons) for construct, reasons in _given.pop(stack, [])]
    resources: dict[str, CfnResource] = {}
    merged: dict[str, dict[str, str]] = {}
    for resource, reasons in (*shared, *own):
        identity = _identity(resource)
        resources[identity] = resource
        merged.setdefault(identity, {}).update(reasons)
    rules = list({rule: None for reasons in merged.values() for rule in reasons})
    spelled = dict(zip(rules, map(_spell, stack.resolve(rules)), strict=True))
    for identity, reasons in merged.items():
        _write(resources[identity], {spelled[rule]: why for rule, why in reasons.items()})


def _identity(construct: IConstruct) -> str:
    """Return what two objects of jsii have in common that stand for the same construct."""
    return str(construct.__jsii_ref__.ref)  # type: ignore[attr-defined]


def resource_of(construct: IConstruct) -> CfnResource:
    """Return the CloudFormation resource that a construct mainly is.

    Raises:
        ValueError: when it is several or none.
    """
    found = construct if isinstance(construct, CfnResource) else construct.node.default_child
    if isinstance(found, CfnResource):
        return found
    raise ValueError(f"{construct.node.path} is not one resource")


def _spell(value: Any) -> str:
    """Return a rule with references as cdk-nag spells them."""
    if isinstance(value, str):
        return value
    ((function, argument),) = value.items()
    if function == "Fn::Join":
        separator, parts = argument
        return str(separator).join(map(_spell, parts))
    return f"<{argument if function == 'Ref' else '.'.join(argument)}>"


def _write(resource: CfnResource, reasons: Mapping[str, str]) -> None:
    """Write each tool's entries to where it looks for them in the metadata, in a stable order.

    Sources:
        https://www.checkov.io/7.Scan%20Examples/Cloudformation.html
        https://github.com/aws-cloudformation/cfn-lint#resource-based-metadata
    """
    linted = {rule: why for rule, why in sorted(reasons.items()) if LINT.fullmatch(rule)}
    checked = {rule: why for rule, why in sorted(reasons.items()) if CHECKOV.fullmatch(rule)}
    nagged = {rule: why for rule, why in sorted(reasons.items()) if rule not in {*linted, *checked}}
    if linted:
        resource.add_metadata(
            "cfn-lint", {"config": {"ignore_checks": list(linted)}, "reasons": linted}
        )
    if nagged:
        Validations.of(resource).acknowledge(
            *(Acknowledgment(id=f"{_pack(rule)}::{rule}", reason=nagged[rule]) for rule in nagged)
        )
        entries = [{"id": rule, "reason": why} for rule, why in nagged.items()]
        resource.add_metadata("cdk_nag", {"rules_to_suppress": entries})
    if checked:
        skipped = [{"id": rule, "comment": why} for rule, why in checked.items()]
        resource.add_metadata("checkov", {"skip": skipped})


def _pack(rule: str) -> str:
    """Return the name of cdk-nag's pack that a rule is of."""
    return rule.partition("[")[0].rpartition("-")[0]
