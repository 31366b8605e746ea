"""Calls by the deployed roles: those that must be refused, and similar ones that must succeed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.proof.privilege.names import Names

SECTION = "Least privilege: refused"
CONTROLS = "Least privilege: allowed"
API = "web/PredictApiHandlerRole"
RELEASE_TEST = "web/PredictApiReleaseOnEventRole"
SITE_FILES = "web/SiteFilesRole"
SITE_CLEANER = "web/CustomS3AutoDeleteObjectsCustomResourceProviderRole"
STORAGE_CLEANER = "storage/CustomS3AutoDeleteObjectsCustomResourceProviderRole"
DATASETS = "storage/DatasetsRole"
TRAINING = "model/TrainingJobRole"
STARTER = "model/TrainingJobOnEventRole"
SCHEDULE = "model/RetrainingRole"
WATCHER = "model/TrainingJobIsCompleteRole"
MODEL = "model/EndpointRole"
SCORING = "model/ScoringRole"
SMOKE_TEST = "model/SmokeTestOnEventRole"
TRIAL = "model/SmokeTestIsCompleteRole"
PROBE = "model/RolloutProbeRole"
TRAINING_WAITER = "model/TrainingJobProviderFrameworkwaiterstatemachineRole"
SMOKE_TEST_WAITER = "model/SmokeTestProviderFrameworkwaiterstatemachineRole"
API_LOG = "web/PredictApiAccountLogRole"
WHO = {
    API: "API function",
    SITE_FILES: "Page deployment function",
    SITE_CLEANER: "Page bucket cleanup function",
    DATASETS: "Dataset deployment function",
    TRAINING: "Training job",
    STARTER: "Training job starter",
    SCHEDULE: "Schedule of trainings",
    WATCHER: "Training job monitor",
    MODEL: "Model",
    SCORING: "Scoring",
    SMOKE_TEST: "Smoke test",
    TRIAL: "Trial of a new model",
    RELEASE_TEST: "Test of the API's new code",
}
# Actions that emptying a bucket requires.
EMPTYING = {
    "s3:GetBucketTagging", "s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:ListBucketVersions",
    "s3:DeleteObjectVersion",
}  # fmt: skip
Arguments = Callable[[Names], Mapping[str, Any]]


@dataclass(frozen=True)
class Call:
    """One call of an AWS API by a role.

    Attributes:
        role: stack and logical id of the caller's role.
        action: permission that the call requires.
        what: description of the call.
        operation: service and boto3 method, such as `s3.get_object`.
        arguments: function that returns the method's arguments for the deployed names.
    """

    role: str
    action: str
    what: str
    operation: str
    arguments: Arguments

    @property
    def words(self) -> str:
        """The caller and the description of the call."""
        return f"{WHO[self.role]}: {self.what}"


def _object(bucket: str, key: str, **further: Any) -> Arguments:
    def arguments(names: Names) -> Mapping[str, Any]:
        return {
            "Bucket": getattr(names, bucket), "Key": getattr(names, key, key), **further,
        }  # fmt: skip

    return arguments


def _bucket(bucket: str, **further: Any) -> Arguments:
    return lambda names: {"Bucket": getattr(names, bucket), **further}


def _put(role: str, what: str, bucket: str, key: str) -> Call:
    return Call(role, "s3:PutObject", what, "s3.put_object", _object(bucket, key, Body=b""))


def _get(role: str, what: str, bucket: str, key: str) -> Call:
    return Call(role, "s3:GetObject", what, "s3.get_object", _object(bucket, key))


def _delete(role: str, what: str, bucket: str, key: str) -> Call:
    return Call(role, "s3:DeleteObject", what, "s3.delete_object", _object(bucket, key))


def _list(role: str, what: str, bucket: str, prefix: str = "") -> Call:
    def arguments(names: Names) -> Mapping[str, Any]:
        return {"Bucket": getattr(names, bucket), "Prefix": getattr(names, prefix, prefix)}

    return Call(role, "s3:ListBucket", what, "s3.list_objects_v2", arguments)


def _invoke(role: str, what: str, endpoint: str) -> Call:
    arguments = {"EndpointName": endpoint, "Body": b"A fine film.", "ContentType": "text/plain"}
    operation = "sagemaker-runtime.invoke_endpoint"
    return Call(role, "sagemaker:InvokeEndpoint", what, operation, lambda _: arguments)


def _decrypt(role: str, what: str) -> Call:
    return Call(
        role, "kms:Decrypt", what, "kms.decrypt",
        lambda names: {"CiphertextBlob": names.data_ciphertext, "KeyId": names.data_key},
    )  # fmt: skip


def _write_log(role: str, what: str, group: str) -> Call:
    def arguments(names: Names) -> Mapping[str, Any]:
        return {
            "logGroupName": getattr(names, group, group), "logStreamName": "sentiment-prod-1/algo-1",
            "logEvents": [{"timestamp": 1, "message": "forged"}],
        }  # fmt: skip

    return Call(role, "logs:PutLogEvents", what, "logs.put_log_events", arguments)


def _start(what: str, action: str, *, name: str, role: str, by: str = STARTER) -> Call:
    operation = "sagemaker.create_training_job"
    return Call(by, action, what, operation, lambda names: names.training(name, role=role))


def _assume(role: str, what: str, other: str) -> Call:
    return Call(
        role, "sts:AssumeRole", what, "sts.assume_role",
        lambda names: {"RoleArn": names.roles[other], "RoleSessionName": "other"},
    )  # fmt: skip


REFUSED = (
    _invoke(API, "invoke another endpoint", "sentiment-prod"),
    _get(API, "read the dataset", "data", "dataset"),
    _get(API, "read the model", "data", "artifact"),
    _get(API, "read the feedback that it stored", "data", "feedback"),
    _list(API, "list the data bucket", "data"),
    _put(API, "write outside the feedback prefix", "data", "models/forged.tar.gz"),
    _delete(API, "delete feedback", "data", "feedback"),
    _put(API, "deface the page", "site", "index.html"),
    _decrypt(API, "decrypt with the data key"),
    _write_log(API, "write to another function's log", "smoke_log_group"),
    Call(
        API, "logs:DeleteLogGroup", "delete its own log group", "logs.delete_log_group",
        lambda names: {"logGroupName": names.api_log_group},
    ),
    Call(
        API, "sagemaker:CreateTrainingJob", "start a training job", "sagemaker.create_training_job",
        lambda names: names.training("sentiment-dev-x", role=TRAINING),
    ),
    Call(
        API, "sagemaker:DeleteEndpoint", "delete the endpoint", "sagemaker.delete_endpoint",
        lambda _: {"EndpointName": "sentiment-dev"},
    ),
    Call(
        API, "lambda:UpdateFunctionCode", "change its own code", "lambda.update_function_code",
        lambda names: {"FunctionName": names.api_function, "ZipFile": b"PK"},
    ),
    Call(
        API, "iam:PutRolePolicy", "give itself permissions", "iam.put_role_policy",
        lambda names: {
            "RoleName": names.roles[API].rpartition("/")[2], "PolicyName": "More",
            "PolicyDocument": "{}",
        },
    ),
    Call(
        API, "cloudformation:DeleteStack", "delete a stack", "cloudformation.delete_stack",
        lambda _: {"StackName": "sentiment-dev-model"},
    ),
    Call(
        API, "ssm:GetParameter", "read parameters", "ssm.get_parameter",
        lambda _: {"Name": "/sentiment-dev/keys/data"},
    ),
    _assume(API, "assume the training job's role", TRAINING),
    _put(TRAINING, "write outside its folder", "data", "datasets/poisoned.jsonl"),
    _put(TRAINING, "write to the page's bucket", "site", "index.html"),
    _delete(TRAINING, "delete the dataset", "data", "dataset"),
    _delete(TRAINING, "delete its own model", "data", "artifact"),
    _get(TRAINING, "read feedback, which is not one of its channels", "data", "feedback"),
    _get(TRAINING, "read the bucket of access logs", "logs", "data/any"),
    _get(TRAINING, "read an asset that is not its source", "assets", "other_asset"),
    _list(TRAINING, "list the whole data bucket", "data"),
    _decrypt(TRAINING, "decrypt with the data key outside S3"),
    _write_log(TRAINING, "write to another environment's log", "/aws/sagemaker/TrainingJobs"),
    _invoke(TRAINING, "invoke the endpoint", "sentiment-dev"),
    Call(
        TRAINING, "sagemaker:CreateModel", "create a model", "sagemaker.create_model",
        lambda names: {"ModelName": "forged", "ExecutionRoleArn": names.roles[MODEL]},
    ),
    Call(
        TRAINING, "ecr:BatchGetImage", "pull another image", "ecr.batch_get_image",
        lambda _: {"repositoryName": "other", "imageIds": [{"imageTag": "latest"}]},
    ),
    _assume(TRAINING, "assume the starter's role", STARTER),
    _get(API, "read test reviews", "data", "models/any/output/output.tar.gz"),
    _get(TRIAL, "read the model", "data", "artifact"),
    _get(TRIAL, "read the dataset", "data", "dataset"),
    _get(TRIAL, "read feedback", "data", "feedback"),
    _put(TRIAL, "replace the model", "data", "artifact"),
    _put(TRIAL, "replace test reviews", "data", "models/any/output/output.tar.gz"),
    _decrypt(TRIAL, "decrypt with the data key outside S3"),
    Call(
        TRIAL, "cloudformation:DescribeStacks", "look at another stack",
        "cloudformation.describe_stacks", lambda _: {"StackName": "sentiment-dev-web"},
    ),
    _put(MODEL, "write a model", "data", "artifact"),
    _put(MODEL, "write reviews to score", "data", "scoring/in/x.jsonl"),
    _put(SCORING, "write reviews to score", "data", "scoring/in/x.jsonl"),
    _put(SCORING, "write a model", "data", "artifact"),
    _get(SCORING, "read the dataset", "data", "dataset"),
    _list(SCORING, "list the data bucket", "data"),
    _put(MODEL, "write captured requests although data capture is off", "data", "captured/x.jsonl"),
    _get(MODEL, "read the dataset", "data", "dataset"),
    _list(MODEL, "list the data bucket", "data"),
    _invoke(MODEL, "invoke the endpoint", "sentiment-dev"),
    _start(
        "pass another role to a job", "iam:PassRole", name="sentiment-dev-x", role=API,
    ),
    _start(
        "start another environment's job", "sagemaker:CreateTrainingJob",
        name="sentiment-prod-x", role=TRAINING,
    ),
    Call(
        STARTER, "sagemaker:StopTrainingJob", "stop another environment's job",
        "sagemaker.stop_training_job", lambda _: {"TrainingJobName": "sentiment-prod-x"},
    ),
    Call(
        STARTER, "lambda:CreateFunction", "pass the job's role to a function",
        "lambda.create_function",
        lambda names: {
            "FunctionName": "forged", "Role": names.roles[TRAINING], "Runtime": "python3.12",
            "Handler": "index.handler", "Code": {"ZipFile": b"PK"},
        },
    ),
    _put(STARTER, "replace the model", "data", "artifact"),
    _delete(STARTER, "delete the model", "data", "artifact"),
    _get(STARTER, "read the dataset", "data", "dataset"),
    Call(
        WATCHER, "sagemaker:StopTrainingJob", "stop the job", "sagemaker.stop_training_job",
        lambda names: {"TrainingJobName": names.job},
    ),
    Call(
        WATCHER, "s3:PutObjectTagging", "retire the model", "s3.put_object_tagging",
        _object("data", "artifact", Tagging={"TagSet": []}),
    ),
    Call(
        SMOKE_TEST, "sagemaker:DeleteEndpoint", "delete the endpoint", "sagemaker.delete_endpoint",
        lambda _: {"EndpointName": "sentiment-dev"},
    ),
    _invoke(SMOKE_TEST, "invoke another endpoint", "sentiment-prod"),
    _invoke(RELEASE_TEST, "invoke another endpoint", "sentiment-prod"),
    _put(SITE_FILES, "write to the data bucket", "data", "datasets/poisoned.jsonl"),
    Call(
        SITE_FILES, "s3:PutBucketPolicy", "open the page's bucket", "s3.put_bucket_policy",
        _bucket("site", Policy="{}"),
    ),
    Call(
        SITE_FILES, "cloudfront:CreateInvalidation", "empty its distribution's cache",
        "cloudfront.create_invalidation",
        lambda names: {
            "DistributionId": names.distribution,
            "InvalidationBatch": {"Paths": {"Quantity": 1, "Items": ["/*"]}, "CallerReference": "x"},
        },
    ),
    _delete(DATASETS, "delete a model", "data", "artifact"),
    _put(DATASETS, "replace a model", "data", "artifact"),
    _delete(SITE_CLEANER, "empty the data bucket", "data", "artifact"),
    _list(SITE_CLEANER, "list the data bucket", "data"),
)  # fmt: skip

# With retraining.schedule
REFUSED_TO_SCHEDULE = (
    _start(
        "pass another role to a job", "iam:PassRole",
        name="sentiment-dev-x", role=API, by=SCHEDULE,
    ),
    _start(
        "start another environment's job", "sagemaker:CreateTrainingJob",
        name="sentiment-prod-x", role=TRAINING, by=SCHEDULE,
    ),
    Call(
        SCHEDULE, "sagemaker:StopTrainingJob", "stop a job", "sagemaker.stop_training_job",
        lambda names: {"TrainingJobName": names.job},
    ),
    _get(SCHEDULE, "read the dataset", "data", "dataset"),
    _put(SCHEDULE, "replace the model", "data", "artifact"),
)  # fmt: skip

# Permitted counterparts of the calls above, so that a deployment that refuses everything fails.
ALLOWED = (
    _invoke(API, "invoke its endpoint", "sentiment-dev"),
    _put(API, "store feedback", "data", "feedback/2026-01/again.jsonl"),
    _get(TRAINING, "read its dataset", "data", "dataset"),
    _get(TRAINING, "read its source", "assets", "source"),
    _list(TRAINING, "list its dataset", "data", "dataset_folder"),
    _put(TRAINING, "write under its folder", "data", "models/sentiment-dev-x/output/x"),
    _get(MODEL, "read the model", "data", "artifact"),
    _get(SCORING, "read the model", "data", "artifact"),
    _put(SCORING, "store answers", "data", "scoring/out/x.jsonl.out"),
    _get(STARTER, "check that the model exists", "data", "artifact"),
    _list(STARTER, "check that another model does not exist", "data", "models/"),
    Call(
        STARTER, "s3:PutObjectTagging", "retire a model", "s3.put_object_tagging",
        _object("data", "models/sentiment-dev-x/output/x", Tagging={"TagSet": []}),
    ),
    Call(
        WATCHER, "sagemaker:DescribeTrainingJob", "read a job's status",
        "sagemaker.describe_training_job", lambda names: {"TrainingJobName": names.job},
    ),
    _invoke(SMOKE_TEST, "invoke its endpoint", "sentiment-dev"),
    _invoke(RELEASE_TEST, "invoke its endpoint", "sentiment-dev"),
    _put(SITE_FILES, "write to the page's bucket", "site", "added.txt"),
    _delete(SITE_FILES, "delete from the page's bucket", "site", "added.txt"),
    _put(DATASETS, "write a dataset", "data", "datasets/other/reviews.jsonl"),
    _list(SITE_CLEANER, "list the page's bucket", "site"),
)  # fmt: skip
