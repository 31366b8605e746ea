"""Roles with only the listed permissions and no managed policies."""

from collections.abc import Mapping, Sequence
from itertools import chain

from aws_cdk import CfnResource
from aws_cdk.aws_iam import Role, ServicePrincipal
from aws_cdk.aws_logs import ILogGroup
from constructs import Construct

from stacks.building_blocks.aws import ACCOUNT_ID
from stacks.building_blocks.permissions import Permission, policy_of
from stacks.building_blocks.reasons import acknowledge
from stacks.building_blocks.wildcards import wildcard_reasons

# Condition of a trust or resource policy: a service acts only for this account.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
OWN_ACCOUNT = {"StringEquals": {"aws:SourceAccount": ACCOUNT_ID}}
LAMBDA = ServicePrincipal("lambda.amazonaws.com", conditions=OWN_ACCOUNT)
SCHEDULER = ServicePrincipal("scheduler.amazonaws.com", conditions=OWN_ACCOUNT)
SAGEMAKER = ServicePrincipal("sagemaker.amazonaws.com", conditions=OWN_ACCOUNT)


def function_role(
    scope: Construct,
    construct_id: str,
    *,
    log_group: ILogGroup,
    permissions: Sequence[Permission] = (),
) -> Role:
    """Return the role of a Lambda function, which may write to its own log group.

    It cannot create log groups, so a group deleted with the stack stays deleted.
    """
    logs = Permission(
        sid="WriteLogs",
        actions=["logs:CreateLogStream", "logs:PutLogEvents"],
        resources=[log_group.log_group_arn],
    )
    work = {"Work": policy_of(permissions)} if permissions else {}
    role = Role(
        scope,
        construct_id,
        assumed_by=LAMBDA,
        inline_policies={"Logs": policy_of([logs]), **work},
    )
    acknowledge(role, wildcard_reasons(permissions))
    return role


def sagemaker_role(
    scope: Construct, construct_id: str, *, permissions: Mapping[str, Sequence[Permission]]
) -> Role:
    """Return a role that SageMaker may assume only for this account.

    Args:
        permissions: policy name to permissions.
    """
    policies = {name: policy_of(allowed) for name, allowed in permissions.items()}
    role = Role(scope, construct_id, assumed_by=SAGEMAKER, inline_policies=policies)
    acknowledge(role, wildcard_reasons(chain.from_iterable(permissions.values())))
    return role


def scheduler_role(
    scope: Construct, construct_id: str, *, permissions: Sequence[Permission]
) -> Role:
    """Return a role that EventBridge Scheduler may assume only for this account."""
    policies = {"Work": policy_of(permissions)}
    role = Role(scope, construct_id, assumed_by=SCHEDULER, inline_policies=policies)
    acknowledge(role, wildcard_reasons(permissions))
    return role


def limit_trust(role: CfnResource) -> None:
    """Let the service that a CDK role trusts assume it only for this account."""
    role.add_property_override("AssumeRolePolicyDocument.Statement.0.Condition", OWN_ACCOUNT)
