"""Reasons that hold for every resource of a type."""

from aws_cdk import CfnResource
from aws_cdk.aws_iam import CfnPolicy
from aws_cdk.aws_lambda import CfnFunction, Function
from aws_cdk.aws_stepfunctions import CfnStateMachine

from stacks.acknowledgements import acknowledge

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


def shared_reasons(resource: CfnResource) -> dict[str, str]:
    """Return why rules do not apply to a resource, by its type, or as one of CDK's own."""
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
