"""The deployed endpoint's model, and the bucket of its environment."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from scripts.score import ScoreError
from stacks.names import SCORED, Names
from stacks.settings.environment import EnvironmentSettings

IN_SERVICE = "InService"


@dataclass(frozen=True)
class Deployment:
    """The environment in which a file is scored.

    Attributes:
        endpoint: name of the endpoint.
        labels: labels of its model.
        model: name of the model with its image and artifact that scores files.
        identity: hash of the model's artifact, image and environment.
        bucket: the data bucket.
        key: alias of the key of its objects and of the machines' volumes; None for AWS's own.
        prefix: prefix of the environment's names.
        version: version of the endpoint's model, which is the name of its training job.
    """

    endpoint: str
    labels: tuple[str, ...]
    model: str
    identity: str
    bucket: str
    key: str | None
    prefix: str
    version: str = ""

    @property
    def given(self) -> str:
        """Prefix of the parts."""
        return f"{SCORED}/in/"

    @property
    def answered(self) -> str:
        """Prefix of the answers of this model."""
        return f"{SCORED}/out/{self.identity}/"


def find(settings: EnvironmentSettings, *, place: str) -> Deployment:
    """Find the endpoint's model, and the one that scores files.

    Args:
        settings: settings of the environment.
        place: the account or the port, for messages.

    Raises:
        ScoreError: when nothing is deployed, or the model is being replaced.
    """
    names = Names(settings.environment, settings.region)
    sagemaker = boto3.client("sagemaker")
    try:
        endpoint = sagemaker.describe_endpoint(EndpointName=names.endpoint)
        status = endpoint["EndpointStatus"]
        if status != IN_SERVICE:
            raise ScoreError(
                f"the endpoint {names.endpoint} is {status}, so its model may be replaced: run "
                "again when its deployment has ended"
            )
        config = sagemaker.describe_endpoint_config(
            EndpointConfigName=endpoint["EndpointConfigName"]
        )
        serving = _container(sagemaker, config["ProductionVariants"][0]["ModelName"])
        name = _output(names.stack("model"), "ScoringModelName")
        container = _container(sagemaker, name)
        bucket = _output(names.stack("storage"), "DataBucketName")
        card = _card(names.endpoint)
    except ClientError as error:
        if "Could not find" in str(error):
            raise ScoreError(
                f"no endpoint {names.endpoint} in {place}: run `make local`, or set AWS=1 and ENV="
            ) from error
        raise ScoreError(f"{place}: {error}") from error
    except BotoCoreError as error:
        raise ScoreError(f"{place}: {error}: run `make local`, or set AWS=1") from error
    if container != serving:
        raise ScoreError(
            f"the model of {names.stack('model')} is being replaced: run again when the deployment "
            "has ended"
        )
    identity = hashlib.sha256(json.dumps(container, sort_keys=True).encode()).hexdigest()[:16]
    managed = settings.security.customer_managed_keys
    key = f"alias/{names.key('data')}" if managed else None
    return Deployment(
        endpoint=names.endpoint,
        labels=tuple(card["labels"]),
        model=name,
        identity=identity,
        bucket=bucket,
        key=key,
        prefix=names.prefix,
        version=card["model_version"],
    )


def _card(endpoint: str) -> dict[str, Any]:
    """Return the serving model's description of itself."""
    reply = boto3.client("sagemaker-runtime").invoke_endpoint(
        EndpointName=endpoint, ContentType="application/json", Body=b'{"card": true}'
    )
    card: dict[str, Any] = json.load(reply["Body"])
    return card


def _container(sagemaker: Any, model: str) -> dict[str, Any]:
    """Return the image, artifact and environment of a model."""
    found = sagemaker.describe_model(ModelName=model)["PrimaryContainer"]
    return {key: found.get(key) for key in ("Image", "ModelDataUrl", "Environment")}


def _output(stack: str, key: str) -> str:
    """Return an output of a stack.

    Raises:
        ScoreError: when an earlier version of the application was deployed.
    """
    described = boto3.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]
    for output in described.get("Outputs", []):
        if output["OutputKey"] == key:
            return str(output["OutputValue"])
    raise ScoreError(f"the stack {stack} has no {key}: deploy this version first")
