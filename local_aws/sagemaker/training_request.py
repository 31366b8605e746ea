"""Checks of CreateTrainingJob beyond the request's shape."""

import re
from pathlib import Path
from typing import Any

from local_aws.sagemaker import namespace, objects
from local_aws.sagemaker.checkpoints import local_folder
from local_aws.sagemaker.errors import SageMakerError, invalid
from local_aws.sagemaker.images import TRAINING, check_image
from local_aws.sagemaker.store import Record

REQUIRED_HERE = ("AlgorithmSpecification", "ResourceConfig")
INPUT_MODES = {"File", "FastFile"}
DEFAULT_MAX_RUNTIME_SECONDS = 86_400
MAX_HOSTS = 20


def check_training_request(request: Record, s3: Any) -> None:
    """Refuse a training job that the embedded SageMaker cannot run.

    Args:
        request: parameters of CreateTrainingJob, with a valid shape.
        s3: client of the embedded S3.

    Raises:
        SageMakerError: AWS's error if AWS refuses it as well; otherwise naming the feature that
            the embedded SageMaker lacks.
    """
    for member in REQUIRED_HERE:
        if member not in request:
            raise invalid(
                f"1 validation error detected: Value null at '{member}' failed to satisfy "
                "constraint: Member must not be null"
            )
    _check_algorithm(request["AlgorithmSpecification"])
    _check_hosts(request["ResourceConfig"])
    _check_spot(request)
    _check_checkpoints(request)
    _check_metrics(request["AlgorithmSpecification"])
    for channel in request.get("InputDataConfig", []):
        _check_channel(channel, request, s3)


def artifact_uri(record: Record) -> str:
    """Return the URI of a training job's model.tar.gz."""
    path = str(record["OutputDataConfig"]["S3OutputPath"]).rstrip("/")
    return f"{path}/{record['TrainingJobName']}/output/model.tar.gz"


def _check_algorithm(algorithm: Record) -> None:
    if "AlgorithmName" in algorithm or "TrainingImage" not in algorithm:
        raise invalid(
            "The embedded SageMaker does not support AlgorithmName; give a TrainingImage."
        )
    check_image(algorithm["TrainingImage"], TRAINING)
    words = [*algorithm.get("ContainerEntrypoint", []), *algorithm.get("ContainerArguments", [])]
    obstacle = namespace.obstacle() if any(namespace.OPT_ML in word for word in words) else None
    if obstacle is not None:
        raise invalid(
            f"ContainerEntrypoint or ContainerArguments name {namespace.OPT_ML}, which a container "
            f"cannot have on this machine: {obstacle}. Linux allows it to root, and to other users "
            "where user namespaces are enabled."
        )


def _check_hosts(resources: Record) -> None:
    if "InstanceGroups" in resources:
        raise invalid("The embedded SageMaker does not support InstanceGroups; use InstanceCount.")
    count = resources.get("InstanceCount", 1)
    if count < 1:
        raise invalid(f"The InstanceCount {count} must be 1 or more.")
    if count > MAX_HOSTS:
        raise SageMakerError(
            "ResourceLimitExceeded",
            f"The embedded SageMaker starts up to {MAX_HOSTS} hosts; {count} were requested.",
        )


def _check_spot(request: Record) -> None:
    limits = request.get("StoppingCondition", {})
    wait = limits.get("MaxWaitTimeInSeconds")
    if not request.get("EnableManagedSpotTraining"):
        if wait is not None:
            raise invalid("MaxWaitTimeInSeconds needs EnableManagedSpotTraining.")
        return
    runtime = limits.get("MaxRuntimeInSeconds", DEFAULT_MAX_RUNTIME_SECONDS)
    if wait is None or wait < runtime:
        raise invalid(
            "EnableManagedSpotTraining needs a MaxWaitTimeInSeconds that is equal to or greater "
            f"than MaxRuntimeInSeconds ({runtime})."
        )


def _check_checkpoints(request: Record) -> None:
    config = request.get("CheckpointConfig")
    if config is None:
        return
    if not objects.parse(config["S3Uri"])[0]:
        raise invalid(f"The S3Uri {config['S3Uri']!r} of CheckpointConfig names no bucket.")
    try:
        local_folder(config, Path())
    except ValueError as error:
        raise invalid(f"The LocalPath of CheckpointConfig is invalid: {error}.") from None


def _check_metrics(algorithm: Record) -> None:
    for definition in algorithm.get("MetricDefinitions", []):
        name, regex = definition["Name"], definition["Regex"]
        try:
            groups = re.compile(regex).groups
        except re.error as error:
            raise invalid(
                f"The regex {regex!r} of the metric {name!r} is invalid: {error}."
            ) from None
        if not groups:
            raise invalid(f"The regex {regex!r} of the metric {name!r} has no group for the value.")


def _check_channel(channel: Record, request: Record, s3: Any) -> None:
    name = channel["ChannelName"]
    mode = channel.get("InputMode", request["AlgorithmSpecification"]["TrainingInputMode"])
    source = channel["DataSource"].get("S3DataSource")
    if mode not in INPUT_MODES:
        raise invalid(
            f"The embedded SageMaker does not support the input mode {mode} (channel {name!r}); "
            f"use {' or '.join(sorted(INPUT_MODES))}."
        )
    if source is None or source["S3DataType"] != "S3Prefix":
        kind = next(iter(channel["DataSource"]), "none") if source is None else source["S3DataType"]
        raise invalid(
            f"The embedded SageMaker does not support the data source {kind} (channel {name!r}); "
            "use an S3DataSource of the type S3Prefix."
        )
    if not objects.any_under(s3, source["S3Uri"]):
        raise no_objects(s3, source["S3Uri"], request["RoleArn"])


def no_objects(s3: Any, uri: str, role: str) -> SageMakerError:
    """Return the error for input data that the role does not find at `uri`."""
    return invalid(
        f'No S3 objects found under S3 URL "{uri}" given in input data source. '
        "Please ensure that the bucket exists in the selected region "
        f"({s3.meta.region_name}), that objects exist under that S3 prefix, and that the role "
        f'"{role}" has "s3:ListBucket" permissions on bucket "{objects.parse(uri)[0]}".'
    )
