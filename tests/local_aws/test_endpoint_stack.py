"""SageMaker's resources in CloudFormation: references, replacement, rollback, deletion."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local_aws.conftest import Emulator
from tests.local_aws.support.endpoints import ROLE, SCIKIT_LEARN, artifact
from tests.local_aws.support.stack import DeployedStack, Stack

MODELS = "endpoint-stack-models"


@pytest.fixture(scope="module")
def models(emulator: Emulator) -> str:
    """A bucket with the artifacts `first.tar.gz`, `second.tar.gz` and `damaged.tar.gz`."""
    s3 = emulator.client("s3")
    s3.create_bucket(Bucket=MODELS)
    contents = {"first": artifact("first"), "second": artifact("second"), "damaged": b"no archive"}
    for name, content in contents.items():
        s3.put_object(Bucket=MODELS, Key=f"{name}.tar.gz", Body=content)
    return MODELS


SCALED = {
    "Type": "AWS::ApplicationAutoScaling::ScalableTarget",
    "DependsOn": "Endpoint",
    "Properties": {
        "MaxCapacity": 2,
        "MinCapacity": 1,
        "ResourceId": "endpoint/scaled/variant/AllTraffic",
        "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
        "ServiceNamespace": "sagemaker",
    },
}


def resources(model: str, endpoint: str) -> dict[str, Any]:
    return {
        "Model": {
            "Type": "AWS::SageMaker::Model",
            "Properties": {
                "ExecutionRoleArn": ROLE,
                "PrimaryContainer": {
                    "Image": SCIKIT_LEARN,
                    "ModelDataUrl": f"s3://{MODELS}/{model}.tar.gz",
                    "Environment": {"SAGEMAKER_PROGRAM": "inference.py"},
                },
            },
        },
        "Config": {
            "Type": "AWS::SageMaker::EndpointConfig",
            "Properties": {
                "ProductionVariants": [
                    {
                        "VariantName": "AllTraffic",
                        "ModelName": {"Fn::GetAtt": ["Model", "ModelName"]},
                        "ServerlessConfig": {"MemorySizeInMB": 2048, "MaxConcurrency": 1},
                    }
                ]
            },
        },
        "Endpoint": {
            "Type": "AWS::SageMaker::Endpoint",
            "Properties": {
                "EndpointName": endpoint,
                "EndpointConfigName": {"Fn::GetAtt": ["Config", "EndpointConfigName"]},
            },
        },
    }


OUTPUTS: dict[str, Any] = {
    "ModelRef": {"Ref": "Model"},
    "ModelName": {"Fn::GetAtt": ["Model", "ModelName"]},
    "EndpointRef": {"Ref": "Endpoint"},
    "EndpointName": {"Fn::GetAtt": ["Endpoint", "EndpointName"]},
}


def answer(emulator: Emulator, endpoint: str) -> str:
    runtime = emulator.client("sagemaker-runtime")
    reply = runtime.invoke_endpoint(
        EndpointName=endpoint, Body=b"hello", ContentType="text/plain", Accept="text/plain"
    )
    return str(reply["Body"].read().decode())


def left(emulator: Emulator, stack: str) -> dict[str, list[str]]:
    """Return the names of the stack's SageMaker resources."""
    sagemaker = emulator.client("sagemaker")
    return {
        "models": [m["ModelName"] for m in sagemaker.list_models(NameContains=stack)["Models"]],
        "configs": [
            c["EndpointConfigName"]
            for c in sagemaker.list_endpoint_configs(NameContains=stack)["EndpointConfigs"]
        ],
        "endpoints": [
            e["EndpointName"] for e in sagemaker.list_endpoints(NameContains=stack)["Endpoints"]
        ],
    }


@pytest.mark.usefixtures("models")
def test_create_replace_roll_back_and_delete(emulator: Emulator) -> None:
    name = "CamelCase-stack"
    stack = Stack(emulator, name)

    first = stack.deploy(resources("first", name), **OUTPUTS)
    assert first.status == "CREATE_COMPLETE", first.reasons
    prefix = "arn:aws:sagemaker:us-east-1:000000000000"
    assert first.outputs["ModelRef"] == f"{prefix}:model/{first.outputs['ModelName'].lower()}"
    assert first.outputs["EndpointRef"] == f"{prefix}:endpoint/{name.lower()}"
    assert first.outputs["EndpointName"] == name
    assert answer(emulator, name) == "first: hello"

    second = stack.deploy(resources("second", name), **OUTPUTS)
    assert second.status == "UPDATE_COMPLETE", second.reasons
    assert answer(emulator, name) == "second: hello"
    assert second.ids["Endpoint"] == first.ids["Endpoint"]
    assert second.ids["Model"] != first.ids["Model"]
    assert second.ids["Config"] != first.ids["Config"]
    after_update = left(emulator, name)
    assert after_update["models"] == [second.outputs["ModelName"]]
    assert len(after_update["configs"]) == 1

    # SageMaker keeps the old model and is in service again, so CloudFormation is satisfied. The
    # application itself checks the configuration.
    quiet = stack.deploy(resources("damaged", name), **OUTPUTS)
    assert quiet.status == "UPDATE_COMPLETE"
    described = emulator.client("sagemaker").describe_endpoint(EndpointName=name)
    assert described["EndpointConfigName"] == after_update["configs"][0]
    assert "cannot be unpacked" in described["FailureReason"]
    assert answer(emulator, name) == "second: hello"

    assert stack.delete() == "DELETE_COMPLETE"
    assert left(emulator, name) == {"models": [], "configs": [], "endpoints": []}
    with pytest.raises(ClientError, match="not found"):
        answer(emulator, name)


@pytest.mark.usefixtures("models")
def test_a_failed_creation_leaves_nothing_and_can_be_repeated(emulator: Emulator) -> None:
    name = "Broken-stack"
    stack = Stack(emulator, name)
    for _ in range(2):
        failed = stack.deploy(resources("damaged", name))
        assert failed.status == "ROLLBACK_COMPLETE"
        assert any("cannot be unpacked" in reason for reason in failed.reasons)
        assert left(emulator, name) == {"models": [], "configs": [], "endpoints": []}
        assert stack.delete() == "DELETE_COMPLETE"


def test_a_malformed_resource_fails_with_the_message_from_sagemaker(emulator: Emulator) -> None:
    stack = Stack(emulator, "Malformed-stack")
    model = {
        "Type": "AWS::SageMaker::Model",
        "Properties": {
            "ExecutionRoleArn": "not-an-arn",
            "PrimaryContainer": {"Image": "pytorch-inference"},
        },
    }
    failed = stack.deploy({"Model": model})
    assert failed.status == "ROLLBACK_COMPLETE"
    assert any("ExecutionRoleArn" in reason for reason in failed.reasons)


@pytest.mark.usefixtures("models")
def test_tags_change_in_place(emulator: Emulator) -> None:
    name = "tagged-stack"
    stack = Stack(emulator, name)

    def deploy(**tags: str) -> DeployedStack:
        tagged = resources("first", name)
        for resource in tagged.values():
            resource["Properties"]["Tags"] = [{"Key": k, "Value": v} for k, v in tags.items()]
        return stack.deploy(tagged)

    first = deploy(team="a", stage="beta")
    assert first.status == "CREATE_COMPLETE", first.reasons
    second = deploy(team="b", owner="c")
    assert (second.status, second.ids) == ("UPDATE_COMPLETE", first.ids)
    sagemaker = emulator.client("sagemaker")
    for arn in second.ids.values():
        tags = {tag["Key"]: tag["Value"] for tag in sagemaker.list_tags(ResourceArn=arn)["Tags"]}
        assert tags == {"team": "b", "owner": "c"}
    many = [{"Key": f"key{number}", "Value": "x"} for number in range(49)]
    with pytest.raises(ClientError, match="at most 50 tags"):
        sagemaker.add_tags(ResourceArn=second.ids["Model"], Tags=many)
    with pytest.raises(ClientError, match="Could not find"):
        sagemaker.list_tags(ResourceArn=second.ids["Model"] + "x")
    assert stack.delete() == "DELETE_COMPLETE"


@pytest.mark.usefixtures("models")
def test_a_scaled_endpoint_keeps_its_instance_type(emulator: Emulator) -> None:
    stack = Stack(emulator, "scaled")
    declared = {**resources("first", "scaled"), "Target": SCALED}
    variant = declared["Config"]["Properties"]["ProductionVariants"][0]
    del variant["ServerlessConfig"]
    variant.update({"InstanceType": "ml.m5.large", "InitialInstanceCount": 1})
    assert stack.deploy(declared).status == "CREATE_COMPLETE"
    variant["InstanceType"] = "ml.c5.large"
    assert stack.deploy(declared).status == "UPDATE_ROLLBACK_COMPLETE"
    del declared["Target"]
    variant["InstanceType"] = "ml.m5.large"
    assert stack.deploy(declared).status == "UPDATE_COMPLETE"
    variant["InstanceType"] = "ml.c5.large"
    assert stack.deploy(declared).status == "UPDATE_COMPLETE"
