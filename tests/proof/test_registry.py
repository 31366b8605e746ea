"""The registry of models, with IAM enforced: service, replacement, refusal, destruction."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_aws.cdk import CdkError
from local_aws.urls import send
from tests.proof.outcome import MODEL, serving, statuses
from tests.proof.privilege.calls import SMOKE_TEST, TRIAL
from tests.proof.privilege.identities import Identities, refusal, refused
from tests.proof.table import ProofTable
from tests.support.deployment import Deployment, embedded_aws

pytestmark = pytest.mark.slow
SECTION = "After the deployment"
GROUP = "sentiment-dev"
BETTER = ("rollout.challenger=not_worse", "training.iterations=40")
WORSE = ("rollout.challenger=not_worse", "training.max_terms=300", "training.minimum_accuracy=0.5")


@pytest.fixture(scope="module")
def registering(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """Deploy dev with a registry under its declared roles."""
    with embedded_aws(tmp_path_factory.mktemp("registering"), enforce_iam=True) as deployed:
        deployed.context.append("model.register=true")
        deployed.deploy()
        yield deployed


def packages(deployment: Deployment) -> list[dict[str, Any]]:
    """Return the packages, oldest first."""
    sagemaker = deployment.client("sagemaker")
    listed = sagemaker.list_model_packages(ModelPackageGroupName=GROUP, SortOrder="Ascending")
    return [
        sagemaker.describe_model_package(ModelPackageName=one["ModelPackageArn"])
        for one in listed["ModelPackageSummaryList"]
    ]


def test_each_model_is_registered_and_a_refused_one_is_rejected(
    registering: Deployment, proof_table: ProofTable
) -> None:
    first = registering.outputs["TrainingJobName"]
    outputs = dict(registering.deploy(*BETTER))
    second, served = outputs["TrainingJobName"], serving(registering)
    with pytest.raises(CdkError):
        registering.deploy(*WORSE)
    assert statuses(registering)[MODEL] == "UPDATE_ROLLBACK_COMPLETE"
    assert serving(registering) == served
    registering.outputs = outputs

    old, new, worse = packages(registering)
    assert [one["ModelApprovalStatus"] for one in (old, new, worse)] == [
        "Approved", "Approved", "Rejected",
    ]  # fmt: skip
    assert f"does not replace {second}" in worse["ApprovalDescription"]
    sagemaker = registering.client("sagemaker")
    for package, name in ((old, first), (new, second)):
        found = package["CustomerMetadataProperties"]
        assert package["MetadataProperties"]["GeneratedBy"] == found["model_version"] == name
        assert float(found["accuracy"]) > 0.7
        assert float(found["balanced_accuracy"]) > 0.7
        assert 0 <= float(found["expected_calibration_error"]) < 0.2
        assert {"sha256_code", "sha256_training"} <= found.keys()
        assert sum(name.startswith("sha256_") for name in found) > 2  # files of the artifact
        assert "in_service" in found
        job = sagemaker.describe_training_job(TrainingJobName=name)
        (container,) = package["InferenceSpecification"]["Containers"]
        assert container["ModelDataUrl"] == job["ModelArtifacts"]["S3ModelArtifacts"]
    assert (
        old["CustomerMetadataProperties"]["sha256_training"]
        == new["CustomerMetadataProperties"]["sha256_training"]
    )
    status, _, body = send(outputs["ApiUrl"] + "model")
    assert (status, json.loads(body)["model_version"]) == (200, second)

    identities = Identities(registering)
    assert refused(identities.decisions()) == []
    proof_table.add(
        SECTION,
        "A model deployed, replaced by a second one, and a third one refused (IAM enforced)",
        "three packages: Approved, Approved, Rejected with the reason; the second model serves; "
        "no call was refused",
    )


def test_the_roles_use_no_other_package(registering: Deployment, proof_table: ProofTable) -> None:
    sagemaker, identities = registering.client("sagemaker"), Identities(registering)
    sagemaker.create_model_package_group(ModelPackageGroupName="of-others")
    other = sagemaker.create_model_package(ModelPackageGroupName="of-others")["ModelPackageArn"]
    own = packages(registering)[0]["ModelPackageArn"]
    trial = identities.client("sagemaker", TRIAL)
    smoke_test = identities.client("sagemaker", SMOKE_TEST)
    calls: tuple[Callable[[], Any], ...] = (
        lambda: trial.delete_model_package(ModelPackageName=other),
        lambda: trial.update_model_package(ModelPackageArn=other, ModelApprovalStatus="Approved"),
        lambda: trial.list_model_packages(ModelPackageGroupName="of-others"),
        lambda: trial.delete_model_package_group(ModelPackageGroupName=GROUP),
        lambda: smoke_test.create_model_package(ModelPackageGroupName="of-others"),
        lambda: smoke_test.delete_model_package(ModelPackageName=own),
    )
    for call in calls:
        with pytest.raises(ClientError) as error:
            call()
        assert refusal(error.value), error.value
    assert smoke_test.describe_model_package(ModelPackageName=own)["ModelPackageArn"] == own
    sagemaker.delete_model_package(ModelPackageName=other)
    sagemaker.delete_model_package_group(ModelPackageGroupName="of-others")
    proof_table.add(
        SECTION, "Calls on other groups, and deletions by the smoke test", "refused (executed)"
    )


def test_a_destroy_removes_the_registry(registering: Deployment, proof_table: ProofTable) -> None:
    """Must run last."""
    registering.destroy()
    groups = registering.client("sagemaker").list_model_package_groups()
    assert groups["ModelPackageGroupSummaryList"] == []
    left = registering.client("cloudformation").list_stacks()["StackSummaries"]
    names = {one["StackName"] for one in left if one["StackStatus"] != "DELETE_COMPLETE"}
    assert not {name for name in names if name.startswith("sentiment-")}
    proof_table.add(SECTION, "dev destroyed", "the packages and their group are gone")
