"""Models whose container is that of a model package."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local_aws.conftest import Emulator
from tests.local_aws.support import endpoints

GROUP, BUCKET = "packaged", "packaged-models"
CONTAINER = {
    "Image": endpoints.SCIKIT_LEARN,
    "ModelDataUrl": f"s3://{BUCKET}/model.tar.gz",
    "Environment": {"SAGEMAKER_PROGRAM": "inference.py", "GREETING": "hello"},
}


@pytest.fixture(scope="module")
def registry(emulator: Emulator) -> Emulator:
    """An emulator with a group of packages and the artifact that they name."""
    s3 = emulator.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    s3.put_object(Bucket=BUCKET, Key="model.tar.gz", Body=endpoints.artifact("packaged"))
    emulator.client("sagemaker").create_model_package_group(ModelPackageGroupName=GROUP)
    return emulator


def register(registry: Emulator, approval: str, *containers: dict[str, Any]) -> str:
    """Create a package and return its ARN."""
    specification = {"Containers": list(containers), "SupportedContentTypes": ["text/plain"]}
    package = registry.client("sagemaker").create_model_package(
        ModelPackageGroupName=GROUP,
        ModelApprovalStatus=approval,
        **({"InferenceSpecification": specification} if containers else {}),
    )
    return str(package["ModelPackageArn"])


def create(registry: Emulator, name: str, package: str, **container: Any) -> None:
    registry.client("sagemaker").create_model(
        ModelName=name,
        ExecutionRoleArn=endpoints.ROLE,
        PrimaryContainer={"ModelPackageName": package, **container},
    )


def test_an_approved_package_is_served_with_the_variables_of_the_model(registry: Emulator) -> None:
    sagemaker = registry.client("sagemaker")
    package = register(registry, "PendingManualApproval", CONTAINER)
    with pytest.raises(ClientError, match="PendingManualApproval; it must be Approved"):
        create(registry, "from-package", package)
    sagemaker.update_model_package(ModelPackageArn=package, ModelApprovalStatus="Approved")
    create(registry, "from-package", package, Environment={"NAME": "world"})

    described = sagemaker.describe_model(ModelName="from-package")
    assert described["PrimaryContainer"] == {
        "ModelPackageName": package, "Environment": {"NAME": "world"},
    }  # fmt: skip
    assert "PackagedContainer" not in described

    sagemaker.create_endpoint_config(
        EndpointConfigName="from-package",
        ProductionVariants=[
            {"VariantName": "blue", "ModelName": "from-package", **endpoints.INSTANCE}
        ],
    )
    sagemaker.create_endpoint(EndpointName="from-package", EndpointConfigName="from-package")
    endpoint = endpoints.settled(registry, "from-package")
    (image,) = endpoint["ProductionVariants"][0]["DeployedImages"]
    assert image["SpecifiedImage"] == endpoints.SCIKIT_LEARN
    assert endpoints.ask(registry, "from-package", "environment GREETING") == "packaged: hello"
    assert endpoints.ask(registry, "from-package", "environment NAME") == "packaged: world"


@pytest.mark.parametrize(
    ("approval", "containers", "reason"),
    [
        ("Rejected", [CONTAINER], "Rejected; it must be Approved"),
        ("Approved", [], "one container in its InferenceSpecification; .* has 0"),
        ("Approved", [CONTAINER, CONTAINER], "has 2"),
        ("Approved", [{"Image": endpoints.SCIKIT_LEARN}], "needs the model's artifact"),
    ],
)
def test_a_package_that_cannot_be_served_is_refused(
    registry: Emulator, approval: str, containers: list[dict[str, Any]], reason: str
) -> None:
    with pytest.raises(ClientError, match=reason) as refused:
        create(registry, "refused", register(registry, approval, *containers))
    assert refused.value.response["Error"]["Code"] == "ValidationException"


def test_a_container_is_that_of_its_package_alone(registry: Emulator) -> None:
    package = register(registry, "Approved", CONTAINER)
    with pytest.raises(ClientError, match="cannot have the member Image"):
        create(registry, "both", package, Image=endpoints.PYTORCH)
