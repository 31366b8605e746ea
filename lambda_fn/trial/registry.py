"""Model registry: a package for each model that came into service or was refused."""

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from eventual_consistency import repeat
from resource_properties import Properties, optional_text, optional_texts, text, texts

logger = logging.getLogger(__name__)

PENDING, APPROVED, REJECTED = "PendingManualApproval", "Approved", "Rejected"
ROLLED_BACK = "CloudFormation rolled the deployment back"
METRICS = ("accuracy", "balanced_accuracy", "expected_calibration_error")
CONTENT_TYPES = ["text/plain", "application/json"]
MISSING = "does not exist"
# https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateModelPackage.html
FORBIDDEN = re.compile(r"[^\w.:/=+\-@ ]")
LONGEST_KEY, LONGEST_VALUE, MOST_PROPERTIES = 128, 256, 50
KEPT_TIMES = 12  # as many as fit into a property


@dataclass(frozen=True)
class Package:
    """A model as it is registered.

    Attributes:
        group: name of the group of packages.
        artifact: S3 URI of the model, by which its package is found.
        image: the serving image.
        environment: environment variables of its container.
        instance_types: instance type for `Realtime` and for `Transform`, as far as they apply.
        version: name of the training job, if the deployment has trained the model.
        is_removed: whether destroying the environment removes the packages.
    """

    group: str
    artifact: str
    image: str
    environment: Mapping[str, str] = field(default_factory=dict)
    instance_types: Mapping[str, str] = field(default_factory=dict)
    version: str | None = None
    is_removed: bool = False

    @classmethod
    def from_properties(cls, properties: Properties) -> "Package | None":
        """Return the package in a custom resource's properties, or None without a registry.

        Raises:
            PropertyError: naming the property that is missing or wrong.
        """
        if "Package" not in properties:
            return None
        described = texts(properties, "Package")
        return cls(
            group=text(described, "Group"),
            artifact=text(described, "Artifact"),
            image=text(described, "Image"),
            environment=optional_texts(properties, "Environment"),
            instance_types=optional_texts(properties, "InstanceTypes"),
            version=optional_text(properties, "ModelVersion"),
            is_removed=described.get("Removal") == "destroy",
        )


def register(
    sagemaker: Any,
    package: Package,
    status: str,
    why: str = "",
    card: Mapping[str, Any] | None = None,
) -> str | None:
    """Record the approval status of a model, in the package that it has or in a new one.

    Returns the status that it had; None for a new package.

    Args:
        sagemaker: SageMaker client.
        package: the model.
        status: `PENDING`, `APPROVED` or `REJECTED`. A rejected package keeps its first reason.
        why: reason for the status.
        card: the model's description of itself, with its metrics and hashes.
    """
    found = repeat(lambda: _find(sagemaker, package))
    before = str(found["ModelApprovalStatus"]) if found else None
    properties = _described(package, card or {})
    if found is None:
        arn = _create(sagemaker, package, status, properties)
    elif status == REJECTED == before:
        return before
    else:
        arn = found["ModelPackageArn"]
    if status == APPROVED:
        properties["in_service"] = _times(sagemaker, arn)
    logger.info("model package %s is %s", arn, status)
    sagemaker.update_model_package(
        ModelPackageArn=arn,
        ModelApprovalStatus=status,
        ApprovalDescription=why,
        **_kept(properties),
    )
    return before


def remove_packages(sagemaker: Any, group: str) -> None:
    """Delete all packages of a group, which CloudFormation can then delete."""
    try:
        arns = [one["ModelPackageArn"] for one in _listed(sagemaker, group)]
    except ClientError as error:
        if MISSING not in error.response["Error"]["Message"]:
            raise
        return
    for arn in arns:
        logger.info("deleting model package %s", arn)
        sagemaker.delete_model_package(ModelPackageName=arn)


def _find(sagemaker: Any, package: Package) -> dict[str, Any] | None:
    """Return the summary of a model's newest package, or None."""
    for one in _listed(sagemaker, package.group):
        if one.get("ModelPackageDescription") == package.artifact:
            return one
    return None


def _listed(sagemaker: Any, group: str) -> list[dict[str, Any]]:
    """Return the summaries of all packages of a group, newest first."""
    pages = sagemaker.get_paginator("list_model_packages").paginate(
        ModelPackageGroupName=group, SortBy="CreationTime", SortOrder="Descending"
    )
    return [one for page in pages for one in page["ModelPackageSummaryList"]]


def _create(sagemaker: Any, package: Package, status: str, properties: dict[str, str]) -> str:
    """Create a package and return its ARN."""
    answer = sagemaker.create_model_package(
        ModelPackageGroupName=package.group,
        ModelPackageDescription=package.artifact,
        ModelApprovalStatus=status,
        InferenceSpecification={
            "Containers": [
                {
                    "Image": package.image,
                    "ModelDataUrl": package.artifact,
                    "Environment": dict(package.environment),
                }
            ],
            "SupportedContentTypes": CONTENT_TYPES,
            "SupportedResponseMIMETypes": CONTENT_TYPES,
            **{
                f"Supported{use}InstanceTypes": [instance]
                for use, instance in package.instance_types.items()
            },
        },
        **_kept(properties),
        **({"MetadataProperties": {"GeneratedBy": package.version}} if package.version else {}),
    )
    return str(answer["ModelPackageArn"])


def _kept(properties: dict[str, str]) -> dict[str, Any]:
    """Return the member with a package's properties; AWS refuses an empty one."""
    return {"CustomerMetadataProperties": properties} if properties else {}


def _described(package: Package, card: Mapping[str, Any]) -> dict[str, str]:
    """Return a model's version, metrics and hashes as properties of its package.

    The hashes are those of the source and of the datasets, and of each file in the artifact.
    """
    metrics = card.get("metrics")
    found = {
        "model_version": card.get("model_version", package.version),
        "trained_at": card.get("trained_at"),
        **{name: metrics.get(name) for name in METRICS if isinstance(metrics, Mapping)},
    }
    for hashes in (card.get("sha256"), card.get("files")):
        if isinstance(hashes, Mapping):
            found |= {f"sha256_{name}": value for name, value in hashes.items()}
    known = {key: "" if value is None else str(value) for key, value in found.items()}
    stated = [(key, value) for key, value in known.items() if value]
    return {
        FORBIDDEN.sub("_", key)[:LONGEST_KEY]: FORBIDDEN.sub("_", value)[:LONGEST_VALUE]
        for key, value in stated[: MOST_PROPERTIES - 1]
    }


def _times(sagemaker: Any, arn: str) -> str:
    """Return the last times at which a model came into service, the present one included."""
    found = sagemaker.describe_model_package(ModelPackageName=arn)
    times = found.get("CustomerMetadataProperties", {}).get("in_service", "").split()
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return " ".join([*times, now][-KEPT_TIMES:])
