"""Release of a function's new code after a test."""

from aws_cdk import CustomResource, Duration
from aws_cdk.aws_lambda import Alias, Function
from constructs import Construct

from stacks.building_blocks.assets import ROOT
from stacks.building_blocks.aws import ACCOUNT_ID, PARTITION, REGION
from stacks.building_blocks.custom_resource import CONSISTENCY, PROPERTIES, ResourceProvider
from stacks.building_blocks.permissions import Permission
from stacks.building_blocks.python_function import PythonFunction
from stacks.datasets import KNOWN_REVIEWS

HANDLERS = ROOT / "lambda_fn" / "release_test"


class Release(Construct):
    """Points an alias at a new version of the API's function after a test of that version.

    Code that cannot start deploys without an error; without the test, callers would notice first.

    Creates: a version, an alias, a test function, CDK's framework around it, and a custom resource.
    Idle: nothing.
    Destroy: everything is deleted.

    Attributes:
        alias: the alias that callers invoke.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        function: Function,
        endpoint_name: str,
        longest_review: int,
    ) -> None:
        """Declare the version, its test and the alias.

        Args:
            function: the function behind the API.
            endpoint_name: the endpoint behind the function, whose model names known reviews.
            longest_review: number of characters that the function accepts.
        """
        super().__init__(scope, construct_id)
        version = function.current_version
        handler = PythonFunction(
            self,
            "OnEvent",
            package=HANDLERS,
            libraries=[PROPERTIES, CONSISTENCY, KNOWN_REVIEWS],
            handler="handler.on_event",
            description="Tests the API's new code before callers get it",
            timeout=Duration.minutes(3),
            permissions=[
                Permission(
                    sid="TestVersions",
                    actions=["lambda:InvokeFunction"],
                    resources=[f"{function.function_arn}:*"],
                ),
                Permission(
                    sid="ReadKnownReviews",
                    actions=["sagemaker:InvokeEndpoint"],
                    resources=[
                        f"arn:{PARTITION}:sagemaker:{REGION}:{ACCOUNT_ID}:endpoint/{endpoint_name}"
                    ],
                ),
            ],
        )
        provider = ResourceProvider(self, "Provider", on_event=handler)
        test = CustomResource(
            self,
            "Test",
            service_token=provider.service_token,
            resource_type="Custom::ReleaseTest",
            service_timeout=Duration.minutes(5),
            properties={
                "VersionArn": version.function_arn,
                "EndpointName": endpoint_name,
                "MaxReviewCharacters": longest_review,
            },
        )
        self.alias = Alias(self, "Live", alias_name="live", version=version)
        self.alias.node.add_dependency(test)
