"""The model registry: groups of model packages, which are numbered from 1."""

import threading

from local_aws.sagemaker.context import Context, now
from local_aws.sagemaker.errors import SageMakerError, invalid
from local_aws.sagemaker.images import check_known
from local_aws.sagemaker.listing import page
from local_aws.sagemaker.store import Record

GROUP, PACKAGE = "model-package-group", "model-package"
STATUS = {
    "ModelPackageStatus": "Completed",
    "ModelPackageStatusDetails": {"ValidationStatuses": []},
}
DEFAULT_APPROVAL = "PendingManualApproval"
# Members of CreateModelPackage for packages of the Marketplace
REFUSED = (
    "ModelPackageName", "ValidationSpecification", "SourceAlgorithmSpecification",
    "CertifyForMarketplace",
)  # fmt: skip

# Members of UpdateModelPackage that do not replace those of the package
OF_UPDATES = {
    "ModelPackageArn", "ClientToken", "CustomerMetadataProperties",
    "CustomerMetadataPropertiesToRemove", "AdditionalInferenceSpecificationsToAdd",
}  # fmt: skip


def check_package(request: Record) -> None:
    """Refuse what AWS refuses although its shape is valid, and packages without a version.

    Source: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateModelPackage.html

    Raises:
        SageMakerError: naming the member.
    """
    for member in REFUSED:
        if request.get(member, False) is not False:  # a client may spell the default out
            raise invalid(f"The embedded SageMaker does not support {member} of model packages.")
    if "ModelPackageGroupName" not in request:
        raise invalid(
            "The embedded SageMaker supports model packages only with a ModelPackageGroupName."
        )
    if "Tags" in request:
        raise invalid("A versioned model package cannot have Tags; it uses those of its group.")
    check_images(request)


def check_images(request: Record) -> None:
    """Refuse a package whose containers no endpoint could run.

    Args:
        request: parameters of CreateModelPackage or UpdateModelPackage.

    Raises:
        SageMakerError: naming the image.
    """
    specifications = [
        request.get("InferenceSpecification", {}),
        *request.get("AdditionalInferenceSpecifications", []),
        *request.get("AdditionalInferenceSpecificationsToAdd", []),
    ]
    for specification in specifications:
        for container in specification.get("Containers", []):
            if "Image" in container:
                check_known(container["Image"])


class ModelPackages:
    """Serves the operations of groups and of their packages."""

    def __init__(self, context: Context) -> None:
        """Keep the records in the context's store."""
        self._context, self._store = context, context.store
        self._lock = threading.Lock()  # two packages must not get the same number

    def create_group(self, request: Record) -> Record:
        """CreateModelPackageGroup."""
        name = request["ModelPackageGroupName"]
        arn = self._context.arn(GROUP, name)
        record = {
            **request, "ModelPackageGroupArn": arn, "CreationTime": now(), "CreatedBy": {},
            "ModelPackageGroupStatus": "Completed", "Latest": 0,
        }  # fmt: skip
        if not self._store.add(GROUP, name, record):
            raise invalid(f"Model Package Group already exists: {arn}")
        return {"ModelPackageGroupArn": arn}

    def describe_group(self, request: Record) -> Record:
        """DescribeModelPackageGroup."""
        record = self._group(request["ModelPackageGroupName"])
        return {key: value for key, value in record.items() if key not in {"Tags", "Latest"}}

    def list_groups(self, request: Record) -> Record:
        """ListModelPackageGroups."""
        return page(
            self._store.list(GROUP), request,
            name="ModelPackageGroupName", answer="ModelPackageGroupSummaryList",
            fields=(
                "ModelPackageGroupArn", "ModelPackageGroupDescription", "CreationTime",
                "ModelPackageGroupStatus",
            ),
        )  # fmt: skip

    def delete_group(self, request: Record) -> Record:
        """DeleteModelPackageGroup, which AWS refuses while the group has packages."""
        with self._lock:
            record = self._group(request["ModelPackageGroupName"])
            name = record["ModelPackageGroupName"]
            if any(one["ModelPackageGroupName"] == name for one in self._store.list(PACKAGE)):
                raise SageMakerError(
                    "ConflictException",
                    f"Model Package Group {record['ModelPackageGroupArn']} cannot be deleted: it "
                    "still contains model packages.",
                )
            self._store.delete(GROUP, name)
        return {}

    def create(self, request: Record) -> Record:
        """CreateModelPackage; a repeated ClientToken returns its first package."""
        check_package(request)
        token = request.get("ClientToken")
        with self._lock:
            for one in self._store.list(PACKAGE):
                if token is not None and one.get("ClientToken") == token:
                    return {"ModelPackageArn": one["ModelPackageArn"]}
            group = self._group(request["ModelPackageGroupName"])
            name, version = group["ModelPackageGroupName"], group["Latest"] + 1
            arn = self._context.arn(PACKAGE, f"{name}/{version}")
            self._store.update(GROUP, name, Latest=version)
            record = {
                "ModelApprovalStatus": DEFAULT_APPROVAL, **request, **STATUS,
                "ModelPackageName": name, "ModelPackageGroupName": name,
                "ModelPackageVersion": version, "ModelPackageArn": arn, "CreationTime": now(),
            }  # fmt: skip
            self._store.put(PACKAGE, _key(arn), record)
        return {"ModelPackageArn": arn}

    def describe(self, request: Record) -> Record:
        """DescribeModelPackage."""
        record = self._package(request["ModelPackageName"])
        record.pop("ClientToken", None)
        return record

    def list(self, request: Record) -> Record:
        """ListModelPackages; unlike a description, a summary of a version has no name."""
        found = self._store.list(PACKAGE)
        if "ModelPackageGroupName" in request:
            group = self._group(request["ModelPackageGroupName"])
            request = request | {"ModelPackageGroupName": group["ModelPackageGroupName"]}
        elif request.get("ModelPackageType", "Unversioned") == "Unversioned":
            found = []
        return page(
            found, request,
            name="ModelPackageArn", answer="ModelPackageSummaryList",
            fields=(
                "ModelPackageGroupName", "ModelPackageVersion", "ModelPackageDescription",
                "CreationTime", "ModelPackageStatus", "ModelApprovalStatus",
            ),
        )  # fmt: skip

    def update(self, request: Record) -> Record:
        """UpdateModelPackage, which adds to the customer's properties."""
        check_images(request)
        record = self._package(request["ModelPackageArn"])
        removed = request.get("CustomerMetadataPropertiesToRemove", [])
        properties = record.get("CustomerMetadataProperties", {}) | request.get(
            "CustomerMetadataProperties", {}
        )
        kept = {key: value for key, value in properties.items() if key not in removed}
        changes = {key: value for key, value in request.items() if key not in OF_UPDATES}
        self._store.update(
            PACKAGE, _key(record["ModelPackageArn"]), **changes, LastModifiedTime=now(),
            **({"CustomerMetadataProperties": kept} if kept or removed else {}),
        )  # fmt: skip
        return {"ModelPackageArn": record["ModelPackageArn"]}

    def delete(self, request: Record) -> Record:
        """DeleteModelPackage."""
        record = self._package(request["ModelPackageName"])
        self._store.delete(PACKAGE, _key(record["ModelPackageArn"]))
        return {}

    def container(self, name_or_arn: str) -> Record:
        """Return the container of an approved package.

        Raises:
            SageMakerError: when the package is missing, not approved, or without one container.
        """
        package = self._package(name_or_arn)
        arn, approval = package["ModelPackageArn"], package["ModelApprovalStatus"]
        if approval != "Approved":
            raise invalid(
                f"The model package {arn} cannot be deployed: its ModelApprovalStatus is "
                f"{approval}; it must be Approved."
            )
        containers = package.get("InferenceSpecification", {}).get("Containers", [])
        if len(containers) != 1:
            raise invalid(
                f"The embedded SageMaker serves a model package with one container in its "
                f"InferenceSpecification; {arn} has {len(containers)}."
            )
        return dict(containers[0])

    def _group(self, name_or_arn: str) -> Record:
        """Return a group.

        Raises:
            SageMakerError: when it does not exist.
        """
        name = name_or_arn.rpartition("/")[2]
        record = self._store.get(GROUP, name)
        if record is None:
            raise invalid(f"ModelPackageGroup {self._context.arn(GROUP, name)} does not exist.")
        return record

    def _package(self, name_or_arn: str) -> Record:
        """Return a package.

        Raises:
            SageMakerError: when it does not exist.
        """
        name = name_or_arn.partition(f":{PACKAGE}/")[2] or name_or_arn
        arn = self._context.arn(PACKAGE, name)
        record = self._store.get(PACKAGE, _key(arn))
        if record is None:
            raise invalid(f"ModelPackage {arn} does not exist.")
        return record


def _key(arn: str) -> str:
    """Return the name of a package's record: no name of a group contains an @."""
    return arn.partition(f":{PACKAGE}/")[2].replace("/", "@")
