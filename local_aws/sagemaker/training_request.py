"""What SageMaker refuses of a CreateTrainingJob request beyond its shape."""

import re
from typing import Any

from local_aws.sagemaker import objects
from local_aws.sagemaker.errors import SageMakerError, invalid
from local_aws.sagemaker.store import Record

REQUIRED_HERE = ("AlgorithmSpecification", "ResourceConfig")
INPUT_MODES = {"File", "FastFile"}


def check_training_request(request: Record, s3: Any) -> None:
    """Refuse a training job that could not run here.

    Args:
        request: CreateTrainingJob's parameters, of the right shape.
        s3: client of the embedded S3.

    Raises:
        SageMakerError: as AWS's where AWS refuses it too, else saying what this SageMaker lacks.
    """
    for member in REQUIRED_HERE:
        if member not in request:
            raise invalid(
                f"1 validation error detected: Value null at '{member}' failed to satisfy "
                "constraint: Member must not be null"
            )
    if request["ResourceConfig"].get("InstanceCount", 1) != 1:
        raise SageMakerError(
            "ResourceLimitExceeded",
            "The embedded SageMaker trains on one machine; InstanceCount must be 1.",
        )
    _check_metrics(request["AlgorithmSpecification"])
    for channel in request.get("InputDataConfig", []):
        _check_channel(channel, request, s3)


def _check_metrics(algorithm: Record) -> None:
    for definition in algorithm.get("MetricDefinitions", []):
        name, regex = definition["Name"], definition["Regex"]
        try:
            groups = re.compile(regex).groups
        except re.error as error:
            raise invalid(
                f"The regex {regex!r} of the metric {name!r} is wrong: {error}."
            ) from None
        if not groups:
            raise invalid(f"The regex {regex!r} of the metric {name!r} has no group for the value.")


def _check_channel(channel: Record, request: Record, s3: Any) -> None:
    name = channel["ChannelName"]
    mode = channel.get("InputMode", request["AlgorithmSpecification"]["TrainingInputMode"])
    source = channel["DataSource"].get("S3DataSource")
    if mode not in INPUT_MODES:
        raise invalid(f"The channel {name!r} has the input mode {mode}; here there is File.")
    if source is None or source["S3DataType"] != "S3Prefix":
        raise invalid(f"The data of the channel {name!r} must be an S3DataSource of S3Prefix here.")
    if not objects.any_under(s3, source["S3Uri"]):
        raise invalid(
            f'No S3 objects found under S3 URL "{source["S3Uri"]}" given in input data source. '
            f"The bucket and objects under that prefix must exist, and the role "
            f'"{request["RoleArn"]}" must be allowed to list them.'
        )
