"""Requests with an invalid shape, and SageMaker's wire protocol."""

import json
from pathlib import Path
from typing import Any

import pytest
from botocore.model import StructureShape

from local_aws.sagemaker import SageMakerError, SageMakerService, images
from local_aws.sagemaker.validation import operation_model
from tests.local_aws.support.endpoints import PYTORCH, ROLE, SCIKIT_LEARN

NOWHERE = "http://127.0.0.1:9"  # these requests reach no other service
VARIANT = {"VariantName": "blue", "ModelName": "m"}
INSTANCE = {**VARIANT, "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
SERVERLESS = {"MemorySizeInMB": 2048, "MaxConcurrency": 5}
XGBOOST = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1"
JOB: dict[str, Any] = {
    "TrainingJobName": "job",
    "RoleArn": ROLE,
    "AlgorithmSpecification": {"TrainingImage": "pytorch-training", "TrainingInputMode": "File"},
    "OutputDataConfig": {"S3OutputPath": "s3://bucket/"},
    "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 5},
    "StoppingCondition": {"MaxRuntimeInSeconds": 60},
}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> SageMakerService:
    return SageMakerService(tmp_path_factory.mktemp("service"), NOWHERE, "us-east-1")


def config(*variants: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"EndpointConfigName": "config", "ProductionVariants": list(variants), **more}


def without(request: dict[str, Any], member: str) -> dict[str, Any]:
    return {key: value for key, value in request.items() if key != member}


@pytest.mark.parametrize(
    ("image", "packages", "command"),
    [
        (PYTORCH, ("torch",), "pip install torch 'local-aws[pytorch]'"),
        (PYTORCH, ("sagemaker_pytorch_container",), "pip install torch 'local-aws[pytorch]'"),
        (SCIKIT_LEARN, ("sklearn",), "pip install 'local-aws[scikit-learn]'"),
    ],
)
def test_an_image_whose_packages_are_missing_is_refused_with_the_command_that_installs_them(
    service: SageMakerService, monkeypatch: pytest.MonkeyPatch,
    image: str, packages: tuple[str, ...], command: str,
) -> None:  # fmt: skip
    monkeypatch.setattr(images, "find_spec", lambda name: None if name in packages else True)
    algorithm = {"TrainingImage": image, "TrainingInputMode": "File"}
    with pytest.raises(SageMakerError) as raised:
        service.call("CreateTrainingJob", {**JOB, "AlgorithmSpecification": algorithm})
    assert packages[0] in raised.value.message
    assert command in raised.value.message


@pytest.mark.parametrize(
    ("operation", "request_", "words"),
    [
        ("DescribeModel", {}, ["ModelName"]),
        ("DescribeModel", {"ModelName": 5}, ["ModelName", "5"]),
        ("DescribeModel", {"ModelName": "m", "Colour": "red"}, ["Colour"]),
        ("DescribeModel", {"ModelName": "with space"}, ["ModelName", "with space", "regular expression pattern"]),
        ("DescribeModel", {"ModelName": "x" * 64}, ["ModelName", "63"]),
        ("DescribeModel", {"ModelName": "../../etc"}, ["ModelName", "regular expression pattern"]),
        ("ListTrainingJobs", {"StatusEquals": "Done"}, ["StatusEquals", "Done", "InProgress, Completed"]),
        ("ListTrainingJobs", {"MaxResults": 0}, ["MaxResults", "0"]),
        ("ListTrainingJobs", {"MaxResults": 101}, ["MaxResults", "101", "less than or equal to 100"]),
        ("ListEndpoints", {"NextToken": "soon"}, ["NextToken", "soon"]),
        ("ListEndpoints", {"NextToken": "-1"}, ["NextToken", "-1"]),
        ("CreateTrainingJob", without(JOB, "RoleArn"), ["RoleArn"]),
        ("CreateTrainingJob", without(JOB, "AlgorithmSpecification"), ["AlgorithmSpecification", "must not be null"]),
        ("CreateTrainingJob", without(JOB, "ResourceConfig"), ["ResourceConfig", "must not be null"]),
        ("CreateTrainingJob", {**JOB, "TrainingJobName": "under_score"}, ["TrainingJobName", "regular expression pattern"]),
        ("CreateTrainingJob", {**JOB, "RoleArn": "arn:aws:iam::1:user/not-a-role"}, ["RoleArn", "regular expression pattern"]),
        ("CreateTrainingJob", {**JOB, "StoppingCondition": {"MaxRuntimeInSeconds": 0}}, ["MaxRuntimeInSeconds"]),
        ("CreateTrainingJob", {**JOB, "HyperParameters": {"epochs": 3}}, ["epochs"]),
        ("CreateTrainingJob", {**JOB, "HyperParameters": {"k" * 257: "v"}}, ["HyperParameters", "256"]),
        ("CreateTrainingJob", {**JOB, "HyperParameters": {f"k{n}": "v" for n in range(101)}}, ["HyperParameters", "100"]),
        ("CreateTrainingJob", {**JOB, "ResourceConfig": {"InstanceType": "ml.huge", "VolumeSizeInGB": 5}}, ["InstanceType", "ml.huge"]),
        ("CreateModel", {"ModelName": "m", "ExecutionRoleArn": ROLE}, ["either PrimaryContainer or Containers"]),
        ("CreateModel", {"ModelName": "m", "ExecutionRoleArn": ROLE, "PrimaryContainer": {"Image": "pytorch-inference"}}, ["ModelDataUrl"]),
        ("CreateModel", {"ModelName": "m", "ExecutionRoleArn": ROLE, "PrimaryContainer": {"ModelDataUrl": "s3://b/k"}}, ["Image"]),
        ("CreateModel", {"ModelName": "m", "ExecutionRoleArn": ROLE, "PrimaryContainer": {"Image": XGBOOST, "ModelDataUrl": "s3://b/k"}}, [XGBOOST, "PyTorch and scikit-learn"]),
        ("CreateTrainingJob", {**JOB, "AlgorithmSpecification": {"TrainingImage": XGBOOST, "TrainingInputMode": "File"}}, [XGBOOST, "PyTorch and scikit-learn"]),
        ("CreateTrainingJob", {**JOB, "AlgorithmSpecification": {"TrainingImage": "mypytorchimage", "TrainingInputMode": "File"}}, ["mypytorchimage"]),
        ("CreateTrainingJob", {**JOB, "AlgorithmSpecification": {"AlgorithmName": "mine", "TrainingInputMode": "File"}}, ["AlgorithmName", "TrainingImage"]),
        ("CreateModel", {"ModelName": "m", "ExecutionRoleArn": ROLE, "PrimaryContainer": {"Image": "pytorch", "ModelDataUrl": "s3://b/k", "Mode": "MultiModel"}}, ["MultiModel"]),
        ("CreateModel", {"ModelName": "m", "ExecutionRoleArn": ROLE, "PrimaryContainer": {"Image": "pytorch", "MultiModelConfig": {}}}, ["MultiModelConfig"]),
        ("CreateModel", {"ModelName": "m", "ExecutionRoleArn": ROLE, "PrimaryContainer": {"ModelPackageName": "p"}}, ["model-package/p does not exist"]),
        ("CreateModel", {"ModelName": "m", "ExecutionRoleArn": ROLE, "PrimaryContainer": {"Image": "pytorch", "ModelDataSource": {"S3DataSource": {"S3Uri": "s3://b/k/", "S3DataType": "S3Prefix", "CompressionType": "None"}}}}, ["ModelDataSource", "S3Object"]),
        ("Search", {"Resource": "TrainingJob", "SearchExpression": {"Filters": [{"Name": "TrainingJobNam", "Operator": "Exists"}]}}, ["TrainingJobNam"]),
        ("Search", {"Resource": "TrainingJob", "SearchExpression": {"SubExpressions": [{"NestedFilters": [{"NestedPropertyName": "Channels", "Filters": [{"Name": "Channels.ChannelName", "Value": "a"}]}]}]}}, ["Channels"]),
        ("Search", {"Resource": "Model"}, ["Model", "TrainingJob"]),
        ("Search", {"Resource": "Coffee"}, ["Coffee", "TrainingJob"]),
        ("CreateModel", {"ModelName": "m", "ExecutionRoleArn": ROLE, "Containers": [{"Image": "pytorch-inference"}] * 2}, ["one container"]),
        ("CreateEndpointConfig", config(), ["ProductionVariants"]),
        ("CreateEndpointConfig", config(INSTANCE, {**INSTANCE, "VariantName": "green"}), ["one production variant"]),
        ("CreateEndpointConfig", config(without(INSTANCE, "ModelName")), ["ModelName"]),
        ("CreateEndpointConfig", config(VARIANT), ["ServerlessConfig or an InstanceType"]),
        ("CreateEndpointConfig", config({**INSTANCE, "ServerlessConfig": SERVERLESS}), ["ServerlessConfig or an InstanceType"]),
        ("CreateEndpointConfig", config({**VARIANT, "ServerlessConfig": {**SERVERLESS, "MemorySizeInMB": 2000}}), ["2000", "1024, 2048"]),
        ("CreateEndpointConfig", config({**VARIANT, "ServerlessConfig": {**SERVERLESS, "MaxConcurrency": 201}}), ["MaxConcurrency", "201", "200"]),
        ("CreateEndpointConfig", config(INSTANCE, AsyncInferenceConfig={"OutputConfig": {"S3OutputPath": "s3://b/"}}), ["AsyncInferenceConfig"]),
    ],
)  # fmt: skip
def test_wrong_request_is_refused_by_name(
    service: SageMakerService, operation: str, request_: dict[str, Any], words: list[str]
) -> None:
    with pytest.raises(SageMakerError) as raised:
        service.call(operation, request_)
    assert raised.value.code == "ValidationException"
    assert raised.value.status == 400
    for word in words:
        assert word in raised.value.message
    assert "\n" not in raised.value.message


@pytest.mark.parametrize("operation", ["CreateNotebookInstance", "MakeCoffee", ""])
def test_unknown_operation_is_named(service: SageMakerService, operation: str) -> None:
    status, _, body = service.handle_control_plane(
        {"x-amz-target": f"SageMaker.{operation}"}, b"{}"
    )
    answer = json.loads(body)
    assert status == 400
    assert answer["__type"] == "UnknownOperationException"
    assert operation in answer["message"]


@pytest.mark.parametrize("body", [b"{", b"[]", b"\xff", b'"text"'])
def test_body_that_is_not_a_json_object_is_refused(service: SageMakerService, body: bytes) -> None:
    status, headers, answer = service.handle_control_plane(
        {"x-amz-target": "SageMaker.ListModels"}, body
    )
    assert status == 400
    assert headers["Content-Type"] == "application/x-amz-json-1.1"
    assert json.loads(answer)["__type"] == "SerializationException"


def test_configurations_are_recorded_and_deleted(service: SageMakerService, tmp_path: Path) -> None:
    request = {**config(INSTANCE), "EndpointConfigName": "Kept-1"}
    arn = "arn:aws:sagemaker:us-east-1:000000000000:endpoint-config/kept-1"
    assert service.call("CreateEndpointConfig", request) == {"EndpointConfigArn": arn}
    described = service.call("DescribeEndpointConfig", {"EndpointConfigName": "Kept-1"})
    assert described.pop("CreationTime") > 0
    assert described == {
        **request,
        "EndpointConfigArn": arn,
        "EnableNetworkIsolation": False,
        "ProductionVariants": [{**INSTANCE, "InitialVariantWeight": 1.0}],
    }
    listed = service.call("ListEndpointConfigs", {"NameContains": "KEPT"})["EndpointConfigs"]
    assert [c["EndpointConfigArn"] for c in listed] == [arn]
    service.call("DeleteEndpointConfig", {"EndpointConfigName": "Kept-1"})
    with pytest.raises(SageMakerError, match="Could not find endpoint configuration"):
        service.call("DeleteEndpointConfig", {"EndpointConfigName": "Kept-1"})
    again = SageMakerService(tmp_path, NOWHERE, "us-east-1")
    assert again.call("ListEndpointConfigs", {})["EndpointConfigs"] == []


def test_a_defect_is_not_shown_to_the_caller(
    service: SageMakerService, capsys: pytest.CaptureFixture[str]
) -> None:
    # The bucket's host does not answer, which SageMaker does not handle.
    request = {**JOB, "InputDataConfig": [{"ChannelName": "c", "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://bucket/"}}}]}  # fmt: skip
    status, _, body = service.handle_control_plane(
        {"x-amz-target": "SageMaker.CreateTrainingJob"}, json.dumps(request).encode()
    )
    assert status == 500
    assert json.loads(body) == {
        "__type": "InternalFailure",
        "message": "CreateTrainingJob failed.",
    }
    assert "EndpointConnectionError" in capsys.readouterr().err


def test_every_operation_that_tags_refuses_tags_that_aws_refuses(service: SageMakerService) -> None:
    """Nothing else in these requests is looked at before."""
    source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://b/k"}}
    requests: dict[str, dict[str, Any]] = {
        "AddTags": {"ResourceArn": "arn:aws:sagemaker:us-east-1:000000000000:model/m"},
        "CreateEndpoint": {"EndpointName": "e", "EndpointConfigName": "c"},
        "CreateEndpointConfig": config(INSTANCE),
        "CreateModel": {"ModelName": "m"},
        "CreateModelPackage": {},
        "CreateModelPackageGroup": {"ModelPackageGroupName": "g"},
        "CreateTrainingJob": JOB,
        "CreateTransformJob": {
            "TransformJobName": "t", "ModelName": "m", "TransformInput": {"DataSource": source},
            "TransformOutput": {"S3OutputPath": "s3://b/"},
            "TransformResources": {"InstanceType": "ml.m5.large", "InstanceCount": 1},
        },
    }  # fmt: skip
    shapes = {name: operation_model(name).input_shape for name in service.operations}
    assert requests.keys() == {
        name
        for name, shape in shapes.items()
        if isinstance(shape, StructureShape) and "Tags" in shape.members
    }
    for operation, request in requests.items():
        for keys, reason in (
            (["aws:owner"], "'aws:owner' is not allowed"),
            (["AWS:owner"], "'AWS:owner' is not allowed"),
            (["a", "b", "a"], "'a' is in the request more than once"),
        ):
            tags = [{"Key": key, "Value": "value"} for key in keys]
            with pytest.raises(SageMakerError, match=reason):
                service.call(operation, {**request, "Tags": tags})


def test_the_list_of_tags_has_one_page(service: SageMakerService) -> None:
    group = service.call(
        "CreateModelPackageGroup",
        {"ModelPackageGroupName": "tagged", "Tags": [{"Key": "a", "Value": "b"}]},
    )
    arn = {"ResourceArn": group["ModelPackageGroupArn"]}
    assert service.call("ListTags", arn) == {"Tags": [{"Key": "a", "Value": "b"}]}
    with pytest.raises(SageMakerError, match="NextToken 'Models/1' is not one of"):
        service.call("ListTags", {**arn, "NextToken": "Models/1"})
