"""The registry of models."""

import json
from typing import Any

import pytest

from scripts.cost.estimate import estimate
from scripts.cost.prices import Prices
from tests.stacks.assembly import Assembly, synthesize
from tests.stacks.literals import literal
from tests.stacks.test_permissions import as_list, statements

GROUP = "AWS::SageMaker::ModelPackageGroup"
TESTS = ("Custom::Candidate", "Custom::SmokeTest")
ACTIONS = {
    f"sagemaker:{action}ModelPackage{end}"
    for action, end in (("Create", ""), ("Describe", ""), ("List", "s"), ("Update", ""))
}
DELETE = "sagemaker:DeleteModelPackage"


@pytest.fixture(scope="module", params=["dev", "prod"])
def registered(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Assembly:
    """An environment with a registry."""
    folder = tmp_path_factory.mktemp("registered")
    return synthesize(request.param, folder, {"model.register": "true"})


def test_there_is_no_registry_by_default(assembly: Assembly) -> None:
    assert assembly.resources(GROUP) == {}
    assert "ModelPackage" not in json.dumps(assembly.templates)
    for kind in TESTS:
        assert "Package" not in assembly.only(kind)


def test_the_group_is_kept_with_the_data(registered: Assembly) -> None:
    ((name, group),) = registered.resources(GROUP).items()
    assert name.startswith("storage/")
    keeps = registered.environment == "prod"
    assert group["DeletionPolicy"] == ("RetainExceptOnCreate" if keeps else "Delete")
    properties = group["Properties"]
    assert properties["ModelPackageGroupName"] == f"sentiment-{registered.environment}"
    assert {"Key": "application", "Value": "sentiment"} in properties["Tags"]


@pytest.mark.parametrize("kind", TESTS)
def test_the_tests_of_a_model_know_its_package(registered: Assembly, kind: str) -> None:
    found, keeps = registered.only(kind), registered.environment == "prod"
    model = registered.only("AWS::SageMaker::Model", within="Endpoint")
    assert found["Package"] == {
        "Group": f"sentiment-{registered.environment}",
        "Artifact": model["PrimaryContainer"]["ModelDataUrl"],
        "Image": model["PrimaryContainer"]["Image"],
        "Removal": "retain" if keeps else "destroy",
    }
    assert found["Environment"] == model["PrimaryContainer"]["Environment"]
    assert ("Realtime" in found["InstanceTypes"]) is keeps  # dev is serverless


def allowed(assembly: Assembly) -> list[tuple[str, set[str], list[str]]]:
    """Return role, actions and resources of each statement about packages."""
    found: list[tuple[str, set[str], list[str]]] = []
    for role, statement in statements(assembly):
        actions = {one for one in as_list(statement["Action"]) if "ModelPackage" in one}
        if actions:
            resources: Any = literal({"all": as_list(statement["Resource"])}, {})["all"]
            found.append((role, actions, [json.dumps(one) for one in resources]))
    return found


def test_only_the_tests_of_a_model_use_the_group_and_its_packages(registered: Assembly) -> None:
    group = f"sentiment-{registered.environment}"
    found = allowed(registered)
    assert {role.partition("/")[2][:-8] for role, _, _ in found} == {
        "SmokeTestOnEventRole", "SmokeTestIsCompleteRole",
    }  # fmt: skip
    for role, actions, resources in found:
        if actions == {DELETE}:
            assert "IsComplete" in role
            (resource,) = resources
            assert f":model-package/{group}/*" in resource
            continue
        assert actions == ACTIONS
        assert len(resources) == 2
        assert f":model-package-group/{group}" in resources[0]
        assert f":model-package/{group}/*" in resources[1]
    removes = [actions for _, actions, _ in found if actions == {DELETE}]
    assert len(removes) == (0 if registered.environment == "prod" else 1)


def test_the_registry_is_free(registered: Assembly, assembly: Assembly) -> None:
    if registered.environment == assembly.environment:
        prices = Prices.read()
        assert estimate(registered.templates, prices) == estimate(assembly.templates, prices)
