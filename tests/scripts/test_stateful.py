"""No resource that holds data or an address is replaced unnoticed."""

import json
from copy import deepcopy

import pytest

from scripts.snapshots import all_masked
from scripts.stateful import RECORDS, SCALABLE, Record, immutable, stateful
from tests.stacks.assembly import Assembly


def recorded(environment: str) -> Record:
    record: Record = json.loads((RECORDS / f"{environment}.json").read_text("utf-8"))
    return record


def test_stateful_resources_are_not_replaced(assembly: Assembly) -> None:
    """`make accept-replacements` accepts an intended replacement, which does not move the data."""
    assert stateful(all_masked(assembly.templates)) == recorded(assembly.environment)


def test_the_record_holds_buckets_keys_and_the_endpoint(prod: Assembly) -> None:
    kinds = [entry["Type"] for entry in recorded("prod").values()]
    assert kinds.count("AWS::S3::Bucket") == 3
    assert kinds.count("AWS::KMS::Key") == 3
    assert "AWS::SageMaker::Endpoint" in kinds
    for name, entry in recorded("prod").items():
        stack, _, logical_id = name.partition("/")
        assert prod.template(stack)["Resources"][logical_id]["Type"] == entry["Type"]


@pytest.mark.parametrize(
    ("kind", "properties"),
    [
        ("AWS::S3::Bucket", {"BucketName"}),
        ("AWS::SageMaker::Endpoint", {"EndpointName"}),
        ("AWS::KMS::Key", set()),
    ],
)
def test_immutable_properties_come_from_the_schemas(kind: str, properties: set[str]) -> None:
    assert properties <= immutable(kind)


def test_another_kind_of_endpoint_is_noticed(prod: Assembly) -> None:
    """CloudFormation would try an update, which SageMaker would refuse."""
    changed = deepcopy(all_masked(prod.templates))
    (config,) = [
        resource
        for resource in changed["model"]["Resources"].values()
        if resource["Type"] == "AWS::SageMaker::EndpointConfig"
    ]
    (variant,) = config["Properties"]["ProductionVariants"]
    variant["ServerlessConfig"] = {"MaxConcurrency": 5, "MemorySizeInMB": 3072}
    assert stateful(changed) != recorded("prod")


def test_another_instance_type_of_a_scaled_endpoint_is_noticed(prod: Assembly) -> None:
    """SageMaker refuses the update as long as Application Auto Scaling scales the endpoint."""
    changed = deepcopy(all_masked(prod.templates))
    resources = changed["model"]["Resources"]
    (config,) = (
        one for one in resources.values() if one["Type"] == "AWS::SageMaker::EndpointConfig"
    )
    (variant,) = config["Properties"]["ProductionVariants"]
    variant["InstanceType"] = "ml.m5.xlarge"
    assert stateful(changed) != recorded("prod")


def test_another_instance_type_is_an_ordinary_update_without_scaling(
    altered_prod: Assembly,
) -> None:
    templates = all_masked(altered_prod.templates)
    resources = templates["model"]["Resources"]
    before, after = deepcopy(templates), deepcopy(templates)
    for changed, instance in ((before, "ml.m5.large"), (after, "ml.m5.xlarge")):
        changed["model"]["Resources"] = {
            name: one for name, one in deepcopy(resources).items() if one["Type"] != SCALABLE
        }
        for one in changed["model"]["Resources"].values():
            for variant in one["Properties"].get("ProductionVariants", []):
                variant["InstanceType"] = instance
    assert before != after
    assert stateful(before) == stateful(after)


def test_another_name_or_logical_id_is_noticed(dev: Assembly) -> None:
    before = all_masked(dev.templates)
    renamed = deepcopy(before)
    endpoints = [
        resource
        for resource in renamed["model"]["Resources"].values()
        if resource["Type"] == "AWS::SageMaker::Endpoint"
    ]
    (endpoint,) = endpoints
    endpoint["Properties"]["EndpointName"] = "another"
    assert stateful(renamed) != recorded("dev")
