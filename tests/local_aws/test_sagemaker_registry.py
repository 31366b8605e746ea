"""Model registry of the embedded SageMaker: groups, versions, approval."""

from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_aws.sagemaker import SageMakerService
from local_aws.sagemaker.arns import resource_arn
from local_aws.sagemaker.validation import operation_model, problems_of
from tests.local_aws.conftest import Emulator
from tests.local_aws.support.service import Client
from tests.local_aws.support.stack import Stack
from tests.local_aws.test_kept_resources import import_into

SAGEMAKER = "arn:aws:sagemaker:us-east-1:000000000000"
GROUP, NAME = f"{SAGEMAKER}:model-package-group/films", "films"
SPECIFICATION = {
    "Containers": [
        {"Image": "1.dkr.ecr.us-east-1.amazonaws.com/pytorch:1", "ModelDataUrl": "s3://b/m"}
    ],
    "SupportedContentTypes": ["text/plain"],
}


@pytest.fixture
def service(tmp_path: Path) -> SageMakerService:
    """A SageMaker with an empty registry."""
    return SageMakerService(tmp_path, "http://127.0.0.1:9", "us-east-1")


@pytest.fixture
def registry(service: SageMakerService) -> Client:
    """A registry with one group."""
    client = Client(service)
    made = client.create_model_package_group(
        ModelPackageGroupName=NAME, Tags=[{"Key": "application", "Value": "films"}]
    )
    assert made == {"ModelPackageGroupArn": GROUP}
    return client


def register(registry: Client, status: str = "Approved", **further: Any) -> str:
    """Create a package and return its ARN."""
    answer = registry.create_model_package(
        ModelPackageGroupName=NAME, ModelApprovalStatus=status,
        InferenceSpecification=SPECIFICATION, **further,
    )  # fmt: skip
    return str(answer["ModelPackageArn"])


def refusal(call: Any, **request: Any) -> str:
    """Return the code and the message of a refused request."""
    with pytest.raises(ClientError) as error:
        call(**request)
    found = error.value.response["Error"]
    return f"{found['Code']}: {found['Message']}"


def test_versions_are_numbered_and_never_used_again(registry: Client) -> None:
    arns = [register(registry) for _ in range(2)]
    assert arns == [f"{SAGEMAKER}:model-package/films/{number}" for number in (1, 2)]
    registry.delete_model_package(ModelPackageName=arns[1])
    assert register(registry).endswith("/films/3")
    assert "does not exist" in refusal(registry.describe_model_package, ModelPackageName=arns[1])


def test_descriptions_and_summaries_have_awss_shape(
    registry: Client, service: SageMakerService
) -> None:
    arn = register(registry, CustomerMetadataProperties={"accuracy": "0.9"})
    for operation, request in (
        ("DescribeModelPackage", {"ModelPackageName": arn}),
        ("DescribeModelPackageGroup", {"ModelPackageGroupName": NAME}),
        ("ListModelPackages", {"ModelPackageGroupName": GROUP}),
        ("ListModelPackageGroups", {}),
    ):
        shape = operation_model(operation).output_shape
        assert shape is not None
        assert problems_of(service.call(operation, request), shape) == []
    described = registry.describe_model_package(ModelPackageName=arn)
    assert described["InferenceSpecification"] == SPECIFICATION
    assert described["ModelPackageVersion"] == 1
    (summary,) = registry.list_model_packages(ModelPackageGroupName=NAME)["ModelPackageSummaryList"]
    assert "ModelPackageName" not in summary  # as on AWS, for versions
    tags = registry.list_tags(ResourceArn=GROUP)["Tags"]
    assert tags == [{"Key": "application", "Value": "films"}]


def test_packages_are_listed_by_group_and_status(registry: Client) -> None:
    register(registry)
    rejected = register(registry, "Rejected")
    registry.create_model_package_group(ModelPackageGroupName="hotels")
    listed = registry.list_model_packages(
        ModelPackageGroupName=NAME, ModelApprovalStatus="Rejected"
    )
    assert [one["ModelPackageArn"] for one in listed["ModelPackageSummaryList"]] == [rejected]
    for request in ({"ModelPackageGroupName": "hotels"}, {}):  # versions need their group
        assert registry.list_model_packages(**request) == {"ModelPackageSummaryList": []}
    missing = refusal(registry.list_model_packages, ModelPackageGroupName="books")
    assert missing.endswith("model-package-group/books does not exist.")


def test_an_update_changes_the_approval_and_adds_properties(registry: Client) -> None:
    arn = register(registry, CustomerMetadataProperties={"accuracy": "0.9"})
    registry.update_model_package(
        ModelPackageArn=arn, ModelApprovalStatus="Rejected", ApprovalDescription="worse",
        CustomerMetadataProperties={"in_service": "never"},
    )  # fmt: skip
    found = registry.describe_model_package(ModelPackageName=arn)
    assert found["ModelApprovalStatus"] == "Rejected"
    assert found["ApprovalDescription"] == "worse"
    assert found["CustomerMetadataProperties"] == {"accuracy": "0.9", "in_service": "never"}
    registry.update_model_package(
        ModelPackageArn=arn, CustomerMetadataPropertiesToRemove=["accuracy"]
    )
    found = registry.describe_model_package(ModelPackageName=arn)
    assert found["CustomerMetadataProperties"] == {"in_service": "never"}


def test_a_group_with_packages_stays(registry: Client) -> None:
    arn = register(registry)
    conflict = refusal(registry.delete_model_package_group, ModelPackageGroupName=NAME)
    assert conflict.startswith("ConflictException: ")
    registry.delete_model_package(ModelPackageName=arn)
    registry.delete_model_package_group(ModelPackageGroupName=GROUP)
    assert "does not exist" in refusal(
        registry.describe_model_package_group, ModelPackageGroupName=NAME
    )


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ({"ModelApprovalStatus": "Good"}, "satisfy enum value set"),
        ({"Tags": [{"Key": "a", "Value": "b"}]}, "cannot have Tags"),
        ({"ModelPackageName": "films"}, "does not support ModelPackageName"),
        ({"CertifyForMarketplace": True}, "does not support CertifyForMarketplace"),
        ({"ModelPackageGroupName": "books"}, "model-package-group/books does not exist"),
    ],
)
def test_invalid_packages_are_refused(
    registry: Client, request_: dict[str, Any], message: str
) -> None:
    request = {"ModelPackageGroupName": NAME, **request_}
    assert message in refusal(registry.create_model_package, **request)


def test_a_package_that_the_marketplace_need_not_certify_is_created(registry: Client) -> None:
    """SageMaker's SDK always names CertifyForMarketplace."""
    assert register(registry, CertifyForMarketplace=False).endswith("/films/1")


def test_a_client_token_makes_one_package(registry: Client) -> None:
    first, again, other = (register(registry, ClientToken=token) for token in ("a", "a", "b"))
    assert again == first != other
    assert "ClientToken" not in registry.describe_model_package(ModelPackageName=first)


def test_a_name_is_taken_once(registry: Client) -> None:
    taken = refusal(registry.create_model_package_group, ModelPackageGroupName=NAME)
    assert taken == f"ValidationException: Model Package Group already exists: {GROUP}"


def test_a_registry_outlives_its_process(registry: Client, tmp_path: Path) -> None:
    first = register(registry)
    again = Client(SageMakerService(tmp_path, "http://127.0.0.1:9", "us-east-1"))
    assert again.describe_model_package(ModelPackageName=first)["ModelPackageArn"] == first
    assert register(again).endswith("/films/2")


@pytest.mark.parametrize(
    ("operation", "request_", "checked"),
    [
        ("CreateModelPackage", {"ModelPackageGroupName": NAME}, "model-package-group/films"),
        ("ListModelPackages", {"ModelPackageGroupName": GROUP}, "model-package/films/*"),
        ("ListModelPackages", {}, "*"),
        ("DeleteModelPackageGroup", {"ModelPackageGroupName": NAME}, "model-package-group/films"),
        (
            "DescribeModelPackage", {"ModelPackageName": f"{SAGEMAKER}:model-package/films/1"},
            "model-package/films/1",
        ),
        (
            "UpdateModelPackage", {"ModelPackageArn": f"{SAGEMAKER}:model-package/films/1"},
            "model-package/films/1",
        ),
    ],
)  # fmt: skip
def test_permissions_are_checked_on_the_group_and_its_packages(
    operation: str, request_: dict[str, str], checked: str
) -> None:
    found = resource_arn(operation, request_, region="us-east-1", account="000000000000")
    assert found == (checked if checked == "*" else f"{SAGEMAKER}:{checked}")


def test_a_stack_creates_retags_and_deletes_a_group(emulator: Emulator) -> None:
    def group(owner: str) -> dict[str, Any]:
        tags = [{"Key": "owner", "Value": owner}]
        properties = {"ModelPackageGroupName": "of-a-stack", "Tags": tags}
        return {"Group": {"Type": "AWS::SageMaker::ModelPackageGroup", "Properties": properties}}

    stack, sagemaker = Stack(emulator, "registry"), emulator.client("sagemaker")
    created = stack.deploy(group("a"), Arn={"Ref": "Group"})
    assert created.status == "CREATE_COMPLETE", created.reasons
    arn = f"{SAGEMAKER}:model-package-group/of-a-stack"
    assert created.outputs["Arn"] == arn
    assert stack.deploy(group("b")).status == "UPDATE_COMPLETE"
    assert {"Key": "owner", "Value": "b"} in sagemaker.list_tags(ResourceArn=arn)["Tags"]
    package = sagemaker.create_model_package(ModelPackageGroupName="of-a-stack")["ModelPackageArn"]
    assert stack.delete() == "DELETE_FAILED"
    sagemaker.delete_model_package(ModelPackageName=package)
    assert stack.delete() == "DELETE_COMPLETE"
    left = sagemaker.list_model_package_groups(NameContains="of-a-stack")
    assert left["ModelPackageGroupSummaryList"] == []


def test_a_new_stack_imports_a_kept_group(emulator: Emulator) -> None:
    properties = {"ModelPackageGroupName": "kept-group"}
    group = {
        "Type": "AWS::SageMaker::ModelPackageGroup", "Properties": properties,
        "DeletionPolicy": "RetainExceptOnCreate",
    }  # fmt: skip
    stack, sagemaker = Stack(emulator, "registry-kept"), emulator.client("sagemaker")
    assert stack.deploy({"Group": group}).status == "CREATE_COMPLETE"
    package = sagemaker.create_model_package(ModelPackageGroupName="kept-group")["ModelPackageArn"]
    assert stack.delete() == "DELETE_COMPLETE"
    taken = Stack(emulator, "registry-again").deploy({"Group": group})
    assert taken.status == "ROLLBACK_COMPLETE"
    assert any("already exists" in reason for reason in taken.reasons)
    arn = f"{SAGEMAKER}:model-package-group/kept-group"
    identifier = {"Group": {"ModelPackageGroupArn": arn}}
    status = import_into(emulator, "registry-adopts", {"Group": group}, identifier)
    assert status == "IMPORT_COMPLETE"
    listed = sagemaker.list_model_packages(ModelPackageGroupName="kept-group")
    assert [one["ModelPackageArn"] for one in listed["ModelPackageSummaryList"]] == [package]


def test_a_group_with_packages_outlives_its_declaration(emulator: Emulator) -> None:
    """CloudFormation tries to delete it after the update, which it does not undo."""
    properties = {"ModelPackageGroupName": "undeclared"}
    other = {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {}}}
    group = {"Group": {"Type": "AWS::SageMaker::ModelPackageGroup", "Properties": properties}}
    stack, sagemaker = Stack(emulator, "registry-off"), emulator.client("sagemaker")
    assert stack.deploy({**other, **group}).status == "CREATE_COMPLETE"
    sagemaker.create_model_package(ModelPackageGroupName="undeclared")
    assert stack.deploy(other).status == "UPDATE_COMPLETE"
    assert sagemaker.describe_model_package_group(ModelPackageGroupName="undeclared")


UNKNOWN = {"Containers": [{"Image": "1.dkr.ecr.us-east-1.amazonaws.com/xgboost:1"}]}


@pytest.mark.parametrize(
    "members",
    [
        {"InferenceSpecification": UNKNOWN},
        {"AdditionalInferenceSpecifications": [{"Name": "other", **UNKNOWN}]},
    ],
)
def test_a_package_with_an_unknown_image_is_refused(
    registry: Client, members: dict[str, Any]
) -> None:
    assert "xgboost:1" in refusal(
        registry.create_model_package, ModelPackageGroupName=NAME, **members
    )
    assert registry.list_model_packages(ModelPackageGroupName=NAME)["ModelPackageSummaryList"] == []


@pytest.mark.parametrize(
    "members",
    [
        {"InferenceSpecification": UNKNOWN},
        {"AdditionalInferenceSpecificationsToAdd": [{"Name": "other", **UNKNOWN}]},
    ],
)
def test_a_package_does_not_get_an_unknown_image(registry: Client, members: dict[str, Any]) -> None:
    arn = register(registry)
    assert "xgboost:1" in refusal(registry.update_model_package, ModelPackageArn=arn, **members)
