"""Authorization questions that must be denied, and similar ones that must be allowed."""

from collections.abc import Callable, Mapping

from local_aws.environment import ACCOUNT, DEFAULT_REGION
from tests.proof.privilege.calls import (
    API,
    API_LOG,
    MODEL,
    PROBE,
    SITE_CLEANER,
    SMOKE_TEST_WAITER,
    STARTER,
    STORAGE_CLEANER,
    TRAINING,
    TRAINING_WAITER,
)
from tests.proof.privilege.names import Names
from tests.proof.privilege.simulation import RELEASE, Question

OTHER_ACCOUNT = "111111111111"
ARN = f"{DEFAULT_REGION}:{ACCOUNT}"
# Tasks of the state machines in which CDK's provider framework waits.
IS_COMPLETE, ON_TIMEOUT = "framework-isComplete-task", "framework-onTimeout-task"
# Actions of AWS's managed policy for this role; API Gateway refuses a role without any of them.
# Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
API_LOG_ACTIONS = (
    "CreateLogGroup", "CreateLogStream", "DescribeLogGroups", "DescribeLogStreams",
    "PutLogEvents", "GetLogEvents", "FilterLogEvents",
)  # fmt: skip


def _role(role: str) -> Callable[[Names], str]:
    return lambda names: names.roles[role]


def _at(bucket: str, key: str) -> Callable[[Names], str]:
    return lambda names: f"arn:aws:s3:::{getattr(names, bucket)}/{getattr(names, key, key)}"


def _key(names: Names) -> str:
    return f"arn:aws:kms:{ARN}:key/{names.data_key}"


def _function(names: Names) -> str:
    return f"arn:aws:lambda:{ARN}:function:{names.api_function}:{RELEASE}"


def _in(**context: str) -> Callable[[Names], Mapping[str, str]]:
    keys = {key.replace("__", ":"): value for key, value in context.items()}
    return lambda _: keys


def _assume(what: str, role: str, principal: str, account: str = ACCOUNT) -> Question:
    return Question(
        what, "sts:AssumeRole", _role(role), principal=principal, policy=f"trust {role}",
        context=_in(aws__SourceAccount=account),
    )  # fmt: skip


def _serve(what: str, action: str, distribution: str | None) -> Question:
    def context(names: Names) -> Mapping[str, str]:
        name = distribution or names.distribution
        return {"aws:SourceArn": f"arn:aws:cloudfront::{ACCOUNT}:distribution/{name}"}

    return Question(
        what, action, _at("site", "index.html"), principal="cloudfront.amazonaws.com",
        policy="bucket site", context=context,
    )  # fmt: skip


def _log(what: str, bucket: str, account: str = ACCOUNT) -> Question:
    def context(names: Names) -> Mapping[str, str]:
        source = f"arn:aws:s3:::{getattr(names, bucket, bucket)}"
        return {"aws:SourceArn": source, "aws:SourceAccount": account}

    return Question(
        what, "s3:PutObject", _at("logs", "data/2026-01-01"),
        principal="logging.s3.amazonaws.com", policy="bucket logs", context=context,
    )  # fmt: skip


def _read(what: str, *, tls: bool, version: str) -> Question:
    return Question(
        what, "s3:GetObject", _at("data", "dataset"), role=TRAINING, policy="bucket data",
        context=_in(s3__TlsVersion=version), tls=tls,
    )  # fmt: skip


def _use_key(what: str, role: str, action: str, service: str = "s3") -> Question:
    via = f"{service}.{DEFAULT_REGION}.amazonaws.com"
    context = _in(kms__ViaService=via)
    return Question(what, f"kms:{action}", _key, role=role, policy="key DataKey", context=context)


def _encrypt_log(what: str, group: str) -> Question:
    arn = f"arn:aws:logs:{ARN}:log-group:{group}"
    return Question(
        what, "kms:Encrypt", lambda _: "*", principal=f"logs.{DEFAULT_REGION}.amazonaws.com",
        policy="key LogKey", context=lambda _: {"kms:EncryptionContext:aws:logs:arn": arn},
    )  # fmt: skip


def _call(what: str, service: str, api: str | None) -> Question:
    def context(names: Names) -> Mapping[str, str]:
        return {"aws:SourceArn": f"arn:aws:execute-api:{ARN}:{api or names.api}/api/POST/predict"}

    return Question(
        what, "lambda:InvokeFunction", _function, principal=service,
        policy="function api_function", context=context,
    )  # fmt: skip


def _pass(what: str, role: str, service: str) -> Question:
    context = _in(iam__PassedToService=service)
    return Question(what, "iam:PassRole", _role(role), role=STARTER, context=context)


def _alarm(what: str, service: str, account: str = ACCOUNT) -> Question:
    return Question(
        what, "sns:Publish", lambda _: f"arn:aws:sns:{ARN}:sentiment-dev-alarms",
        principal=service, policy="topic Alarms", context=_in(aws__SourceAccount=account),
    )  # fmt: skip


def _measure(what: str, namespace: str, role: str = TRAINING) -> Question:
    context = _in(cloudwatch__namespace=namespace)
    return Question(what, "cloudwatch:PutMetricData", lambda _: "*", role=role, context=context)


def _probe(what: str, action: str) -> Question:
    return Question(
        f"Rollout probe: {what}", f"sagemaker:{action}",
        lambda _: f"arn:aws:sagemaker:{ARN}:endpoint/sentiment-prod", role=PROBE,
    )  # fmt: skip


def _stream(group: str) -> str:
    return f"arn:aws:logs:{ARN}:log-group:{group}:log-stream:any"


def _waits(waiter: str, role: str) -> tuple[Question, ...]:
    def task(name: str) -> Callable[[Names], str]:
        return lambda names: names.tasks[names.roles[role]][name]

    who, call = waiter.capitalize(), "lambda:InvokeFunction"
    return (
        _assume(f"Step Functions: assume the role of the {waiter}", role, "states.amazonaws.com"),
        Question(f"{who}: invoke the completion check", call, task(IS_COMPLETE), role=role),
        Question(f"{who}: invoke the timeout handler", call, task(ON_TIMEOUT), role=role),
    )


def _logs_requests() -> tuple[Question, ...]:
    def stream(names: Names) -> str:
        return _stream(names.api_access_log)

    return (
        _assume("API Gateway: assume its log role", API_LOG, "apigateway.amazonaws.com"),
        *(
            Question(f"API Gateway, for its logs: {action}", f"logs:{action}", stream, role=API_LOG)
            for action in API_LOG_ACTIONS
        ),
    )


def _runs(function: str, role: str) -> tuple[Question, ...]:
    def stream(names: Names) -> str:
        return _stream(names.log_groups[names.roles[role]])

    who = function.capitalize()
    return (
        _assume(f"Lambda: assume the role of the {function}", role, LAMBDA),
        Question(f"{who}: create a log stream", "logs:CreateLogStream", stream, role=role),
        Question(f"{who}: write to its log", "logs:PutLogEvents", stream, role=role),
    )


def _empties(who: str, role: str, bucket: str) -> tuple[Question, ...]:
    def row(what: str, action: str, within: str = "") -> Question:
        return Question(
            f"{who}: {what}", f"s3:{action}",
            lambda names: f"arn:aws:s3:::{getattr(names, bucket)}{within}",
            role=role, policy=f"bucket {bucket}",
        )  # fmt: skip

    return (
        row("read the bucket's tags", "GetBucketTagging"),
        row("block new objects with a bucket policy", "PutBucketPolicy"),
        row("list versions", "ListBucketVersions"),
        row("delete a version", "DeleteObjectVersion", "/any"),
    )


SAGEMAKER, LAMBDA = "sagemaker.amazonaws.com", "lambda.amazonaws.com"
NO = (
    _assume("SageMaker, for another account: assume a job's role", TRAINING, SAGEMAKER, OTHER_ACCOUNT),
    _assume("Lambda: assume a training job's role", TRAINING, LAMBDA),
    _assume("EC2: assume the model's role", MODEL, "ec2.amazonaws.com"),
    _assume("SageMaker: assume the API function's role", API, SAGEMAKER),
    _assume("Another account: assume the model's role", MODEL, f"arn:aws:iam::{OTHER_ACCOUNT}:root"),
    _assume("Account administrator: assume a job's role", TRAINING, f"arn:aws:iam::{ACCOUNT}:root"),
    _serve("Another CloudFront distribution: read the page's bucket", "s3:GetObject", "EOTHER"),
    _serve("The page's distribution: write to its bucket", "s3:PutObject", None),
    _log("S3: write another bucket's access log", "other-bucket"),
    _log("S3, for another account: write an access log", "data", OTHER_ACCOUNT),
    _read("Training job: read its dataset without TLS", tls=False, version="1.2"),
    _read("Training job: read its dataset with TLS 1.1", tls=True, version="1.1"),
    _use_key("Training job: use the data key through Secrets Manager", TRAINING, "Decrypt", "secretsmanager"),
    _use_key("Model: encrypt with the data key through S3", MODEL, "GenerateDataKey"),
    _use_key("API function: use the data key through Secrets Manager", API, "Decrypt", "secretsmanager"),
    Question(
        "Another account: decrypt with the data key", "kms:Decrypt", _key,
        principal=f"arn:aws:iam::{OTHER_ACCOUNT}:root", policy="key DataKey",
    ),
    _encrypt_log("CloudWatch Logs: use the log key for another environment's logs", "sentiment-prod-any"),
    _call("Another REST API: invoke the API function", "apigateway.amazonaws.com", "other"),
    _call("EventBridge: invoke the API function", "events.amazonaws.com", None),
    Question(
        "Training waiter: invoke the API function",
        "lambda:InvokeFunction", _function, role=TRAINING_WAITER,
    ),
    _pass("Training job starter: pass a job's role to Lambda", TRAINING, LAMBDA),
    _pass("Training job starter: pass the model's role to SageMaker", MODEL, SAGEMAKER),
    _alarm("CloudWatch, for another account: publish an alarm", "cloudwatch.amazonaws.com", OTHER_ACCOUNT),
    _alarm("S3: publish an alarm", "s3.amazonaws.com"),
    _measure("Training job: publish metrics of the application", "sentiment-dev"),
)  # fmt: skip

YES = (
    _assume("SageMaker: assume a job's role", TRAINING, SAGEMAKER),
    _assume("Lambda: assume the API function's role", API, LAMBDA),
    _serve("The page's distribution: read its bucket", "s3:GetObject", None),
    _log("S3: write the data bucket's access log", "data"),
    _read("Training job: read its dataset with TLS 1.2", tls=True, version="1.2"),
    _use_key("Training job: decrypt through S3", TRAINING, "Decrypt"),
    _use_key("Training job: encrypt through S3", TRAINING, "GenerateDataKey"),
    _use_key("Model: decrypt through S3", MODEL, "Decrypt"),
    _use_key("API function: encrypt feedback through S3", API, "GenerateDataKey"),
    _use_key("API function: decrypt comparisons of models through S3", API, "Decrypt"),
    _encrypt_log("CloudWatch Logs: use the log key for this environment's logs", "sentiment-dev-any"),
    _call("The REST API: invoke its function", "apigateway.amazonaws.com", None),
    _pass("Training job starter: pass a job's role to SageMaker", TRAINING, SAGEMAKER),
    _alarm("CloudWatch: publish an alarm", "cloudwatch.amazonaws.com"),
    _measure("Training job: publish its metrics", "/aws/sagemaker/TrainingJobs"),
    # Roles that act outside the embedded AWS's enforcement, or only when a stack is destroyed.
    *_waits("training waiter", TRAINING_WAITER),
    *_waits("smoke test waiter", SMOKE_TEST_WAITER),
    *_logs_requests(),
    *_runs("page bucket cleanup function", SITE_CLEANER),
    *_empties("Page bucket cleanup function", SITE_CLEANER, "site"),
    *_runs("storage bucket cleanup function", STORAGE_CLEANER),
    *_empties("Storage bucket cleanup function, data bucket", STORAGE_CLEANER, "data"),
    *_empties("Storage bucket cleanup function, log bucket", STORAGE_CLEANER, "logs"),
)  # fmt: skip

# For prod only, where the probe rarely runs during an update.
PROBES = (
    *_runs("rollout probe", PROBE),
    _probe("read the endpoint's status", "DescribeEndpoint"),
    _probe("invoke the endpoint", "InvokeEndpoint"),
    _measure("Rollout probe: publish its metric", "sentiment-prod", PROBE),
)  # fmt: skip
