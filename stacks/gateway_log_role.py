"""The role with which API Gateway writes logs: one for a region of an account."""

from aws_cdk.aws_apigateway import CfnAccount
from aws_cdk.aws_iam import ManagedPolicy, Role, ServicePrincipal
from constructs import Construct

from stacks.acknowledgements import acknowledge

POLICY = "service-role/AmazonAPIGatewayPushToCloudWatchLogs"


class GatewayLogRole(Construct):
    """Makes the role and tells API Gateway.

    It works for every API of the account's region, so its permissions are AWS's own for that
    purpose. API Gateway refuses a role with less, and documents no condition for its trust.
    Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html

    Creates: a role and the account's setting.
    Idle: nothing.
    Destroy: the role goes; the setting goes on naming it, until another stack sets one.
    """

    def __init__(self, scope: Construct, construct_id: str) -> None:
        """Declare the role and the account's setting."""
        super().__init__(scope, construct_id)
        role = Role(
            self,
            "Role",
            assumed_by=ServicePrincipal("apigateway.amazonaws.com"),
            managed_policies=[ManagedPolicy.from_aws_managed_policy_name(POLICY)],
        )
        acknowledge(
            role,
            {
                f"AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/{POLICY}]": (
                    "The role works for every API of the account's region, whoever makes it"
                )
            },
        )
        CfnAccount(self, "Account", cloud_watch_role_arn=role.role_arn)
