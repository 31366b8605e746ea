"""Members and operations that the SageMaker SDKs use, in the test's process."""

from typing import Any

import pytest

from local_aws.sagemaker import SageMakerError, SageMakerService
from local_aws.sagemaker.invocation_targets import check_targets
from local_aws.sagemaker.metrics import Metrics
from local_aws.sagemaker.search import search
from local_aws.sagemaker.store import Store
from tests.local_aws.support import endpoints, jobs

CREATED = 1_790_000_000.0


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> SageMakerService:
    """SageMaker with one training job and one model, without another service."""
    folder = tmp_path_factory.mktemp("clients")
    store = Store(folder / "records")
    job = {
        **jobs.request("Job-1", "complete", InputDataConfig=[jobs.channel("training", "data/")]),
        "TrainingJobArn": "arn:aws:sagemaker:us-east-1:000000000000:training-job/job-1",
        "TrainingJobStatus": "InProgress", "SecondaryStatus": "Starting", "CreationTime": CREATED,
        "LastModifiedTime": CREATED, "Tags": [{"Key": "project", "Value": "reviews"}],
    }  # fmt: skip
    store.put("training-job", "Job-1", job)
    container = {"Image": endpoints.PYTORCH, "ModelDataUrl": "s3://bucket/model.tar.gz"}
    model = {
        "ModelName": "Model-1", "ModelArn": "arn", "CreationTime": CREATED,
        "PrimaryContainer": container,
    }  # fmt: skip
    store.put("model", "Model-1", model)
    return SageMakerService(folder, "http://127.0.0.1:9", "us-east-1")


def test_a_training_job_is_described_with_what_aws_fills_in(service: SageMakerService) -> None:
    job = service.call("DescribeTrainingJob", {"TrainingJobName": "Job-1"})
    for switch in (
        "EnableNetworkIsolation", "EnableInterContainerTrafficEncryption",
        "EnableManagedSpotTraining",
    ):  # fmt: skip
        assert job[switch] is False
    assert job["OutputDataConfig"] == {
        "S3OutputPath": f"s3://{jobs.BUCKET}/output/", "KmsKeyId": "", "CompressionType": "GZIP",
    }  # fmt: skip
    assert job["AlgorithmSpecification"]["EnableSageMakerMetricsTimeSeries"] is True
    (channel,) = job["InputDataConfig"]
    assert channel["CompressionType"] == channel["RecordWrapperType"] == "None"
    assert channel["DataSource"]["S3DataSource"]["S3DataDistributionType"] == "FullyReplicated"
    artifact = f"s3://{jobs.BUCKET}/output/Job-1/output/model.tar.gz"
    assert job["ModelArtifacts"] == {"S3ModelArtifacts": artifact}
    assert "Tags" not in job


def test_a_model_is_described_with_what_aws_fills_in(service: SageMakerService) -> None:
    model = service.call("DescribeModel", {"ModelName": "Model-1"})
    assert model["EnableNetworkIsolation"] is False
    assert model["PrimaryContainer"] == {
        "Image": endpoints.PYTORCH,
        "Mode": "SingleModel",
        "ModelDataUrl": "s3://bucket/model.tar.gz",
        "ModelDataSource": {
            "S3DataSource": {
                "S3Uri": "s3://bucket/model.tar.gz",
                "S3DataType": "S3Object",
                "CompressionType": "Gzip",
            }
        },
        "Environment": {},
    }


RECORDS: list[dict[str, Any]] = [
    {
        "TrainingJobName": f"job-{number}",
        "TrainingJobStatus": "Completed" if number else "Failed",
        "CreationTime": CREATED + number,
        "LastModifiedTime": CREATED - number,
        "EnableManagedSpotTraining": number == 2,
        "HyperParameters": {"epochs": str(number), "a.b": "dotted"},
        "ResourceConfig": {"InstanceCount": number + 1, "InstanceType": "ml.m5.large"},
        "FinalMetricDataList": [{"MetricName": "test:accuracy", "Value": 0.8 + number / 100}],
        "InputDataConfig": [
            {"ChannelName": "training", "DataSource": {"S3DataSource": {"S3Uri": f"s3://b/{number}"}}},
            {"ChannelName": "other", "DataSource": {"S3DataSource": {"S3Uri": "s3://b/other"}}},
        ],
        "Tags": [{"Key": "project", "Value": "reviews" if number else "other"}],
    }
    for number in range(3)
]  # fmt: skip


def condition(name: str, value: str | None = None, operator: str = "Equals") -> dict[str, str]:
    return {"Name": name, "Operator": operator} | ({} if value is None else {"Value": value})


@pytest.mark.parametrize(
    ("expression", "numbers"),
    [
        ({}, [0, 1, 2]),
        ({"Filters": [condition("TrainingJobName", "job-1")]}, [1]),
        ({"Filters": [{"Name": "TrainingJobName", "Value": "job-1"}]}, [1]),
        ({"Filters": [condition("TrainingJobName", "JOB", "Contains")]}, [0, 1, 2]),
        ({"Filters": [condition("TrainingJobStatus", "Failed", "NotEquals")]}, [1, 2]),
        ({"Filters": [condition("TrainingJobName", "job-0, job-2", "In")]}, [0, 2]),
        ({"Filters": [condition("Tags.project", "reviews")]}, [1, 2]),
        ({"Filters": [condition("Tags.owner", None, "Exists")]}, []),
        ({"Filters": [condition("Tags.owner", None, "NotExists")]}, [0, 1, 2]),
        ({"Filters": [condition("HyperParameters.epochs", "2")]}, [2]),
        ({"Filters": [condition("HyperParameters.a.b", "dotted")]}, [0, 1, 2]),
        ({"Filters": [condition("EnableManagedSpotTraining", "true")]}, [2]),
        ({"Filters": [condition("Metrics.test:accuracy", "0.805", "GreaterThan")]}, [1, 2]),
        ({"Filters": [condition("ResourceConfig.InstanceCount", "2", "LessThanOrEqualTo")]}, [0, 1]),
        ({"Filters": [condition("CreationTime", "2026-09-21T14:13:21Z", "GreaterThanOrEqualTo")]}, [1, 2]),
        ({"Filters": [condition("CreationTime", "soon", "LessThan")]}, []),
        ({"Filters": [condition("TrainingJobStatus", "Failed"), condition("Tags.project", "reviews")]}, []),
        ({"Operator": "Or", "Filters": [condition("TrainingJobName", "job-0"), condition("TrainingJobName", "job-2")]}, [0, 2]),
        ({"SubExpressions": [{"Filters": [condition("TrainingJobName", "job-0")]}]}, [0]),
        ({"NestedFilters": [{"NestedPropertyName": "InputDataConfig", "Filters": [condition("InputDataConfig.ChannelName", "training"), condition("InputDataConfig.DataSource.S3DataSource.S3Uri", "s3://b/1")]}]}, [1]),
        ({"NestedFilters": [{"NestedPropertyName": "InputDataConfig", "Filters": [condition("InputDataConfig.ChannelName", "training"), condition("InputDataConfig.DataSource.S3DataSource.S3Uri", "s3://b/other")]}]}, []),
    ],
)  # fmt: skip
def test_search_finds_what_an_expression_selects(
    expression: dict[str, Any], numbers: list[int]
) -> None:
    answer = search("TrainingJob", RECORDS, {"Resource": "TrainingJob", "SearchExpression": expression})  # fmt: skip
    found = sorted(int(one["TrainingJob"]["TrainingJobName"][-1]) for one in answer["Results"])
    assert found == numbers
    assert answer["TotalHits"] == {"Value": len(numbers), "Relation": "EqualTo"}


@pytest.mark.parametrize(
    ("order", "numbers"),
    [
        ({}, [0, 1, 2]),  # the latest change first
        ({"SortBy": "CreationTime"}, [2, 1, 0]),
        ({"SortBy": "Metrics.test:accuracy", "SortOrder": "Ascending"}, [0, 1, 2]),
    ],
)
def test_search_answers_in_order_and_pages(order: dict[str, str], numbers: list[int]) -> None:
    request = {"Resource": "TrainingJob", "MaxResults": 2, **order}
    first = search("TrainingJob", RECORDS, request)
    second = search("TrainingJob", RECORDS, {**request, "NextToken": first["NextToken"]})
    names = [one["TrainingJob"]["TrainingJobName"] for one in first["Results"] + second["Results"]]
    assert names == [f"job-{number}" for number in numbers]
    assert "NextToken" not in second


def test_search_refuses_a_filter_without_a_value() -> None:
    request = {
        "Resource": "TrainingJob",
        "SearchExpression": {"Filters": [condition("TrainingJobName")]},
    }
    with pytest.raises(SageMakerError, match="TrainingJobName needs a Value for Equals"):
        search("TrainingJob", RECORDS, request)


def test_search_shows_the_tags_of_a_job(service: SageMakerService) -> None:
    expression = {"Filters": [condition("Tags.project", "reviews")]}
    found = service.call("Search", {"Resource": "TrainingJob", "SearchExpression": expression})
    (result,) = found["Results"]
    assert result["TrainingJob"]["TrainingJobName"] == "Job-1"
    assert result["TrainingJob"]["Tags"] == [{"Key": "project", "Value": "reviews"}]


def test_every_value_of_a_metric_is_published() -> None:
    published: list[tuple[Any, ...]] = []
    metrics = Metrics(jobs.METRICS, "job", lambda *one: published.append(one))
    for line in ("loss=0.5", "loss=nan", "nothing", "loss=0.25 accuracy=0.75"):
        metrics.observe(line, CREATED)
    dimensions = {"TrainingJobName": "job"}
    assert published == [
        ("/aws/sagemaker/TrainingJobs", "train:loss", 0.5, "None", dimensions),
        ("/aws/sagemaker/TrainingJobs", "train:loss", 0.25, "None", dimensions),
        ("/aws/sagemaker/TrainingJobs", "test:accuracy", 0.75, "None", dimensions),
    ]


@pytest.mark.parametrize(
    ("header", "value", "word"),
    [
        ("X-Amzn-SageMaker-Target-Variant", "green", "TargetVariant"),
        ("x-amzn-sagemaker-target-model", "other.tar.gz", "TargetModel"),
        ("x-amzn-sagemaker-inference-component", "part", "InferenceComponentName"),
        ("x-amzn-sagemaker-target-container-hostname", "second", "TargetContainerHostname"),
        ("x-amzn-sagemaker-enable-explanations", "`true`", "EnableExplanations"),
    ],
)
def test_an_invocation_of_what_the_endpoint_lacks_is_refused(
    header: str, value: str, word: str
) -> None:
    with pytest.raises(SageMakerError, match=word) as raised:
        check_targets("endpoint", "blue", {"content-type": "text/plain", header: value})
    assert raised.value.code == "ValidationError"


def test_an_invocation_of_the_endpoints_own_variant_passes() -> None:
    check_targets("endpoint", "blue", {"x-amzn-sagemaker-target-variant": "blue"})
