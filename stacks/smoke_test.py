"""A test of the deployed endpoint that fails the deployment."""

from pathlib import Path

from aws_cdk import Aws, CustomResource, Duration
from aws_cdk.aws_iam import PolicyStatement
from constructs import Construct

from stacks.endpoint import Endpoint
from stacks.python_function import PythonFunction
from stacks.resource_provider import ResourceProvider

HANDLERS = Path(__file__).resolve().parent.parent / "lambda_fn" / "smoke_test"


class SmokeTest(Construct):
    """Sends known reviews through the endpoint whenever its configuration has changed.

    SageMaker's InService does not prove that the model loads, nor which model answers.

    Creates: a function, CDK's framework before it, and a custom resource.
    Idle: nothing.
    Destroy: all of it goes.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        endpoint: Endpoint,
        endpoint_name: str,
        model_version: str | None,
        retention_days: int,
    ) -> None:
        """Declare the test.

        Args:
            scope: the stack that deploys the model.
            construct_id: id within `scope`.
            endpoint: what is tested.
            endpoint_name: its name as plain text, for the permission.
            model_version: the version that must answer; None accepts every one.
            retention_days: age at which the handler's log events are deleted.
        """
        super().__init__(scope, construct_id)
        handler = PythonFunction(
            self,
            "OnEvent",
            package=HANDLERS,
            handler="handler.on_event",
            description="Sends known reviews through the endpoint",
            timeout=Duration.minutes(10),
            retention_days=retention_days,
            statements=[
                PolicyStatement(
                    sid="TestEndpoint",
                    actions=["sagemaker:DescribeEndpoint", "sagemaker:InvokeEndpoint"],
                    resources=[
                        f"arn:{Aws.PARTITION}:sagemaker:{Aws.REGION}:{Aws.ACCOUNT_ID}:endpoint/{endpoint_name}"
                    ],
                )
            ],
        )
        provider = ResourceProvider(
            self, "Provider", on_event=handler, retention_days=retention_days
        )
        properties = {"EndpointName": endpoint.name, "EndpointConfigName": endpoint.config_name}
        if model_version is not None:
            properties["ModelVersion"] = model_version
        CustomResource(
            self,
            "Resource",
            service_token=provider.service_token,
            resource_type="Custom::SmokeTest",
            service_timeout=Duration.minutes(15),
            properties=properties,
        )
