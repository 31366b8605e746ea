"""Questions whose answer must be no, and the like whose answer must be yes."""

from collections.abc import Callable, Mapping

from local_aws.environment import ACCOUNT, DEFAULT_REGION
from tests.proof.privilege.calls import API, MODEL, STARTER, TRAINING
from tests.proof.privilege.names import Names
from tests.proof.privilege.simulation import RELEASE, Question

OTHER_ACCOUNT = "111111111111"
WAITER = "model/TrainingJobProviderFrameworkwaiterstatemachineRole"
ARN = f"{DEFAULT_REGION}:{ACCOUNT}"


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


def _tell(what: str, service: str, account: str = ACCOUNT) -> Question:
    return Question(
        what, "sns:Publish", lambda _: f"arn:aws:sns:{ARN}:sentiment-dev-alarms",
        principal=service, policy="topic Alarms", context=_in(aws__SourceAccount=account),
    )  # fmt: skip


def _measure(what: str, namespace: str) -> Question:
    context = _in(cloudwatch__namespace=namespace)
    return Question(what, "cloudwatch:PutMetricData", lambda _: "*", role=TRAINING, context=context)


SAGEMAKER, LAMBDA = "sagemaker.amazonaws.com", "lambda.amazonaws.com"
NO = (
    _assume("SageMaker, for another account: assume a job's role", TRAINING, SAGEMAKER, OTHER_ACCOUNT),
    _assume("Lambda: assume a training job's role", TRAINING, LAMBDA),
    _assume("EC2: assume the model's role", MODEL, "ec2.amazonaws.com"),
    _assume("SageMaker: assume the role of the API's function", API, SAGEMAKER),
    _assume("another account: assume the model's role", MODEL, f"arn:aws:iam::{OTHER_ACCOUNT}:root"),
    _assume("the account's administrator: assume a job's role", TRAINING, f"arn:aws:iam::{ACCOUNT}:root"),
    _serve("another distribution of CloudFront: read the page's bucket", "s3:GetObject", "EOTHER"),
    _serve("the page's distribution: write into its bucket", "s3:PutObject", None),
    _log("S3: write another bucket's access log", "other-bucket"),
    _log("S3, for another account: write an access log", "data", OTHER_ACCOUNT),
    _read("a training job: read its dataset without TLS", tls=False, version="1.2"),
    _read("a training job: read its dataset with TLS 1.1", tls=True, version="1.1"),
    _use_key("a training job: use the data key through Secrets Manager", TRAINING, "Decrypt", "secretsmanager"),
    _use_key("the model: encrypt with the data key through S3", MODEL, "GenerateDataKey"),
    _use_key("the API's function: decrypt feedback through S3", API, "Decrypt"),
    Question(
        "another account: decrypt with the data key", "kms:Decrypt", _key,
        principal=f"arn:aws:iam::{OTHER_ACCOUNT}:root", policy="key DataKey",
    ),
    _encrypt_log("CloudWatch Logs: use the log key for another environment", "sentiment-prod-any"),
    _call("another API of API Gateway: call the API's function", "apigateway.amazonaws.com", "other"),
    _call("EventBridge: call the API's function", "events.amazonaws.com", None),
    Question(
        "the state machine that waits for trainings: call the API's function",
        "lambda:InvokeFunction", _function, role=WAITER,
    ),
    _pass("the function that starts jobs: pass a job's role to Lambda", TRAINING, LAMBDA),
    _pass("the function that starts jobs: pass the model's role to SageMaker", MODEL, SAGEMAKER),
    _tell("CloudWatch, for another account: tell an alarm", "cloudwatch.amazonaws.com", OTHER_ACCOUNT),
    _tell("S3: tell an alarm", "s3.amazonaws.com"),
    _measure("a training job: publish metrics of the application", "sentiment-dev"),
)  # fmt: skip

YES = (
    _assume("SageMaker: assume a job's role", TRAINING, SAGEMAKER),
    _assume("Lambda: assume the role of the API's function", API, LAMBDA),
    _serve("the page's distribution: read its bucket", "s3:GetObject", None),
    _log("S3: write the data bucket's access log", "data"),
    _read("a training job: read its dataset with TLS 1.2", tls=True, version="1.2"),
    _use_key("a training job: decrypt through S3", TRAINING, "Decrypt"),
    _use_key("a training job: encrypt through S3", TRAINING, "GenerateDataKey"),
    _use_key("the model: decrypt through S3", MODEL, "Decrypt"),
    _use_key("the API's function: encrypt feedback through S3", API, "GenerateDataKey"),
    _encrypt_log("CloudWatch Logs: use the log key for this environment", "sentiment-dev-any"),
    _call("the API of API Gateway: call its function", "apigateway.amazonaws.com", None),
    _pass("the function that starts jobs: pass a job's role to SageMaker", TRAINING, SAGEMAKER),
    _tell("CloudWatch: tell an alarm", "cloudwatch.amazonaws.com"),
    _measure("a training job: publish its metrics", "/aws/sagemaker/TrainingJobs"),
)  # fmt: skip
