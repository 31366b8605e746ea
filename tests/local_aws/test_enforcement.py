"""IAM enforcement that ministack lacks: SageMaker, passed roles, log streams, metric namespaces."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from local_aws.environment import ACCOUNT, DECISIONS, DEFAULT_REGION, endpoint_url
from local_aws.testing import free_port
from tests.local_aws.conftest import Emulator, ended, run_cli

ROLE = f"arn:aws:iam::{ACCOUNT}:role"
LOGS = f"arn:aws:logs:{DEFAULT_REGION}:{ACCOUNT}:log-group"
SAGEMAKER = f"arn:aws:sagemaker:{DEFAULT_REGION}:{ACCOUNT}"
JOB: dict[str, Any] = {
    "AlgorithmSpecification": {"TrainingImage": "pytorch-training", "TrainingInputMode": "File"},
    "OutputDataConfig": {"S3OutputPath": "s3://nowhere/models"},
    "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1},
    "StoppingCondition": {"MaxRuntimeInSeconds": 60},
}


def trust(service: str, **condition: str) -> str:
    """Return a trust policy."""
    statement = {
        "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": service},
        "Condition": {"StringEquals": condition},
    }  # fmt: skip
    return policy(statement)


def allow(action: str, resource: str) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource}


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


@pytest.fixture(scope="module")
def enforcing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """An emulator that enforces IAM, with a role for jobs and a user that may start some."""
    state = tmp_path_factory.mktemp("enforcing") / "state"
    port = free_port()
    up = run_cli("up", "--port", str(port), "--state", str(state), "--enforce-iam")
    assert up.returncode == 0, up.stderr
    assert DECISIONS in up.stdout
    emulator = Emulator(port, state)
    iam = emulator.client("iam")
    for role, service, account in (
        ("job", "sagemaker.amazonaws.com", ACCOUNT),
        ("of-others", "sagemaker.amazonaws.com", "111111111111"),
        ("function", "lambda.amazonaws.com", ACCOUNT),
    ):
        document = trust(service, **{"aws:SourceAccount": account})
        iam.create_role(RoleName=role, AssumeRolePolicyDocument=document)
    iam.create_user(UserName="starter")
    statements = [
        allow("sagemaker:CreateTrainingJob", f"{SAGEMAKER}:training-job/mine-*"),
        allow("sagemaker:CreateEndpoint", f"{SAGEMAKER}:endpoint/mine"),
        allow("sagemaker:InvokeEndpoint", f"{SAGEMAKER}:endpoint/mine"),
        allow("iam:PassRole", f"{ROLE}/job"),
        allow("logs:CreateLogStream", f"{LOGS}:shared:log-stream:mine-*"),
        {
            **allow("cloudwatch:PutMetricData", "*"),
            "Condition": {"StringEquals": {"cloudwatch:namespace": "Mine"}},
        },
    ]
    iam.put_user_policy(UserName="starter", PolicyName="Start", PolicyDocument=policy(*statements))
    emulator.client("logs").create_log_group(logGroupName="shared")
    try:
        yield emulator
    finally:
        ended(state)


@pytest.fixture(scope="module")
def starter(enforcing: Emulator) -> boto3.Session:
    """Return a session of the user."""
    key = enforcing.client("iam").create_access_key(UserName="starter")["AccessKey"]
    return boto3.Session(key["AccessKeyId"], key["SecretAccessKey"], region_name=DEFAULT_REGION)


def client(session: boto3.Session, service: str, emulator: Emulator) -> Any:
    return session.client(service, endpoint_url=endpoint_url(emulator.port))


def code_of(error: pytest.ExceptionInfo[ClientError]) -> str:
    return str(error.value.response["Error"]["Code"])


@pytest.mark.parametrize(
    ("name", "role", "refused"),
    [
        ("other-1", "job", "sagemaker:CreateTrainingJob"),
        ("mine-1", "function", "iam:PassRole"),
    ],
)
def test_starting_a_job_needs_permission_for_its_name_and_its_role(
    enforcing: Emulator, starter: boto3.Session, name: str, role: str, refused: str
) -> None:
    sagemaker = client(starter, "sagemaker", enforcing)
    with pytest.raises(ClientError, match=refused) as error:
        sagemaker.create_training_job(TrainingJobName=name, RoleArn=f"{ROLE}/{role}", **JOB)
    assert code_of(error) == "AccessDeniedException"


def test_an_allowed_job_starts(enforcing: Emulator, starter: boto3.Session) -> None:
    sagemaker = client(starter, "sagemaker", enforcing)
    sagemaker.create_training_job(TrainingJobName="mine-1", RoleArn=f"{ROLE}/job", **JOB)
    started = enforcing.client("sagemaker").describe_training_job(TrainingJobName="mine-1")
    assert started["RoleArn"] == f"{ROLE}/job"


@pytest.mark.parametrize("role", ["function", "of-others", "missing"])
def test_sagemaker_assumes_only_roles_that_trust_it(enforcing: Emulator, role: str) -> None:
    sagemaker = enforcing.client("sagemaker")
    with pytest.raises(ClientError, match=f"Could not assume role {ROLE}/{role}") as error:
        sagemaker.create_training_job(TrainingJobName="any-1", RoleArn=f"{ROLE}/{role}", **JOB)
    assert code_of(error) == "ValidationException"


def test_an_endpoint_needs_permission_for_its_configuration(
    enforcing: Emulator, starter: boto3.Session
) -> None:
    sagemaker = client(starter, "sagemaker", enforcing)
    with pytest.raises(ClientError, match="endpoint-config/any"):
        sagemaker.create_endpoint(EndpointName="mine", EndpointConfigName="any")


def test_only_the_allowed_endpoint_may_be_invoked(
    enforcing: Emulator, starter: boto3.Session
) -> None:
    runtime = client(starter, "sagemaker-runtime", enforcing)
    with pytest.raises(ClientError) as error:
        runtime.invoke_endpoint(EndpointName="other", Body=b"")
    assert code_of(error) == "AccessDeniedException"
    with pytest.raises(ClientError) as error:  # it does not exist
        runtime.invoke_endpoint(EndpointName="mine", Body=b"")
    assert code_of(error) == "ValidationError"


def test_log_streams_are_checked_by_name(enforcing: Emulator, starter: boto3.Session) -> None:
    logs = client(starter, "logs", enforcing)
    logs.create_log_stream(logGroupName="shared", logStreamName="mine-1")
    with pytest.raises(ClientError, match="log-stream:other-1"):
        logs.create_log_stream(logGroupName="shared", logStreamName="other-1")


def test_metrics_are_checked_by_namespace(enforcing: Emulator, starter: boto3.Session) -> None:
    cloudwatch = client(starter, "cloudwatch", enforcing)
    point = {"MetricName": "wrong", "Value": 1.0}
    cloudwatch.put_metric_data(Namespace="Mine", MetricData=[point])
    with pytest.raises(ClientError) as error:
        cloudwatch.put_metric_data(Namespace="Others", MetricData=[point])
    assert code_of(error) == "AccessDeniedException"


def test_decisions_are_recorded(enforcing: Emulator, starter: boto3.Session) -> None:
    logs = client(starter, "logs", enforcing)
    with pytest.raises(ClientError):
        logs.delete_log_group(logGroupName="shared")
    last = json.loads((enforcing.state / DECISIONS).read_text("utf-8").splitlines()[-1])
    assert last == {
        "principal": f"arn:aws:iam::{ACCOUNT}:user/starter",
        "action": "logs:DeleteLogGroup",
        "resource": f"{LOGS}:shared",
        "allowed": False,
    }


def test_a_running_emulator_keeps_enforcing(enforcing: Emulator) -> None:
    up = run_cli("up", "--port", str(enforcing.port), "--state", str(enforcing.state))
    assert up.returncode == 1
    assert "already runs with --enforce-iam" in up.stderr


def test_a_topic_receives_events_only_if_its_policy_allows_it(enforcing: Emulator) -> None:
    sns, sqs, events = (enforcing.client(name) for name in ("sns", "sqs", "events"))
    queue = sqs.create_queue(QueueName="events")["QueueUrl"]
    found = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
    arn = found["Attributes"]["QueueArn"]
    deliver = {**allow("sqs:SendMessage", arn), "Principal": {"Service": "sns.amazonaws.com"}}
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": policy(deliver)})
    events.put_rule(Name="all", EventPattern=json.dumps({"source": ["mine"]}))
    for name, sender in (("closed", "cloudwatch"), ("open", "events")):
        topic = sns.create_topic(Name=name)["TopicArn"]
        publish = {
            **allow("sns:Publish", topic), "Principal": {"Service": f"{sender}.amazonaws.com"},
        }  # fmt: skip
        sns.set_topic_attributes(
            TopicArn=topic, AttributeName="Policy", AttributeValue=policy(publish)
        )
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
        events.put_targets(Rule="all", Targets=[{"Id": name, "Arn": topic}])
    events.put_events(Entries=[{"Source": "mine", "DetailType": "any", "Detail": "{}"}])
    received = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]
    assert [json.loads(one["Body"])["TopicArn"] for one in received] == [topic]
