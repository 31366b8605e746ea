"""Tests that fail the deployment of a bad model, before and after the switch to it."""

from collections.abc import Mapping

from aws_cdk import CustomResource, Duration
from constructs import Construct

from stacks.building_blocks.assets import ROOT
from stacks.building_blocks.aws import ACCOUNT_ID, PARTITION, REGION
from stacks.building_blocks.custom_resource import CONSISTENCY, PROPERTIES, ResourceProvider
from stacks.building_blocks.permissions import Permission, encrypt_volumes
from stacks.building_blocks.python_function import PythonFunction
from stacks.datasets import KNOWN_REVIEWS
from stacks.model.endpoint import Endpoint

HANDLERS = ROOT / "lambda_fn" / "trial"
# SageMaker takes minutes to start instances; the framework's own limit is two hours.
COMES_UP = Duration.minutes(45)


class SmokeTest(Construct):
    """Sends known reviews to a new model, on a candidate endpoint and then on the real one.

    SageMaker's InService does not prove that the model loads, nor which model answers. Callers
    never reach the candidate.

    Creates: two functions, CDK's framework around them, and a custom resource for each test. The
        candidate endpoint exists for some minutes during an update.
    Idle: nothing.
    Destroy: everything is deleted.

    Attributes:
        resource: test of the real endpoint, for dependencies.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        endpoint: Endpoint,
        endpoint_name: str,
        candidate_name: str | None,
        model_version: str | None,
        minimum_accuracy: float,
        trained_on_films: bool,
        tags: Mapping[str, str],
        patience_seconds: int,
        capture_percent: int,
    ) -> None:
        """Declare the tests.

        Args:
            endpoint: the tested endpoint.
            endpoint_name: its name as plain text, for the permission.
            candidate_name: name of the candidate endpoint; None for no candidate.
            model_version: the version that must answer; None accepts any version.
            minimum_accuracy: least accuracy in the model's description. It is the only quality gate
                of a model that the deployment did not train.
            trained_on_films: whether the model must also judge two fixed reviews of films.
            tags: cost allocation tags of the candidate endpoint.
            patience_seconds: time limit for the first answers.
            capture_percent: share of the requests that the endpoint captures.
        """
        super().__init__(scope, construct_id)
        names = [name for name in (endpoint_name, candidate_name) if name]
        ask = Permission(
            sid="TestEndpoint",
            actions=["sagemaker:DescribeEndpoint", "sagemaker:InvokeEndpoint"],
            resources=[_arn("endpoint", name) for name in names],
        )
        on_event = self._handler("on_event", "Sends known reviews through the endpoint", [ask])
        trial = self._trial(candidate_name, endpoint, ask) if candidate_name else None
        provider = ResourceProvider(
            self,
            "Provider",
            on_event=on_event,
            is_complete=trial,
            query_interval=Duration.seconds(10) if trial else None,
            total_timeout=COMES_UP if trial else None,
        )
        properties = {
            "EndpointConfigName": endpoint.config_name,
            "PatienceSeconds": patience_seconds,
            "MinimumAccuracy": repr(minimum_accuracy),
            **({"ModelVersion": model_version} if model_version is not None else {}),
            **({"TrainedOnFilms": "true"} if trained_on_films else {}),
        }
        if candidate_name:
            candidate = CustomResource(
                self,
                "Candidate",
                service_token=provider.service_token,
                resource_type="Custom::Candidate",
                service_timeout=Duration.hours(1),
                properties={
                    **properties,
                    "EndpointName": candidate_name,
                    "ServingEndpointName": endpoint_name,
                    "Tags": dict(tags),
                },
            )
            endpoint.resource.node.add_dependency(candidate)
        self.resource = CustomResource(
            self,
            "Resource",
            service_token=provider.service_token,
            resource_type="Custom::SmokeTest",
            service_timeout=Duration.minutes(15),
            properties={
                **properties,
                "EndpointName": endpoint.name,
                "CapturePercent": capture_percent,
            },
        )

    def _trial(self, candidate_name: str, endpoint: Endpoint, ask: Permission) -> PythonFunction:
        return self._handler(
            "is_complete",
            "Tries a new model on a separate endpoint",
            [ask, *_try_out(candidate_name, endpoint.volume_key_arn)],
        )

    def _handler(
        self, name: str, description: str, permissions: list[Permission]
    ) -> PythonFunction:
        return PythonFunction(
            self,
            name.title().replace("_", ""),
            package=HANDLERS,
            libraries=[PROPERTIES, CONSISTENCY, KNOWN_REVIEWS],
            handler=f"handler.{name}",
            description=description,
            # The first answers, and then the deletion of the candidate, may take minutes.
            timeout=Duration.minutes(15),
            permissions=permissions,
        )


def _try_out(candidate_name: str, volume_key_arn: str | None) -> list[Permission]:
    """Allow creating and deleting one endpoint."""
    candidate = _arn("endpoint", candidate_name)
    return [
        Permission(
            sid="MakeCandidate",
            actions=["sagemaker:CreateEndpoint"],
            resources=[candidate, _arn("endpoint-config", "*")],
        ),
        Permission(sid="TagCandidate", actions=["sagemaker:AddTags"], resources=[candidate]),
        Permission(
            sid="RemoveCandidate", actions=["sagemaker:DeleteEndpoint"], resources=[candidate]
        ),
        *encrypt_volumes(volume_key_arn),
    ]


def _arn(kind: str, name: str) -> str:
    return f"arn:{PARTITION}:sagemaker:{REGION}:{ACCOUNT_ID}:{kind}/{name}"
