"""Checks of CreateModel and CreateEndpointConfig beyond the requests' shape."""

from collections.abc import Callable
from typing import Any

from local_aws.sagemaker import objects
from local_aws.sagemaker.errors import invalid
from local_aws.sagemaker.images import SERVING, check_image
from local_aws.sagemaker.store import Record

SERVERLESS_MEMORY_MB = (1024, 2048, 3072, 4096, 5120, 6144)
NOT_LOADED = ("AdditionalModelDataSources", "InferenceSpecificationName", "MultiModelConfig")
# Members that a container takes from its model package
FROM_PACKAGE = ("Image", "ModelDataUrl", "ModelDataSource")
# Member of a model's record: the container of the package that the request names
PACKAGED = "PackagedContainer"
NOT_SERVED = ("AsyncInferenceConfig", "ShadowProductionVariants", "ExplainerConfig")


def check_model(request: Record, s3: Any, packaged: Callable[[str], Record]) -> Record:
    """Refuse a model that no endpoint could serve.

    Args:
        request: parameters of CreateModel, with a valid shape.
        s3: client of the embedded S3.
        packaged: returns the container of a model package.

    Returns:
        The members that the model's record has in addition to the request.

    Raises:
        SageMakerError: AWS's error if AWS refuses it as well; otherwise naming the feature that
            the embedded SageMaker lacks.
    """
    if ("PrimaryContainer" in request) == ("Containers" in request):
        raise invalid("A model needs either PrimaryContainer or Containers.")
    if len(request.get("Containers", [None])) != 1:
        raise invalid("The embedded SageMaker serves models of one container, not pipelines.")
    container = container_of(request)
    for member in NOT_LOADED:
        if member in container:
            raise invalid(f"The embedded SageMaker does not support {member} of a container.")
    kept = {}
    if "ModelPackageName" in container:
        container = kept[PACKAGED] = _of_package(container, packaged(container["ModelPackageName"]))
    if "Image" not in container:
        raise invalid(
            "The embedded SageMaker needs the Image or the ModelPackageName of the model's "
            "container."
        )
    check_image(container["Image"], SERVING)
    if container.get("Mode", "SingleModel") != "SingleModel":
        raise invalid("The embedded SageMaker serves the Mode SingleModel, not MultiModel.")
    uri = artifact_of(container)
    if not objects.exists(s3, uri):
        raise invalid(
            f"Could not find model data at {uri}. The object must exist in {s3.meta.region_name}, "
            f'and the role "{request.get("ExecutionRoleArn", "")}" must be allowed to read it.'
        )
    return kept


def _of_package(given: Record, package: Record) -> Record:
    """Return the container of a package with the variables that the request adds.

    Raises:
        SageMakerError: when the request has what the package has.
    """
    for member in FROM_PACKAGE:
        if member in given:
            raise invalid(f"A container with a ModelPackageName cannot have the member {member}.")
    taken = {member: package[member] for member in FROM_PACKAGE if member in package}
    variables = {**package.get("Environment", {}), **given.get("Environment", {})}
    return {**given, **taken, "Environment": variables}


def check_endpoint_config(request: Record) -> None:
    """Refuse an endpoint configuration that the embedded SageMaker cannot serve.

    Args:
        request: parameters of CreateEndpointConfig, with a valid shape.

    Raises:
        SageMakerError: AWS's error if AWS refuses it as well; otherwise naming the feature that
            the embedded SageMaker lacks.
    """
    for member in NOT_SERVED:
        if member in request:
            raise invalid(f"The embedded SageMaker does not support {member}.")
    if len(request["ProductionVariants"]) != 1:
        raise invalid("The embedded SageMaker serves one production variant per endpoint.")
    variant = request["ProductionVariants"][0]
    name = variant["VariantName"]
    if "ModelName" not in variant:
        raise invalid(f"The production variant {name!r} needs a ModelName.")
    if ("ServerlessConfig" in variant) == ("InstanceType" in variant):
        raise invalid(
            f"The production variant {name!r} needs either a ServerlessConfig or an InstanceType."
        )
    memory = variant.get("ServerlessConfig", {}).get("MemorySizeInMB", SERVERLESS_MEMORY_MB[0])
    if memory not in SERVERLESS_MEMORY_MB:
        allowed = ", ".join(map(str, SERVERLESS_MEMORY_MB))
        raise invalid(f"MemorySizeInMB of {name!r} is {memory}; it must be one of {allowed}.")


def artifact_of(container: Record) -> str:
    """Return the URI of a container's model.tar.gz.

    Raises:
        SageMakerError: when it has none.
    """
    source = container.get("ModelDataSource", {}).get("S3DataSource", {})
    is_archive = (source.get("S3DataType"), source.get("CompressionType")) == ("S3Object", "Gzip")
    uri = container.get("ModelDataUrl", source.get("S3Uri") if is_archive else None)
    if uri is None:
        raise invalid(
            "The embedded SageMaker needs the model's artifact as its ModelDataUrl, or as a "
            "ModelDataSource with the S3DataType S3Object and the CompressionType Gzip."
        )
    return str(uri)


def container_of(model: Record) -> Record:
    """Return the one container of a model, complete with what its package has."""
    if PACKAGED in model:
        return dict(model[PACKAGED])
    # An empty PrimaryContainer counts.
    first: Record = (
        model["PrimaryContainer"] if "PrimaryContainer" in model else model["Containers"][0]
    )
    return first
