"""Findings of security checks (cdk-nag) that are meant to be, each with its reason."""

from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import Acknowledgment, Stack, Validations
from aws_cdk.aws_iam import PolicyStatement
from constructs import IConstruct

PACK = "AwsSolutions"
# Statement id to the reason why its resources are not single ones. A statement with a wildcard
# that is not listed here cannot be used in a role.
WILDCARDS = {
    "ReadAssets": "The assets' keys are hashes that change with every deployment",
    "WriteFiles": "The names of the copied files are the user's",
    "ReadObjects": "A prefix of objects whose names are known only when they are there",
    "WriteObjects": "The job's name is a part of the key, and every attempt has its own",
    "TagObjects": "The job's name is a part of the key, and every attempt has its own",
    "ReadObject": "The job's name is a part of the key, and every attempt has its own",
    "PutMetrics": "The action supports no resource; a condition limits the namespace",
    "LogInToRegistry": "The action supports no resource",
    "WriteLogs": "The job's name begins the log stream's, and every attempt has its own",
    "RunJobs": "Every attempt of a training job has its own name",
    "WatchJobs": "Every attempt of a training job has its own name",
}


def acknowledge(construct: IConstruct, reasons: Mapping[str, str]) -> None:
    """Record why rules do not apply to a construct: rule or finding to reason."""
    Validations.of(construct).acknowledge(
        *(
            Acknowledgment(id=f"{PACK}::{PACK}-{finding}", reason=reason)
            for finding, reason in reasons.items()
        )
    )


def acknowledge_wildcards(role: IConstruct, statements: Sequence[PolicyStatement]) -> None:
    """Record why a role's statements name resources with a wildcard, resource by resource.

    Raises:
        KeyError: when a statement has a wildcard and no reason for it.
    """
    for statement in statements:
        for resource in statement.resources:
            finding = wildcard(role, resource)
            if "*" in finding:
                acknowledge(role, {finding: WILDCARDS[str(statement.sid)]})


def wildcard(scope: IConstruct, resource: str) -> str:
    """Return the finding for a resource of a policy, with references as the checks spell them."""
    return f"IAM5[Resource::{_spell(Stack.of(scope).resolve(resource))}]"


def _spell(value: Any) -> str:
    if isinstance(value, str):
        return value
    ((function, argument),) = value.items()
    if function == "Fn::Join":
        separator, parts = argument
        return str(separator).join(map(_spell, parts))
    return f"<{argument if function == 'Ref' else '.'.join(argument)}>"
