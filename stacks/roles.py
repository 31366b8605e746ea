"""Roles with exactly the permissions that are written down, and no managed policies."""

from collections.abc import Mapping, Sequence

from aws_cdk import CfnResource
from aws_cdk.aws_iam import PolicyDocument, PolicyStatement, Role, ServicePrincipal
from aws_cdk.aws_logs import ILogGroup
from constructs import Construct

from stacks.acknowledgements import acknowledge, wildcard_reasons
from stacks.pseudo_parameters import ACCOUNT_ID
from stacks.shared_reasons import INLINE

# Of a trust or resource policy: a service acts for this account alone, whoever asks it to.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
OWN_ACCOUNT = {"StringEquals": {"aws:SourceAccount": ACCOUNT_ID}}
LAMBDA = ServicePrincipal("lambda.amazonaws.com", conditions=OWN_ACCOUNT)
SAGEMAKER = ServicePrincipal("sagemaker.amazonaws.com", conditions=OWN_ACCOUNT)


def function_role(
    scope: Construct,
    construct_id: str,
    *,
    log_group: ILogGroup,
    statements: Sequence[PolicyStatement] = (),
) -> Role:
    """Return the role of a Lambda function that writes to its own log group and nothing else.

    It cannot create log groups: one that was deleted with the stack does not come back.
    """
    policies = {"Logs": PolicyDocument(statements=[write_logs(log_group)])}
    if statements:
        policies["Work"] = PolicyDocument(statements=list(statements))
    return _declare_role(scope, construct_id, LAMBDA, policies)


def sagemaker_role(
    scope: Construct, construct_id: str, *, statements: Mapping[str, Sequence[PolicyStatement]]
) -> Role:
    """Return a role that SageMaker may assume, on behalf of this account alone.

    Args:
        scope: the construct that the role works for.
        construct_id: id within `scope`.
        statements: policy name to what it allows.
    """
    policies = {
        name: PolicyDocument(statements=list(allowed)) for name, allowed in statements.items()
    }
    return _declare_role(scope, construct_id, SAGEMAKER, policies)


def _declare_role(
    scope: Construct,
    construct_id: str,
    service: ServicePrincipal,
    policies: dict[str, PolicyDocument],
) -> Role:
    role = Role(scope, construct_id, assumed_by=service, inline_policies=policies)
    acknowledge(role, {**INLINE, **wildcard_reasons(policies.values())})
    return role


def limit_trust(role: CfnResource) -> None:
    """Let the one service that a role of CDK's own trusts assume it for this account alone."""
    role.add_property_override("AssumeRolePolicyDocument.Statement.0.Condition", OWN_ACCOUNT)


def write_logs(log_group: ILogGroup) -> PolicyStatement:
    """Allow writing events to one declared log group."""
    return PolicyStatement(
        sid="WriteLogs",
        actions=["logs:CreateLogStream", "logs:PutLogEvents"],
        resources=[log_group.log_group_arn],
    )
