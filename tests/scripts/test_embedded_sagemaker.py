"""The table of docs/embedded-sagemaker.md, which is written from the code."""

from itertools import chain

import pytest

from local_aws.sagemaker.errors import invalid
from scripts.embedded_sagemaker import PAGE, carried_out, members, operations, page
from scripts.sagemaker_requests import CHECKS, is_refused, limits


def test_the_page_describes_the_code() -> None:
    """`make embedded-sagemaker` writes it again."""
    assert PAGE.read_text("utf-8") == page()


def test_every_operation_is_listed_once() -> None:
    listed = operations()
    assert len(listed) == len(set(listed))
    assert carried_out() <= set(listed)
    assert {"CreateProcessingJob", "InvokeEndpointAsync", "CreateInferenceComponent"} <= set(listed)


@pytest.mark.parametrize(
    ("operation", "member", "column"),
    [
        ("CreateTrainingJob", "HyperParameters", 0),
        ("CreateTrainingJob", "EnableNetworkIsolation", 0),
        ("CreateTrainingJob", "AlgorithmSpecification.ContainerEntrypoint", 0),
        ("CreateTrainingJob", "VpcConfig", 1),
        ("CreateTrainingJob", "DebugHookConfig", 1),
        ("CreateTrainingJob", "ResourceConfig.VolumeSizeInGB", 1),
        ("CreateTrainingJob", "ResourceConfig.InstanceGroups", 2),
        ("CreateTrainingJob", "AlgorithmSpecification.AlgorithmName", 2),
        ("CreateModel", "EnableNetworkIsolation", 0),
        ("CreateModel", "PrimaryContainer.Environment", 0),
        ("CreateModel", "PrimaryContainer.MultiModelConfig", 2),
        ("CreateEndpointConfig", "ProductionVariants.ServerlessConfig", 0),
        ("CreateModel", "Containers.Environment", 0),
        ("CreateModel", "Containers.AdditionalModelDataSources", 2),
        ("CreateModel", "Containers.ModelPackageName", 0),
        ("CreateTransformJob", "DataCaptureConfig", 2),
        ("CreateTransformJob", "ExperimentConfig", 2),
        ("CreateTransformJob", "TransformInput.SplitType", 0),
        ("CreateEndpointConfig", "AsyncInferenceConfig", 2),
        ("CreateEndpointConfig", "DataCaptureConfig", 1),
        ("CreateTrainingJob", "StoppingCondition.MaxWaitTimeInSeconds", 0),
        ("CreateTrainingJob", "EnableManagedSpotTraining", 0),
        ("ListModels", "CreationTimeBefore", 0),
        ("ListTags", "ResourceArn", 0),
        ("ListTags", "MaxResults", 0),
        ("Search", "NextToken", 0),
        ("Search", "SearchExpression.Operator", 0),
        ("ListModelPackages", "NextToken", 0),
        ("ListTrainingJobs", "WarmPoolStatusEquals", 1),
        ("Search", "SearchExpression.NestedFilters", 0),
        ("Search", "VisibilityConditions", 1),
    ],
)
def test_members_are_where_the_code_puts_them(operation: str, member: str, column: int) -> None:
    found = members(operation)
    assert [number for number, names in enumerate(found) if member in names] == [column]


@pytest.mark.parametrize(
    ("operation", "limit"),
    [
        ("CreateTrainingJob", "`InputDataConfig.DataSource.FileSystemDataSource`"),
        ("CreateTrainingJob", "`InputDataConfig.DataSource.S3DataSource.S3DataType` ManifestFile"),
        ("CreateTrainingJob", "`InputDataConfig.InputMode` Pipe"),
        ("CreateTrainingJob", "`AlgorithmSpecification.TrainingInputMode` Pipe"),
        ("CreateModel", "`PrimaryContainer.ModelDataSource.S3DataSource.S3DataType` S3Prefix"),
        ("CreateTransformJob", "`TransformInput.SplitType` RecordIO"),
        ("CreateModel", "no `PrimaryContainer.ModelDataUrl`"),
        ("CreateModel", "`PrimaryContainer.Mode` MultiModel"),
        ("CreateModel", "more than one of `Containers`"),
        ("CreateEndpointConfig", "more than one of `ProductionVariants`"),
    ],
)
def test_limits_are_those_of_requests(operation: str, limit: str) -> None:
    assert limit in chain(*limits(operation).values())


def test_a_request_that_fails_for_another_reason_proves_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def check(_request: object) -> None:
        raise invalid("The name is taken.")

    monkeypatch.setitem(CHECKS, "CreateModel", (check, [{"ModelName": "a"}]))
    with pytest.raises(AssertionError, match="CreateModel with VpcConfig"):
        is_refused("CreateModel", "VpcConfig")
