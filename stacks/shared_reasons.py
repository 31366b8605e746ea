"""Reasons that hold for every resource of a type, written to each of those resources."""

from aws_cdk import CfnResource, Stack
from aws_cdk.aws_iam import CfnPolicy, CfnRole
from aws_cdk.aws_lambda import CfnFunction, Function

from stacks.acknowledgements import acknowledge, acknowledge_lint, noted

DEAD_LETTERS = "Its callers wait for its answer and hear of its failure; there are no dead letters"
NO_VPC = "It talks to AWS's APIs alone, over TLS; a VPC would need a NAT gateway or six endpoints"
PLAIN_ENVIRONMENT = "Its environment holds names and limits, no secret; AWS's own key encrypts it"
AT_DEPLOYMENT = "It runs during deployments alone, one call after the other"
CDKS_OWN = "CDK decides what its own function runs on"
INLINE = "The policy serves this role alone and goes with it"
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
WITH_ROLES = {"AWS::Lambda::Function", "AWS::StepFunctions::StateMachine"}


def acknowledge_shared(stack: Stack) -> None:
    """Write the reasons to all functions and roles of a complete stack."""
    for resource in stack.node.find_all():
        if not isinstance(resource, CfnResource):
            continue
        kind = resource.cfn_resource_type
        if kind in WITH_ROLES:
            acknowledge_lint(resource, AFTER_ITS_ROLE)
        if kind == "AWS::Lambda::Function":
            _acknowledge_rest(resource, _of_function(resource))
        elif _has_inline_policy(resource):
            acknowledge(resource, {"NIST.800.53.R5-IAMNoInlinePolicy": INLINE})


def acknowledge_scheduled(function: Function, *, next_run: str) -> None:
    """Write down why a function that a schedule starts has neither dead letters nor traces.

    Args:
        function: what is started again and again.
        next_run: what makes up for a run that was lost.
    """
    acknowledge(function, {**dict.fromkeys(DLQ_RULES, next_run), TRACING_RULE: ONE_LOG})


def _acknowledge_rest(resource: CfnResource, reasons: dict[str, str]) -> None:
    """Write the reasons to a resource, but for the rules that it has a reason of its own for."""
    own = noted(resource)
    acknowledge(resource, {rule: why for rule, why in reasons.items() if rule not in own})


def _of_function(resource: CfnResource) -> dict[str, str]:
    reasons = dict(ALL_FUNCTIONS)
    if not isinstance(resource, CfnFunction):
        # The one that CDK empties buckets with is no CfnFunction, which cdk-nag looks for.
        return {rule: reason for rule, reason in (reasons | UNLIMITED).items() if "CKV" in rule}
    if resource.reserved_concurrent_executions is None:
        reasons |= UNLIMITED
    if resource.tracing_config is None:
        reasons[TRACING_RULE] = AT_DEPLOYMENT
    if resource.environment is not None:
        reasons["CKV_AWS_173"] = PLAIN_ENVIRONMENT
    if FRAMEWORK in resource.node.path:
        reasons["Serverless-LambdaDefaultMemorySize"] = CDKS_OWN
    if COPIER in resource.node.path:
        reasons["Serverless-LambdaLatestVersion"] = CDKS_OWN
        reasons["AwsSolutions-L1"] = CDKS_OWN
    return reasons


def _has_inline_policy(resource: CfnResource) -> bool:
    return isinstance(resource, CfnPolicy) or (
        isinstance(resource, CfnRole) and bool(resource.policies)
    )
