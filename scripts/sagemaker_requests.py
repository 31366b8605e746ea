"""Requests that try which members and values the embedded SageMaker refuses.

Each check runs on valid requests and on their variations: a member more or less, another value of
an enumeration, another kind of source, a second entry of a list.
"""

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

from local_aws.sagemaker import SageMakerError
from local_aws.sagemaker.model_packages import check_package
from local_aws.sagemaker.serving_request import check_endpoint_config, check_model
from local_aws.sagemaker.training_request import check_training_request
from local_aws.sagemaker.transform_request import check_transform_request
from local_aws.sagemaker.validation import operation_model

Request = dict[str, Any]
# Prefix of refusals of features that the embedded SageMaker lacks
REFUSAL = "The embedded SageMaker"
ROLE = "arn:aws:iam::000000000000:role/sagemaker"
URI = "s3://bucket/key"
# An S3 that has every object
FULL_S3 = SimpleNamespace(
    head_object=lambda **_: {},
    list_objects_v2=lambda **_: {"KeyCount": 1},
    head_bucket=lambda **_: {},
    meta=SimpleNamespace(region_name="us-east-1"),
)
JOB: Request = {
    "TrainingJobName": "a", "RoleArn": ROLE,
    "AlgorithmSpecification": {
        "TrainingImage": "pytorch", "TrainingInputMode": "File",
        "MetricDefinitions": [{"Name": "a", "Regex": "(.)"}],
    },
    "InputDataConfig": [{
        "ChannelName": "a", "InputMode": "File",
        "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": URI}},
    }],
    "OutputDataConfig": {"S3OutputPath": "s3://bucket/"},
    "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1},
}  # fmt: skip
SPOT = {
    "InputDataConfig": [{
        "ChannelName": "a", "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": URI}}
    }],
    "EnableManagedSpotTraining": True,
    "StoppingCondition": {"MaxRuntimeInSeconds": 1, "MaxWaitTimeInSeconds": 1},
    "CheckpointConfig": {"S3Uri": URI, "LocalPath": "/opt/ml/checkpoints"},
}  # fmt: skip
CONTAINER: Request = {"Image": "pytorch", "Mode": "SingleModel", "ModelDataUrl": URI}
ARCHIVE = {"S3Uri": URI, "S3DataType": "S3Object", "CompressionType": "Gzip"}
WITH_SOURCE: Request = {"Image": "pytorch", "ModelDataSource": {"S3DataSource": ARCHIVE}}
MODEL = {"ModelName": "a", "ExecutionRoleArn": ROLE}
TRANSFORM: Request = {
    "TransformJobName": "a", "ModelName": "a",
    "TransformInput": {
        "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": URI}},
        "SplitType": "Line", "ContentType": "text/csv",
    },
    "TransformOutput": {"S3OutputPath": URI, "Accept": "text/csv", "AssembleWith": "Line"},
    "TransformResources": {"InstanceType": "ml.m5.large", "InstanceCount": 1},
    "DataProcessing": {"InputFilter": "$", "OutputFilter": "$"},
}  # fmt: skip
SPECIFICATION: Request = {"Containers": [{"Image": "pytorch"}]}
VARIANT: Request = {"VariantName": "a", "ModelName": "a"}
INSTANCE = VARIANT | {"InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
SERVERLESS = VARIANT | {"ServerlessConfig": {"MemorySizeInMB": 1024, "MaxConcurrency": 1}}
# Checks of operations, with valid requests
CHECKS: dict[str, tuple[Callable[[Any], object], list[Request]]] = {
    "CreateTrainingJob": (
        lambda request: check_training_request(request, FULL_S3), [JOB, JOB | SPOT],
    ),
    "CreateTransformJob": (
        lambda request: check_transform_request(request, ROLE, FULL_S3), [TRANSFORM],
    ),
    "CreateModel": (
        lambda request: check_model(request, FULL_S3, lambda _name: CONTAINER),
        [
            MODEL | {"PrimaryContainer": CONTAINER}, MODEL | {"PrimaryContainer": WITH_SOURCE},
            MODEL | {"Containers": [CONTAINER]}, MODEL | {"Containers": [WITH_SOURCE]},
            MODEL | {"PrimaryContainer": {"ModelPackageName": "a"}},
            MODEL | {"Containers": [{"ModelPackageName": "a"}]},
        ],
    ),
    "CreateModelPackage": (
        check_package,
        [{
            "ModelPackageGroupName": "a", "InferenceSpecification": SPECIFICATION,
            "AdditionalInferenceSpecifications": [SPECIFICATION | {"Name": "a"}],
        }],
    ),
    "CreateEndpointConfig": (
        check_endpoint_config,
        [
            {"EndpointConfigName": "a", "ProductionVariants": [variant]}
            for variant in (INSTANCE, SERVERLESS)
        ],
    ),
}  # fmt: skip


def is_refused(operation: str, *path: str) -> bool:
    """Return whether an operation refuses a member by name.

    Args:
        operation: the operation.
        path: the member's name, after that of its structure if it has one.

    Raises:
        AssertionError: when no valid request with the member is known.
    """
    if operation not in CHECKS:
        return False
    shape = _request_shape(operation)
    answers = {_answer(operation, _with(shape, good, path)) for good in CHECKS[operation][1]}
    if None in answers:
        return False
    named = any(path[-1] in answer for answer in answers if answer)
    assert named, f"{operation} with {'.'.join(path)}: {answers}"  # noqa: S101 - the page would lie
    return True


def limits(operation: str) -> dict[str, list[str]]:
    """Return the variations that only the embedded SageMaker refuses, by its answer.

    Members that it refuses with any value are not among them.
    """
    found: dict[str, list[str]] = {}
    for good in CHECKS.get(operation, (None, []))[1]:
        for label, request in _variations(_request_shape(operation), good, ""):
            answer = _answer(operation, request)
            known = (
                found.setdefault(answer, []) if answer and answer.startswith(REFUSAL) else [label]
            )
            known += [] if label in known else [label]
    return found


def _request_shape(operation: str) -> StructureShape:
    shape = operation_model(operation).input_shape
    assert isinstance(shape, StructureShape)  # noqa: S101 - narrows the type
    return shape


def _answer(operation: str, request: Request) -> str | None:
    """Return the message of a refusal, or None."""
    try:
        CHECKS[operation][0](request)
    except SageMakerError as error:
        return error.message
    return None


def _with(shape: Shape, value: Any, path: tuple[str, ...]) -> Any:
    """Return a value to which the member at a path is added, unless it has it."""
    if not path:
        return value
    if isinstance(shape, ListShape):
        return [_with(shape.member, value[0], path)]
    assert isinstance(shape, StructureShape)  # noqa: S101 - narrows the type
    member = shape.members[path[0]]
    return {**value, path[0]: _with(member, value.get(path[0], example(member)), path[1:])}


def _variations(shape: Shape, value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Yield the variations of a valid value, each with a description."""
    if isinstance(shape, StructureShape):
        yield from _of_structure(shape, value, path)
    elif isinstance(shape, ListShape):
        for label, changed in _variations(shape.member, value[0], path):
            yield label, [changed]
        yield f"more than one of `{path}`", [value[0], value[0]]
    else:
        values: list[str] = getattr(shape, "enum", [])
        yield from ((f"`{path}` {other}", other) for other in values if other != value)


def _of_structure(shape: StructureShape, value: Request, path: str) -> Iterator[tuple[str, Any]]:
    for name, member in shape.members.items():
        below = f"{path}.{name}".lstrip(".")
        if name in value:
            for label, changed in _variations(member, value[name], below):
                yield label, {**value, name: changed}
            if name not in shape.required_members:
                yield f"no `{below}`", {k: one for k, one in value.items() if k != name}
        elif _is_choice(shape):
            yield f"`{below}`", {name: example(member)}


def _is_choice(shape: StructureShape) -> bool:
    """Return whether a structure has one of several structures, such as a kind of source."""
    return all(isinstance(member, StructureShape) for member in shape.members.values())


def example(shape: Shape) -> Any:
    """Return a value with the members that a shape requires."""
    match shape:
        case StructureShape():
            return {name: example(shape.members[name]) for name in shape.required_members}
        case ListShape():
            return [example(shape.member)]
        case MapShape():
            return {}
    listed: list[str] = getattr(shape, "enum", [])
    kinds = {"string": (listed or [URI])[0], "boolean": True}
    return kinds.get(shape.type_name, 1)
