"""Reasons for accepting findings of security checks.

The checks are cdk-nag's packs, which read the construct tree, and checkov and cfn-lint, which read
templates. Reviewers find every reason in the template. A reason for all resources of a type appears
once, in the template's metadata under `Acknowledged`; any other is in the metadata of its resource.
Where a rule has both, the resource's reason applies.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import CfnResource, Stack
from aws_cdk.aws_lambda import Function
from constructs import IConstruct

# Section of a template's metadata for the reasons by resource type
BY_TYPE = "Acknowledged"
CHECKOV = re.compile(r"CKV\w+")
LINT = re.compile(r"[EIW]\d{4}")

DLQ_RULES = ("NIST.800.53.R5-LambdaDLQ", "Serverless-LambdaDLQ", "CKV_AWS_116")
CONCURRENCY_RULES = ("NIST.800.53.R5-LambdaConcurrency", "CKV_AWS_115")
TRACING_RULE = "Serverless-LambdaTracing"
LOG_ENCRYPTION_RULES = ("NIST.800.53.R5-CloudWatchLogGroupEncrypted", "CKV_AWS_158")

SYNCHRONOUS = "Invoked synchronously; the caller sees every failure, so a DLQ would stay empty"
ONE_AT_A_TIME = (
    "Deployment functions run one call at a time; all others set a limit or state a separate reason"
)
ONE_RUN = "Its schedule runs it one call at a time; AWS refuses any reservation in a new account"
LOGGED = "Deployment functions log what they do; all others are traced or state a separate reason"
NO_VPC = "It only calls AWS's APIs, over TLS; a VPC would need a NAT gateway or six endpoints"
PLAIN_ENVIRONMENT = "The variables hold names and limits, no secret; AWS's own key encrypts them"
AFTER_ROLE = "CDK adds an explicit DependsOn for a role the resource already references"
INLINE = {"NIST.800.53.R5-IAMNoInlinePolicy": "The policy serves one role and is deleted with it"}
ONE_REGION = "The application lives in one region; versions protect data that cannot be made again"
IN_HANDLERS = "It only waits; the handlers log what it waits for"
AWS_KEY = "The environment has no customer-managed keys; CloudWatch Logs encrypts with its own"

FUNCTION = "AWS::Lambda::Function"
# Resource type to rule to reason, for every resource of that type
TYPES: dict[str, dict[str, str]] = {
    "AWS::IAM::Policy": INLINE,
    "AWS::IAM::Role": INLINE,
    FUNCTION: {
        **dict.fromkeys(DLQ_RULES, SYNCHRONOUS),
        **dict.fromkeys(CONCURRENCY_RULES, ONE_AT_A_TIME),
        **dict.fromkeys(("NIST.800.53.R5-LambdaInsideVPC", "CKV_AWS_117"), NO_VPC),
        TRACING_RULE: LOGGED,
        "CKV_AWS_173": PLAIN_ENVIRONMENT,
        "W3005": AFTER_ROLE,
    },
    "AWS::S3::Bucket": {"NIST.800.53.R5-S3BucketReplicationEnabled": ONE_REGION},
    "AWS::StepFunctions::StateMachine": {
        "AwsSolutions-SF1": IN_HANDLERS,
        "AwsSolutions-SF2": IN_HANDLERS,
        "Serverless-StepFunctionStateMachineXray": IN_HANDLERS,
        "W3005": AFTER_ROLE,
    },
}
AWS_KEYS = {"AWS::Logs::LogGroup": dict.fromkeys(LOG_ENCRYPTION_RULES, AWS_KEY)}


def acknowledge(construct: IConstruct, reasons: Mapping[str, str]) -> None:
    """Record why rules do not apply to a resource; its stack writes the reasons.

    Args:
        construct: the resource, or the construct whose main resource it is.
        reasons: rule or finding, such as `AwsSolutions-APIG2` or `CKV_AWS_116`, to the reason.

    Raises:
        TypeError: when the construct's stack is not an `AppStack`; only those write reasons.
    """
    Reasons.of(construct).add(construct, reasons)


def acknowledge_type(scope: IConstruct, resource_type: str, reasons: Mapping[str, str]) -> None:
    """Record why rules do not apply to any resource of a type in a stack.

    Args:
        scope: any construct in the stack.
        resource_type: CloudFormation type, such as `AWS::ApiGateway::Method`.
        reasons: rule to reason.
    """
    Reasons.of(scope).add_type(resource_type, reasons)


def acknowledge_scheduled(function: Function, *, next_run: str) -> None:
    """Record why a scheduled function has neither a DLQ nor traces nor reserved concurrency.

    Args:
        function: the scheduled function.
        next_run: reason why a lost event does no harm.
    """
    logged = "It calls one service at a time and logs each call; a trace would add nothing"
    reasons = dict.fromkeys(DLQ_RULES, next_run) | dict.fromkeys(CONCURRENCY_RULES, ONE_RUN)
    acknowledge(function, {**reasons, TRACING_RULE: logged})


class Reasons:
    """Collects the reasons for findings in one stack and writes them to its template."""

    def __init__(self) -> None:
        """Start with the reasons by type that apply to every stack."""
        self._types = {kind: dict(reasons) for kind, reasons in TYPES.items()}
        self._resources: dict[str, tuple[IConstruct, dict[str, str]]] = {}

    @staticmethod
    def of(construct: IConstruct) -> "Reasons":
        """Return the reasons of a construct's stack.

        Raises:
            TypeError: when the stack is not an `AppStack`.
        """
        reasons = getattr(Stack.of(construct), "reasons", None)
        if not isinstance(reasons, Reasons):
            raise TypeError(f"{construct.node.path} is not in an AppStack")
        return reasons

    def add(self, construct: IConstruct, reasons: Mapping[str, str]) -> None:
        """Add reasons for findings in a construct's main resource."""
        _, given = self._resources.setdefault(_identity(construct), (construct, {}))
        given.update(reasons)

    def add_type(self, resource_type: str, reasons: Mapping[str, str]) -> None:
        """Add reasons for findings in every resource of a type."""
        self._types.setdefault(resource_type, {}).update(reasons)

    def write(self, stack: Stack, resources: Sequence[CfnResource]) -> None:
        """Write the reasons to the metadata of a stack's template and of its resources."""
        # CDK calls take time: get the type once for each class, except the untyped one.
        asked = {one if type(one) is CfnResource else type(one): one for one in resources}
        present = {resource.cfn_resource_type for resource in asked.values()}
        types = {one: why for one, why in sorted(self._types.items()) if one in present}
        self._write_types(stack, types)
        found: dict[str, tuple[CfnResource, dict[str, str]]] = {}
        for construct, reasons in self._resources.values():
            resource = _resource_of(construct)
            found.setdefault(_identity(resource), (resource, {}))[1].update(reasons)
        rules = list({rule: None for _, reasons in found.values() for rule in reasons})
        spelled = dict(zip(rules, map(_spell, stack.resolve(rules)), strict=True))
        for resource, reasons in found.values():
            _write(resource, {spelled[rule]: why for rule, why in reasons.items()})

    def _write_types(self, stack: Stack, types: Mapping[str, Mapping[str, str]]) -> None:
        """Write the reasons by type; of the checks, only cfn-lint reads a template's metadata.

        Source: https://github.com/aws-cloudformation/cfn-lint#template-based-metadata
        """
        linted = {rule for reasons in types.values() for rule in reasons if LINT.fullmatch(rule)}
        stack.template_options.metadata = {
            BY_TYPE: {one: dict(sorted(reasons.items())) for one, reasons in types.items()},
            **({"cfn-lint": {"config": {"ignore_checks": sorted(linted)}}} if linted else {}),
        }


def _identity(construct: IConstruct) -> str:
    """Return the identity of a construct, because several Python objects may represent it."""
    return str(construct.__jsii_ref__.ref)  # type: ignore[attr-defined]


def _resource_of(construct: IConstruct) -> CfnResource:
    """Return a construct's main CloudFormation resource.

    Raises:
        ValueError: when it has several or none.
    """
    found = construct if isinstance(construct, CfnResource) else construct.node.default_child
    if isinstance(found, CfnResource):
        return found
    raise ValueError(f"{construct.node.path} is not one resource")


def _spell(value: Any) -> str:
    """Return a rule with references in cdk-nag's notation."""
    if isinstance(value, str):
        return value
    ((function, argument),) = value.items()
    if function == "Fn::Join":
        separator, parts = argument
        return str(separator).join(map(_spell, parts))
    return f"<{argument if function == 'Ref' else '.'.join(argument)}>"


def _write(resource: CfnResource, reasons: Mapping[str, str]) -> None:
    """Write the reasons to a resource's metadata, where each check reads them.

    Sources:
        https://www.checkov.io/7.Scan%20Examples/Cloudformation.html
        https://github.com/cdklabs/cdk-nag, writeSuppressionsToCloudFormation
    """
    ordered = sorted(reasons.items())
    checked = [{"id": rule, "comment": why} for rule, why in ordered if CHECKOV.fullmatch(rule)]
    nagged = [{"id": rule, "reason": why} for rule, why in ordered if not CHECKOV.fullmatch(rule)]
    if nagged:
        resource.add_metadata("cdk_nag", {"rules_to_suppress": nagged})
    if checked:
        resource.add_metadata("checkov", {"skip": checked})
