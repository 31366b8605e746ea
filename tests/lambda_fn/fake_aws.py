"""In-memory SageMaker and S3 with the operations of the TrainingJob handlers.

Requests are validated by botocore's model of the services, and those to SageMaker by the embedded
SageMaker as well. Errors for missing jobs and objects are the same as on AWS.
"""

from types import SimpleNamespace
from typing import Any

import botocore.session
from botocore.exceptions import ClientError
from botocore.validate import validate_parameters

from eventual_consistency import Clock
from local_aws.sagemaker.errors import SageMakerError
from local_aws.sagemaker.validation import validate

SESSION = botocore.session.Session()
# Known reviews of a German model
GERMAN = [
    {"text": "Ein wunderbarer Film, großartig gespielt.", "label": "positive"},
    {"text": "Wunderbar, von der ersten Minute an.", "label": "positive"},
    {"text": "Ein langweiliger Film, furchtbar gespielt.", "label": "negative"},
]


def client_error(code: str, message: str, operation: str, status: int = 400) -> ClientError:
    """Return the error that boto3 raises."""
    return ClientError(
        {
            "Error": {"Code": code, "Message": message},
            "ResponseMetadata": {"HTTPStatusCode": status},
        },
        operation,
    )


def check(service: str, operation: str, parameters: dict[str, Any]) -> None:
    """Raise a validation error for a request that AWS would refuse."""
    model = SESSION.get_service_model(service).operation_model(operation)
    validate_parameters(parameters, model.input_shape)
    if service == "sagemaker":
        try:
            validate(operation, parameters)
        except SageMakerError as error:
            raise client_error(error.code, error.message, operation) from None


class Time:
    """A clock that advances only by sleeping."""

    def __init__(self) -> None:
        """Start at zero."""
        self.seconds = 0.0
        self.waits: list[float] = []
        self.clock = Clock(now=lambda: self.seconds, sleep=self.sleep)

    def sleep(self, seconds: float) -> None:
        """Advance the clock."""
        self.seconds += seconds
        self.waits.append(seconds)


class FakeSageMaker:
    """Training jobs that end when the test ends them."""

    def __init__(self) -> None:
        """Start without jobs."""
        self.jobs: dict[str, dict[str, Any]] = {}
        self.created: list[str] = []
        self.tags: dict[str, list[dict[str, str]]] = {}
        self.refusals: list[str] = []

    def create_training_job(self, **request: Any) -> dict[str, str]:
        """Start a job, unless its name is taken."""
        check("sagemaker", "CreateTrainingJob", request)
        name = request["TrainingJobName"]
        if self.refusals:
            raise client_error("ValidationException", self.refusals.pop(), "CreateTrainingJob")
        if name in self.jobs:
            raise client_error("ResourceInUse", "Job name must be unique", "CreateTrainingJob")
        output = request["OutputDataConfig"]["S3OutputPath"]
        self.created.append(name)
        self.jobs[name] = {
            "TrainingJobName": name,
            "TrainingJobArn": f"arn:aws:sagemaker:us-east-1:111122223333:training-job/{name}",
            "TrainingJobStatus": "InProgress",
            "ModelArtifacts": {"S3ModelArtifacts": f"{output}/{name}/output/model.tar.gz"},
        }
        return {"TrainingJobArn": f"arn:aws:sagemaker:us-east-1:111122223333:training-job/{name}"}

    def describe_training_job(self, **request: Any) -> dict[str, Any]:
        """Return the description of a job."""
        check("sagemaker", "DescribeTrainingJob", request)
        if request["TrainingJobName"] not in self.jobs:
            raise client_error(
                "ValidationException", "Requested resource not found.", "DescribeTrainingJob"
            )
        return self.jobs[request["TrainingJobName"]]

    def add_tags(self, **request: Any) -> None:
        """Remember the tags of a job."""
        check("sagemaker", "AddTags", request)
        self.tags[request["ResourceArn"].rpartition("/")[2]] = request["Tags"]

    def stop_training_job(self, **request: Any) -> None:
        """Stop a job."""
        check("sagemaker", "StopTrainingJob", request)
        self.jobs[request["TrainingJobName"]]["TrainingJobStatus"] = "Stopping"

    def end(self, name: str, status: str, **details: Any) -> None:
        """End a job."""
        self.jobs[name] |= {"TrainingJobStatus": status, **details}


class FakeS3:
    """Objects by URI, with their tags, in buckets of one region."""

    meta = SimpleNamespace(region_name="us-east-1")

    def __init__(self, region: str = "us-east-1") -> None:
        """Start empty."""
        self.tags: dict[str, dict[str, str]] = {}
        self.region = region

    def head_bucket(self, **request: Any) -> dict[str, Any]:
        """Return the region of a bucket."""
        check("s3", "HeadBucket", request)
        return {"ResponseMetadata": {"HTTPHeaders": {"x-amz-bucket-region": self.region}}}

    def put(self, uri: str) -> None:
        """Store an object."""
        self.tags[uri] = {}

    def head_object(self, **request: Any) -> None:
        """Succeed if the object exists."""
        check("s3", "HeadObject", request)
        self._find(request, "HeadObject")

    def put_object_tagging(self, **request: Any) -> None:
        """Replace an object's tags."""
        check("s3", "PutObjectTagging", request)
        uri = self._find(request, "PutObjectTagging")
        self.tags[uri] = {tag["Key"]: tag["Value"] for tag in request["Tagging"]["TagSet"]}

    def delete_object_tagging(self, **request: Any) -> None:
        """Remove all tags of an object."""
        check("s3", "DeleteObjectTagging", request)
        self.tags[self._find(request, "DeleteObjectTagging")] = {}

    def _find(self, request: dict[str, Any], operation: str) -> str:
        uri = f"s3://{request['Bucket']}/{request['Key']}"
        if uri not in self.tags:
            raise client_error("404", "Not Found", operation, 404)
        return uri
