"""Validation of requests against botocore's models of the APIs."""

import re
from collections.abc import Iterable, Sized
from functools import cache
from typing import Any

import botocore.session
from botocore.model import ListShape, MapShape, OperationModel, ServiceModel, Shape, StructureShape
from botocore.validate import ParamValidator

from local_aws.sagemaker.errors import SageMakerError

SAGEMAKER = "sagemaker"


@cache
def _model(service: str) -> ServiceModel:
    return botocore.session.get_session().get_service_model(service)


def allowed_values(service: str, shape: str) -> list[str]:
    """Return the values of an enumeration in botocore's model of a service."""
    values: list[str] = getattr(_model(service).shape_for(shape), "enum", [])
    return values


def members_of(shape: str, service: str = SAGEMAKER) -> list[str]:
    """Return the names of a structure's members in botocore's model of a service."""
    return list(_model(service).shape_for(shape).members)


def operation_at_path(services: Iterable[str], method: str, path: str) -> str | None:
    """Return the operation that a request names by its path, or None.

    Args:
        services: names of the services that may have it, in botocore.
        method: the request's HTTP method.
        path: its path.
    """
    for service in services:
        for name in _model(service).operation_names:
            http = _model(service).operation_model(name).http
            parts = re.split(r"\{\w+\}", http["requestUri"].partition("?")[0])
            pattern = "[^/]+".join(map(re.escape, parts))
            if method == http["method"] and re.fullmatch(pattern, path):
                return str(name)
    return None


def operation_model(operation: str, service: str = SAGEMAKER) -> OperationModel:
    """Return botocore's model of an operation.

    Raises:
        SageMakerError: when the service has no such operation.
    """
    model = _model(service)
    if operation not in model.operation_names:
        name = model.metadata["serviceId"]
        raise SageMakerError("UnknownOperationException", f"{name} has no operation {operation}")
    return model.operation_model(operation)


def validate(operation: str, request: dict[str, Any], service: str = SAGEMAKER) -> None:
    """Refuse a request whose shape AWS would refuse.

    Args:
        operation: the operation's name.
        request: its parameters.
        service: the service's name in botocore.

    Raises:
        SageMakerError: a ValidationException that names each wrong parameter, or a
            SerializationException.
    """
    shape = operation_model(operation, service).input_shape
    if shape is None:
        return
    try:
        problems = problems_of(request, shape)
    except (RuntimeError, OverflowError) as error:  # an impossible timestamp
        raise SageMakerError("SerializationException", str(error)) from None
    if problems:
        count = f"{len(problems)} validation error{'s' if len(problems) > 1 else ''} detected"
        raise SageMakerError("ValidationException", f"{count}: {'; '.join(problems)}")


def problems_of(value: Any, shape: Shape) -> list[str]:
    """Return the problems of a value of a shape, in a request or an answer."""
    report = ParamValidator().validate(value, shape)
    if report.has_errors():
        return [report.generate_report()]
    return _constraint_problems(value, shape, "")


def _constraint_problems(value: Any, shape: Shape, path: str) -> list[str]:
    """Check patterns, enumerations and lengths, which botocore leaves to the server."""
    problems: list[str] = []
    if isinstance(shape, StructureShape):
        for key, item in value.items():
            member = shape.members[key]
            problems += _constraint_problems(item, member, f"{path}.{key}" if path else key)
    elif isinstance(shape, ListShape):
        problems += _size_problems(value, shape, path)
        for index, item in enumerate(value):
            problems += _constraint_problems(item, shape.member, f"{path}[{index}]")
    elif isinstance(shape, MapShape):
        problems += _size_problems(value, shape, path)
        for key, item in value.items():
            problems += _string_problems(key, shape.key, f"{path} (key)")
            problems += _constraint_problems(item, shape.value, f"{path}[{key}]")
    elif shape.type_name == "string":
        problems += _string_problems(str(value), shape, path)
    elif shape.type_name in {"integer", "long", "float", "double"}:
        problems += _number_problems(value, shape, path)
    return problems


def _size_problems(value: Sized, shape: Shape, path: str) -> list[str]:
    most = shape.metadata.get("max")
    if most is None or len(value) <= most:
        return []
    start = f"Value at '{path}' failed to satisfy constraint: Member must"
    return [f"{start} have length less than or equal to {most}"]


def _number_problems(value: float, shape: Shape, path: str) -> list[str]:
    most = shape.metadata.get("max")
    if most is None or value <= most:
        return []
    start = f"Value '{value}' at '{path}' failed to satisfy constraint: Member must"
    return [f"{start} have value less than or equal to {most}"]


def _string_problems(value: str, shape: Shape, path: str) -> list[str]:
    start = f"Value '{value}' at '{path}' failed to satisfy constraint: Member must"
    allowed: list[str] = getattr(shape, "enum", [])
    if allowed and value not in allowed:
        return [f"{start} satisfy enum value set: [{', '.join(allowed)}]"]
    longest = shape.metadata.get("max")
    if longest is not None and len(value) > longest:
        return [f"{start} have length less than or equal to {longest}"]
    pattern = shape.metadata.get("pattern")
    if pattern and not _matches(pattern, value):
        return [f"{start} satisfy regular expression pattern: {pattern}"]
    return []


def _matches(pattern: str, value: str) -> bool:
    try:
        return re.fullmatch(pattern, value) is not None
    except re.error:  # a few of AWS's patterns are valid in Java only
        return True
