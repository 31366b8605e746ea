"""Findings of security checks that are meant to be, each at its resource and with its reason.

The checks are cdk-nag's packs, which read the construct tree, and checkov and cfn-lint, which read
templates. A reason stands in the template, in the resource's metadata, so that whoever reviews one
need not look for it here. Constructs give their reasons with `acknowledge`; their stack writes them
all when it is complete, since each call of the CDK from Python has its price.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from aws_cdk import (
    Acknowledgment,
    App,
    CfnResource,
    IPolicyValidationPlugin,
    Stack,
    Validations,
)
from aws_cdk.aws_iam import CfnPolicy
from aws_cdk.aws_lambda import CfnFunction, Function
from aws_cdk.aws_logs import CfnLogGroup
from aws_cdk.aws_stepfunctions import CfnStateMachine
from constructs import IConstruct

from stacks.building_blocks.permissions import Permission

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


def acknowledge(construct: IConstruct, reasons: Mapping[str, str]) -> None:
    """Give the reasons why rules do not apply to a resource; its stack writes them.

    Args:
        construct: the resource, or the construct whose main resource it is.
        reasons: rule or finding, such as `AwsSolutions-APIG2`, `CKV_AWS_116` or `W3005`, to the
            reason.

    Raises:
        TypeError: when the construct's stack is not an `AppStack`, which alone writes reasons.
    """
    written = getattr(Stack.of(construct), "reasons", None)
    if not isinstance(written, Reasons):
        raise TypeError(f"{construct.node.path} is not in an AppStack")
    written.add(construct, reasons)


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


class Reasons:
    """The reasons for findings in one stack, until they are written to its resources."""

    def __init__(self) -> None:
        """Begin without any."""
        self._given: dict[str, tuple[IConstruct, dict[str, str]]] = {}

    def add(self, construct: IConstruct, reasons: Mapping[str, str]) -> None:
        """Add reasons for findings in a construct's main resource."""
        _, given = self._given.setdefault(_identity(construct), (construct, {}))
        given.update(reasons)

    def write(
        self, stack: Stack, resources: Iterable[CfnResource], *, encrypted_logs: bool
    ) -> None:
        """Write the reasons to the resources' metadata.

        Args:
            stack: the stack.
            resources: all of its resources.
            encrypted_logs: whether a key of the account encrypts its log groups.
        """
        found: dict[str, tuple[CfnResource, dict[str, str]]] = {}
        for resource in resources:
            reasons = dict(shared_reasons(resource, encrypted_logs=encrypted_logs))
            if reasons:
                found[_identity(resource)] = resource, reasons
        for construct, reasons in self._given.values():
            resource = _resource_of(construct)
            found.setdefault(_identity(resource), (resource, {}))[1].update(reasons)
        rules = list({rule: None for _, reasons in found.values() for rule in reasons})
        spelled = dict(zip(rules, map(_spell, stack.resolve(rules)), strict=True))
        for resource, reasons in found.values():
            _write(resource, {spelled[rule]: why for rule, why in reasons.items()})


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


DEAD_LETTERS = "Its callers wait for its answer and hear of its failure; there are no dead letters"
NO_VPC = "It talks to AWS's APIs alone, over TLS; a VPC would need a NAT gateway or six endpoints"
PLAIN_ENVIRONMENT = "Its environment holds names and limits, no secret; AWS's own key encrypts it"
AT_DEPLOYMENT = "It runs during deployments alone, one call after the other"
CDKS_OWN = "CDK decides what its own function runs on"
INLINE = {"NIST.800.53.R5-IAMNoInlinePolicy": "The policy serves this role alone and goes with it"}
ONE_LOG = "It calls one service after the other and logs what it did; a trace would say no more"

DLQ_RULES = ("NIST.800.53.R5-LambdaDLQ", "Serverless-LambdaDLQ", "CKV_AWS_116")
CONCURRENCY_RULES = ("NIST.800.53.R5-LambdaConcurrency", "CKV_AWS_115")
TRACING_RULE = "Serverless-LambdaTracing"
ALL_FUNCTIONS = {
    **dict.fromkeys(DLQ_RULES, DEAD_LETTERS),
    "NIST.800.53.R5-LambdaInsideVPC": NO_VPC,
    "CKV_AWS_117": NO_VPC,
}
UNLIMITED = dict.fromkeys(CONCURRENCY_RULES, AT_DEPLOYMENT)
AFTER_ITS_ROLE = {"W3005": "CDK spells out that it comes after its role, which it refers to, too"}
FRAMEWORK = "framework-"
COPIER = "Custom::CDKBucketDeployment"
ENCRYPTION_RULES = ("NIST.800.53.R5-CloudWatchLogGroupEncrypted", "CKV_AWS_158")
AWS_KEY = (
    "The environment does without customer-managed keys; CloudWatch Logs encrypts with its own"
)


def function_reasons(*, limited: bool, traced: bool, configured: bool) -> dict[str, str]:
    """Return why rules do not apply to a function that runs during deployments.

    Args:
        limited: whether it has a concurrency of its own.
        traced: whether AWS X-Ray follows its requests.
        configured: whether it has environment variables.
    """
    return {
        **ALL_FUNCTIONS,
        **({} if limited else UNLIMITED),
        **({} if traced else {TRACING_RULE: AT_DEPLOYMENT}),
        **({"CKV_AWS_173": PLAIN_ENVIRONMENT} if configured else {}),
    }


def acknowledge_scheduled(function: Function, *, next_run: str) -> None:
    """Write down why a function that a schedule starts has neither dead letters nor traces.

    Args:
        function: what is started again and again.
        next_run: what makes up for a run that was lost.
    """
    acknowledge(function, {**dict.fromkeys(DLQ_RULES, next_run), TRACING_RULE: ONE_LOG})


def shared_reasons(resource: CfnResource, *, encrypted_logs: bool) -> dict[str, str]:
    """Return why rules do not apply to a resource, by its type, or as one of CDK's own."""
    if isinstance(resource, CfnLogGroup):
        return {} if encrypted_logs else dict.fromkeys(ENCRYPTION_RULES, AWS_KEY)
    if isinstance(resource, CfnPolicy):
        return INLINE
    if isinstance(resource, CfnStateMachine):
        return AFTER_ITS_ROLE
    if isinstance(resource, CfnFunction):
        return {**AFTER_ITS_ROLE, **_of_cdks_own(resource.to_string())}
    # The one that CDK empties buckets with is no CfnFunction, which cdk-nag looks for.
    if type(resource) is CfnResource and resource.cfn_resource_type == "AWS::Lambda::Function":
        reasons = ALL_FUNCTIONS | UNLIMITED
        return {**AFTER_ITS_ROLE, **{rule: why for rule, why in reasons.items() if "CKV" in rule}}
    return {}


def _of_cdks_own(path: str) -> dict[str, str]:
    """Return the reasons of a function that a construct of CDK's declares; none for ours."""
    if FRAMEWORK in path:
        own = {"Serverless-LambdaDefaultMemorySize": CDKS_OWN}
    elif COPIER in path:
        own = {"Serverless-LambdaLatestVersion": CDKS_OWN, "AwsSolutions-L1": CDKS_OWN}
    else:
        return {}
    return function_reasons(limited=False, traced=False, configured=True) | own
