"""Findings of security checks that are meant to be, each at its resource and with its reason.

The checks are cdk-nag's packs, which read the construct tree, and checkov and cfn-lint, which read
templates. A reason stands in the template, in the resource's metadata, so that whoever reviews one
need not look for it here. Constructs give their reasons with `acknowledge`; their stack writes them
all when it is complete, since each call of the CDK from Python has its price.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from aws_cdk import (
    Acknowledgment,
    App,
    CfnResource,
    IPolicyValidationPlugin,
    Stack,
    Validations,
)
from constructs import IConstruct

from stacks.permission import Permission

CHECKOV = re.compile(r"CKV\w+")
LINT = re.compile(r"[EIW]\d{4}")
NAG = "cdk_nag"
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


# What constructs have said, by their identity, until their stack writes it down.
_given: dict[str, tuple[IConstruct, dict[str, str]]] = {}


def acknowledge(construct: IConstruct, reasons: Mapping[str, str]) -> None:
    """Say why rules do not apply to a resource, for its stack to write down.

    Args:
        construct: the resource, or the construct whose main resource it is.
        reasons: rule or finding, such as `AwsSolutions-APIG2`, `CKV_AWS_116` or `W3005`, to the
            reason.
    """
    _, given = _given.setdefault(_identity(construct), (construct, {}))
    given.update(reasons)


def wildcard_reasons(permissions: Iterable[Permission]) -> dict[str, str]:
    """Return why permissions name resources with a wildcard, finding by finding.

    Raises:
        KeyError: when one has a wildcard and no reason for it.
    """
    return {
        wildcard(resource): WILDCARDS[one.sid]
        for one in permissions
        for resource in one.resources
        if "*" in resource
    }


def wildcard(resource: str) -> str:
    """Return the finding for a resource of a policy."""
    return f"AwsSolutions-IAM5[Resource::{resource}]"


def write_acknowledgements(
    stack: Stack,
    constructs: Sequence[IConstruct],
    shared: Iterable[tuple[CfnResource, Mapping[str, str]]] = (),
) -> None:
    """Write the reasons to the resources of a complete stack.

    Args:
        stack: the stack.
        constructs: all that it consists of.
        shared: resources and further reasons, which their own take the place of.
    """
    given = [_given.pop(one) for one in map(_identity, constructs) if one in _given]
    own = [(_resource_of(construct), reasons) for construct, reasons in given]
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


def _resource_of(construct: IConstruct) -> CfnResource:
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
        https://github.com/cdklabs/cdk-nag, writeSuppressionsToCloudFormation
    """
    ordered = dict(sorted(reasons.items()))
    linted = {rule: why for rule, why in ordered.items() if LINT.fullmatch(rule)}
    checked = {rule: why for rule, why in ordered.items() if CHECKOV.fullmatch(rule)}
    nagged = {rule: why for rule, why in ordered.items() if rule not in {*linted, *checked}}
    if linted:
        resource.add_metadata(
            "cfn-lint", {"config": {"ignore_checks": list(linted)}, "reasons": linted}
        )
    if nagged:
        entries = [{"id": rule, "reason": why} for rule, why in nagged.items()]
        resource.add_metadata(NAG, {"rules_to_suppress": entries})
    if checked:
        skipped = [{"id": rule, "comment": why} for rule, why in checked.items()]
        resource.add_metadata("checkov", {"skip": skipped})


def add_packs(app: App, *packs: IPolicyValidationPlugin) -> None:
    """Let cdk-nag's packs check a composed application, and tell them the reasons that it gives.

    cdk-nag asks CDK's validation for them, which nothing else needs: it does not read metadata.

    Args:
        app: with all of its stacks.
        packs: such as `AwsSolutionsChecks(app)`.
    """
    for construct in app.node.find_all():
        noted = construct.get_metadata(NAG) if isinstance(construct, CfnResource) else None
        for entry in (noted or {}).get("rules_to_suppress", ()):
            rule, why = entry["id"], entry["reason"]
            Validations.of(construct).acknowledge(
                Acknowledgment(id=f"{_pack(rule)}::{rule}", reason=why)
            )
    Validations.of(app).add_plugins(*packs)


def _pack(rule: str) -> str:
    """Return the name of cdk-nag's pack that a rule is of."""
    return rule.partition("[")[0].rpartition("-")[0]
