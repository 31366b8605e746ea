"""Checks of CreateTransformJob beyond the request's shape."""

from typing import Any

from local_aws.sagemaker import objects
from local_aws.sagemaker.errors import SageMakerError, invalid
from local_aws.sagemaker.store import Record
from local_aws.sagemaker.training_request import no_objects
from local_aws.sagemaker.transform_data import check_processing
from local_aws.sagemaker.transform_input import MAX_PAYLOAD_MB

MAX_INSTANCES = 20
DATA_TYPES = {"S3Prefix", "ManifestFile"}
SPLIT_TYPES = {"None", "Line"}
NOT_RUN = ("DataCaptureConfig", "ExperimentConfig")


def check_transform_request(request: Record, role: str, s3: Any) -> None:
    """Refuse a transform job that the embedded SageMaker cannot run.

    Args:
        request: parameters of CreateTransformJob, with a valid shape.
        role: ARN of the model's role.
        s3: client of the embedded S3 with the keys of that role.

    Raises:
        SageMakerError: AWS's error if AWS refuses it as well; otherwise naming the feature that
            the embedded SageMaker lacks.
    """
    for member in NOT_RUN:
        if member in request:
            raise invalid(f"The embedded SageMaker does not support {member} for transform jobs.")
    split = request["TransformInput"].get("SplitType", "None")
    if split not in SPLIT_TYPES:
        raise invalid(f"The embedded SageMaker does not support the SplitType {split}; use Line.")
    _check_instances(request["TransformResources"])
    _check_sizes(request)
    check_processing(request)
    _check_places(request, role, s3)


def _check_instances(resources: Record) -> None:
    if resources["InstanceCount"] > MAX_INSTANCES:
        raise SageMakerError(
            "ResourceLimitExceeded",
            f"The embedded SageMaker starts up to {MAX_INSTANCES} instances; "
            f"{resources['InstanceCount']} were requested.",
        )


def _check_sizes(request: Record) -> None:
    payload = request.get("MaxPayloadInMB", 0)
    requests = request.get("MaxConcurrentTransforms", 0)
    if payload > MAX_PAYLOAD_MB:
        raise invalid(f"The MaxPayloadInMB {payload} must be at most {MAX_PAYLOAD_MB}.")
    if payload * requests > MAX_PAYLOAD_MB:
        raise invalid(
            f"MaxConcurrentTransforms ({requests}) times MaxPayloadInMB ({payload}) must be at "
            f"most {MAX_PAYLOAD_MB} MB."
        )


def _check_places(request: Record, role: str, s3: Any) -> None:
    source = request["TransformInput"]["DataSource"].get("S3DataSource", {})
    kind = source.get("S3DataType")
    if kind not in DATA_TYPES:
        raise invalid(f"The S3DataType {kind} must be {' or '.join(sorted(DATA_TYPES))}.")
    manifest = kind == "ManifestFile"
    found = objects.exists if manifest else objects.any_under
    if not found(s3, source["S3Uri"]):
        raise no_objects(s3, source["S3Uri"], role)
    for uri in (source["S3Uri"], request["TransformOutput"]["S3OutputPath"]):
        if not uri.startswith("s3://") or not objects.parse(uri)[0]:
            raise invalid(f"The S3 URI {uri!r} must have the form s3://bucket/prefix.")
