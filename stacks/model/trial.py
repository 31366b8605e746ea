"""Tests that fail the deployment of a bad model, before and after the switch to it."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from aws_cdk import CustomResource, Duration, Stack
from constructs import Construct

from stacks.building_blocks.assets import ROOT
from stacks.building_blocks.aws import ACCOUNT_ID, PARTITION, REGION
from stacks.building_blocks.custom_resource import CONSISTENCY, PROPERTIES, ResourceProvider
from stacks.building_blocks.permissions import (
    READ_AND_WRITE,
    Permission,
    bucket_and_key,
    encrypt_volumes,
    use_key_in_s3,
)
from stacks.building_blocks.python_function import PythonFunction
from stacks.datasets import KNOWN_REVIEWS
from stacks.model.endpoint import Endpoint
from stacks.model.registration import Registration
from stacks.settings.rollout import RolloutSettings

HANDLERS = ROOT / "lambda_fn" / "trial"
# SageMaker takes minutes to start instances; the framework's own limit is two hours.
COMES_UP = Duration.minutes(45)
NOT_COMPARED = "not compared without a candidate"


class Artifacts(NamedTuple):
    """Folder of the training jobs' artifacts.

    Attributes:
        uri: its S3 URI.
        key_arn: its key; None for AWS's own.
    """

    uri: str
    key_arn: str | None


class SmokeTest(Construct):
    """Sends known reviews to a new model, on a candidate endpoint and then on the real one.

    SageMaker's InService does not prove that the model loads, nor which model answers. Callers
    never reach the candidate. With `rollout.challenger`, the candidate is also compared with the
    model that serves, on reviews that neither was trained on. With `model.register`, the outcome is
    recorded in SageMaker's model registry.

    Creates: two functions, CDK's framework around them, and a custom resource for each test. The
        candidate endpoint exists for some minutes during an update.
    Idle: nothing.
    Destroy: everything is deleted. The packages of the registry go with their environment's data.

    Attributes:
        resource: test of the real endpoint, for dependencies.
        comparison: sentence that compares the candidate with the model that serves.
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
        artifacts: Artifacts,
        registration: Registration | None,
        settings: RolloutSettings,
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
            artifacts: the training jobs' artifacts, for the comparison.
            registration: the model as it is registered; None without a registry.
            settings: settings of the trial.
            capture_percent: share of the requests that the endpoint captures.
        """
        super().__init__(scope, construct_id)
        self.comparison = NOT_COMPARED
        compare = _compare(artifacts) if settings.challenger != "off" else []
        provider = self._declare_provider(
            endpoint, endpoint_name, candidate_name, compare=compare, registration=registration
        )
        properties = {
            "EndpointConfigName": endpoint.config_name,
            "PatienceSeconds": settings.patience_seconds,
            **_expected(minimum_accuracy, model_version, trained_on_films=trained_on_films),
            **(registration.properties if registration else {}),
        }
        if candidate_name:
            rules = _rules(artifacts, settings) if compare else {}
            names = {"EndpointName": candidate_name, "ServingEndpointName": endpoint_name}
            self.comparison = self._try_before(
                endpoint, provider, {**properties, **names, "Tags": dict(tags), **rules}
            )
        tested = {"EndpointName": endpoint.name, "CapturePercent": capture_percent}
        self.resource = CustomResource(
            self,
            "Resource",
            service_token=provider.service_token,
            resource_type="Custom::SmokeTest",
            service_timeout=Duration.minutes(15),
            properties={**properties, **tested},
        )

    def _try_before(
        self, endpoint: Endpoint, provider: ResourceProvider, properties: Mapping[str, Any]
    ) -> str:
        """Test the candidate before the endpoint changes; return the comparison."""
        candidate = CustomResource(
            self,
            "Candidate",
            service_token=provider.service_token,
            resource_type="Custom::Candidate",
            service_timeout=Duration.hours(1),
            properties=properties,
        )
        endpoint.resource.node.add_dependency(candidate)
        return candidate.get_att_string("Comparison")

    def _declare_provider(
        self,
        endpoint: Endpoint,
        endpoint_name: str,
        candidate_name: str | None,
        *,
        compare: list[Permission],
        registration: Registration | None,
    ) -> ResourceProvider:
        names = [name for name in (endpoint_name, candidate_name) if name]
        ask = Permission(
            sid="TestEndpoint",
            actions=["sagemaker:DescribeEndpoint", "sagemaker:InvokeEndpoint"],
            resources=[_arn("endpoint", name) for name in names],
        )
        record = registration.permissions if registration else []
        remove = registration.removal if registration else []
        see = [_see_rollback(Stack.of(self))] if compare or record else []
        on_event = self._handler(
            "on_event",
            "Sends known reviews through the endpoint",
            [ask, *record, *see],
        )
        if candidate_name is None:
            return ResourceProvider(self, "Provider", on_event=on_event)
        return ResourceProvider(
            self,
            "Provider",
            on_event=on_event,
            is_complete=self._handler(
                "is_complete",
                "Tries a new model on a separate endpoint",
                [ask, *compare, *see, *record, *remove, *_try_out(candidate_name, endpoint)],
                memory_mb=512 if compare else 256,  # thousands of reviews of both models
            ),
            query_interval=Duration.seconds(10),
            total_timeout=COMES_UP,
        )

    def _handler(
        self, name: str, description: str, permissions: list[Permission], memory_mb: int = 256
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
            memory_mb=memory_mb,
        )


def _expected(
    minimum_accuracy: float, model_version: str | None, *, trained_on_films: bool
) -> dict[str, str]:
    """Return the properties for what the model must answer."""
    return {
        "MinimumAccuracy": repr(minimum_accuracy),
        **({"ModelVersion": model_version} if model_version is not None else {}),
        **({"TrainedOnFilms": "true"} if trained_on_films else {}),
    }


def _rules(artifacts: Artifacts, settings: RolloutSettings) -> dict[str, str]:
    """Return the properties of the comparison with the model that serves."""
    bucket, folder = bucket_and_key(artifacts.uri)
    return {
        "Challenger": settings.challenger,
        "Incomparable": "pass" if settings.passes_incomparable else "fail",
        "ArtifactBucket": bucket,
        "ArtifactFolder": folder,
    }


def _compare(artifacts: Artifacts) -> list[Permission]:
    """Allow reading the trainings' test reviews, and recording the decision next to them."""
    bucket, folder = bucket_and_key(artifacts.uri)
    output = f"arn:{PARTITION}:s3:::{bucket}/{folder}/*/output"
    return [
        Permission(
            sid="ReadTestReviews", actions=["s3:GetObject"], resources=[f"{output}/output.tar.gz"]
        ),
        # Otherwise S3 answers requests for a missing object with 403.
        Permission(
            sid="TellMissing",
            actions=["s3:ListBucket"],
            resources=[f"arn:{PARTITION}:s3:::{bucket}"],
        ),
        Permission(
            sid="RecordDecision", actions=["s3:PutObject"], resources=[f"{output}/comparison.json"]
        ),
        *use_key_in_s3(artifacts.key_arn, READ_AND_WRITE),
    ]


def _see_rollback(stack: Stack) -> Permission:
    """Allow noticing a rollback, which needs no comparison and refuses the model before it."""
    return Permission(
        sid="SeeRollback", actions=["cloudformation:DescribeStacks"], resources=[stack.stack_id]
    )


def _try_out(candidate_name: str, endpoint: Endpoint) -> list[Permission]:
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
        *encrypt_volumes(endpoint.volume_key_arn),
    ]


def _arn(kind: str, name: str) -> str:
    return f"arn:{PARTITION}:sagemaker:{REGION}:{ACCOUNT_ID}:{kind}/{name}"
