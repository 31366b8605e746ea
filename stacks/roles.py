"""Roles with exactly the permissions that are written down, and no managed policies."""

from collections.abc import Mapping, Sequence

from aws_cdk import Aws, CfnResource
from aws_cdk.aws_iam import PolicyDocument, PolicyStatement, Role, ServicePrincipal
from aws_cdk.aws_logs import ILogGroup
from constructs import Construct

from stacks.acknowledgements import acknowledge_wildcards

# Of a trust or resource policy: a service acts for this account alone, whoever asks it to.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
OWN_ACCOUNT = {"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}}


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
    role = Role(
        scope,
        construct_id,
        assumed_by=ServicePrincipal("lambda.amazonaws.com", conditions=OWN_ACCOUNT),
        inline_policies=policies,
    )
    acknowledge_wildcards(role, statements)
    return role


def sagemaker_role(
    scope: Construct, construct_id: str, *, statements: Mapping[str, Sequence[PolicyStatement]]
) -> Role:
    """Return a role that SageMaker may assume, on behalf of this account alone.

    Args:
        scope: the construct that the role works for.
        construct_id: id within `scope`.
        statements: policy name to what it allows.
    """
    role = Role(
        scope,
        construct_id,
        assumed_by=ServicePrincipal("sagemaker.amazonaws.com", conditions=OWN_ACCOUNT),
        inline_policies={
            name: PolicyDocument(statements=list(allowed)) for name, allowed in statements.items()
        },
    )
    acknowledge_wildcards(role, [one for allowed in statements.values() for one in allowed])
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
