"""Every row of `make preflight`, against the embedded AWS as a new account."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest

from local_aws.environment import ACCOUNT, DECISIONS, DEFAULT_REGION
from local_aws.service_quotas import CONCURRENT_EXECUTIONS
from scripts import ROOT
from scripts.preflight.assembly import Assembly
from scripts.preflight.clients import Clients
from scripts.preflight.needs import needs
from scripts.preflight.quotas import find_quotas
from scripts.preflight.row import Row, State
from tests.local_aws.conftest import Emulator
from tests.local_aws.test_service_quotas import create_function
from tests.scripts.preflight.conftest import IMAGE, MODELS, found

BOOTSTRAP = "/cdk-bootstrap/hnb659fds/version"
ROLES = [
    f"cdk-hnb659fds-{role}-role-{ACCOUNT}-{DEFAULT_REGION}"
    for role in ("deploy", "file-publishing")
]
LOG_POLICY = "arn:aws:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"
READS = ("Get", "List", "Describe", "Head", "BatchGet", "GET", "AssumeRole")


def problems(rows: dict[str, Row]) -> set[str]:
    return {check for check, row in rows.items() if row.state is State.PROBLEM}


def command(account: Emulator, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "scripts.preflight", "--local", f"--port={account.port}", *arguments],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip


def test_a_new_account_lacks_what_prod_needs(account: Emulator) -> None:
    decisions = account.state / DECISIONS
    before = len(decisions.read_text().splitlines())
    done = command(account, "--environment", "prod")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "0 of 12 needed" in done.stdout.replace("\n", " ")
    assert f"run `cdk bootstrap aws://{ACCOUNT}/{DEFAULT_REGION}`" in done.stdout
    console = "https://console.aws.amazon.com/servicequotas/home/services"
    assert f"request 200 for L-B99A9384: {console}/lambda/quotas/L-B99A9384, or " in done.stdout
    assert "ml.m5.large for endpoint usage: request 12 for L-" in done.stdout
    assert "instances across active endpoints: request 12 for L-7A3DF611: " in done.stdout
    assert "ml.m5.xlarge for training job usage: request 1 for L-" in done.stdout
    assert "AWS stopped patching" in done.stdout
    assert "7 to fix, 2 could not be checked. Nothing was changed." in done.stdout
    made = [json.loads(line)["action"] for line in decisions.read_text().splitlines()[before:]]
    assert made
    assert [action for action in made if not action.partition(":")[2].startswith(READS)] == []


def test_an_old_bootstrap_stack_must_be_updated(caller: Emulator, dev_assembly: Assembly) -> None:
    parameters = caller.client("ssm")
    parameters.put_parameter(Name=BOOTSTRAP, Value="5", Type="String")
    try:
        row = found(dev_assembly)["CDK bootstrap"]
    finally:
        parameters.delete_parameter(Name=BOOTSTRAP)
    assert (row.state, row.found) == (State.PROBLEM, "version 5; the templates need 6")
    assert row.action == f"run `cdk bootstrap aws://{ACCOUNT}/{DEFAULT_REGION}` again"


@pytest.fixture(scope="module")
def prepared(account: Emulator, dev_assembly: Assembly, prod_assembly: Assembly) -> None:
    """Bootstrap the account, and request the quotas for both environments."""
    parameters, iam = account.client("ssm"), account.client("iam")
    parameters.put_parameter(Name=BOOTSTRAP, Value="30", Type="String", Overwrite=True)
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": ACCOUNT}}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    for role in ROLES:
        iam.create_role(RoleName=role, AssumeRolePolicyDocument=document)
    with pytest.MonkeyPatch.context() as patched:
        for name, value in account.environment.items():
            patched.setenv(name, value)
        clients = Clients(DEFAULT_REGION)
        for need in [*needs(dev_assembly), *needs(prod_assembly)]:
            (quota,) = find_quotas(clients, need.service, [need]).values()
            if quota["Value"] < need.amount:
                clients("service-quotas").request_service_quota_increase(
                    ServiceCode=need.service,
                    QuotaCode=quota["QuotaCode"],
                    DesiredValue=need.amount,
                )


@pytest.fixture
def ready(caller: Emulator, prepared: None) -> Emulator:  # noqa: ARG001 - a state of the account
    """The account once it is bootstrapped and has the quotas for both environments."""
    return caller


@pytest.mark.usefixtures("ready")
def test_an_account_with_everything_passes(dev_assembly: Assembly, prod_assembly: Assembly) -> None:
    for assembly in (dev_assembly, prod_assembly):
        rows = found(assembly)
        assert problems(rows) == set()
        unknown = {check for check, row in rows.items() if row.state is State.UNKNOWN}
        assert unknown == {"serving image", "training image"}  # in AWS's account


def test_what_others_use_is_counted(ready: Emulator, prod_assembly: Assembly) -> None:
    functions = ready.client("lambda")
    limit = ready.client("service-quotas").get_service_quota(
        ServiceCode="lambda", QuotaCode=CONCURRENT_EXECUTIONS
    )
    assert limit["Quota"]["Value"] == 200
    trust = {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"Service": "lambda.amazonaws.com"},
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    ready.client("iam").create_role(RoleName="others", AssumeRolePolicyDocument=document)
    create_function(functions, "others", role="others")
    functions.put_function_concurrency(FunctionName="others", ReservedConcurrentExecutions=30)
    try:
        row = found(prod_assembly)["lambda: concurrent executions"]
    finally:
        functions.delete_function(FunctionName="others")
    assert row.state is State.PROBLEM
    assert row.found.startswith("200 of 230 needed")
    assert row.found.endswith("others use 30)")


@contextmanager
def bucket(account: Emulator, name: str) -> Iterator[None]:
    account.client("s3").create_bucket(Bucket=name)
    yield
    account.client("s3").delete_bucket(Bucket=name)


@contextmanager
def log_group(account: Emulator, name: str) -> Iterator[None]:
    account.client("logs").create_log_group(logGroupName=name)
    yield
    account.client("logs").delete_log_group(logGroupName=name)


@contextmanager
def dashboard(account: Emulator, name: str) -> Iterator[None]:
    account.client("cloudwatch").put_dashboard(DashboardName=name, DashboardBody="{}")
    yield
    account.client("cloudwatch").delete_dashboards(DashboardNames=[name])


@contextmanager
def topic(account: Emulator, name: str) -> Iterator[None]:
    arn = account.client("sns").create_topic(Name=name)["TopicArn"]
    yield
    account.client("sns").delete_topic(TopicArn=arn)


@contextmanager
def parameter(account: Emulator, name: str) -> Iterator[None]:
    account.client("ssm").put_parameter(Name=name, Value="any", Type="String")
    yield
    account.client("ssm").delete_parameter(Name=name)


@contextmanager
def alias(account: Emulator, name: str) -> Iterator[None]:
    keys = account.client("kms")
    keys.create_alias(AliasName=name, TargetKeyId=keys.create_key()["KeyMetadata"]["KeyId"])
    yield
    keys.delete_alias(AliasName=name)


Taken = Callable[[Emulator, str], AbstractContextManager[None]]


@pytest.mark.parametrize(
    ("kind", "name", "taken"),
    [
        ("AWS::S3::Bucket", f"sentiment-prod-data-{ACCOUNT}-{DEFAULT_REGION}", bucket),
        ("AWS::Logs::LogGroup", "/aws/sagemaker/Endpoints/sentiment-prod", log_group),
        ("AWS::CloudWatch::Dashboard", "dashboard", dashboard),
        ("AWS::SNS::Topic", "sentiment-prod-alarms", topic),
        ("AWS::SSM::Parameter", "/sentiment-prod/keys/data", parameter),
        ("AWS::KMS::Alias", "alias/sentiment-prod-data", alias),
    ],
)
def test_a_taken_name_is_reported(
    ready: Emulator, prod_assembly: Assembly, kind: str, name: str, taken: Taken
) -> None:
    if kind == "AWS::CloudWatch::Dashboard":
        (declared,) = prod_assembly.resources(kind)
        name = str(declared.properties["DashboardName"])
    with taken(ready, name):
        rows = found(prod_assembly)
        adopting = found(prod_assembly, adopts=True)
    row = rows[f"name {name}"]
    assert row.state is State.PROBLEM
    assert row.found == f"an {kind} exists, and the environment's stacks do not own it"
    assert "names" not in rows
    is_kept = kind == "AWS::S3::Bucket"  # a destroyed prod keeps it
    assert ("ADOPT=1" in row.action) is is_kept
    assert ("names" in adopting) is is_kept


@contextmanager
def log_role(account: Emulator, *, is_deleted: bool = False) -> Iterator[str]:
    """Let the account name a role that may write logs; afterwards delete both."""
    gateway, iam = account.client("apigateway"), account.client("iam")
    change = {"op": "replace", "path": "/cloudwatchRoleArn"}
    trust = {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"Service": "apigateway.amazonaws.com"},
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    arn = iam.create_role(RoleName="logs", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    iam.attach_role_policy(RoleName="logs", PolicyArn=LOG_POLICY)
    gateway.update_account(patchOperations=[{**change, "value": arn}])
    if is_deleted:
        _delete_log_role(iam)
    yield arn
    gateway.update_account(patchOperations=[{**change, "value": ""}])
    if not is_deleted:
        _delete_log_role(iam)


def _delete_log_role(iam: Any) -> None:
    iam.detach_role_policy(RoleName="logs", PolicyArn=LOG_POLICY)
    iam.delete_role(RoleName="logs")


def test_an_account_wide_setting_of_others_is_reported(
    ready: Emulator, dev_assembly: Assembly
) -> None:
    with log_role(ready) as arn:
        row = found(dev_assembly)["API Gateway's log role"]
    assert row.state is State.NOTE
    assert row.found.startswith(f"{arn}, set by another")
    assert row.action == "set api.set_account_log_role to false to leave the setting as it is"


def test_an_account_wide_setting_must_exist_if_the_environment_leaves_it(
    ready: Emulator, elsewhere: Assembly
) -> None:
    check, end = "API Gateway's log role", ", so API Gateway refuses to write logs"
    row = found(elsewhere)[check]
    assert (row.state, row.found) == (State.PROBLEM, f"not set{end}")
    with log_role(ready, is_deleted=True) as arn:
        row = found(elsewhere)[check]
    assert (row.state, row.found) == (State.PROBLEM, f"{arn} no longer exists{end}")
    with log_role(ready) as arn:
        row = found(elsewhere)[check]
    assert (row.state, row.found) == (State.GOOD, arn)


@pytest.mark.parametrize("exists", [True, False])
def test_an_own_image_must_exist(ready: Emulator, elsewhere: Assembly, *, exists: bool) -> None:
    images = ready.client("ecr")
    images.create_repository(repositoryName="own")
    if exists:
        images.put_image(repositoryName="own", imageManifest="{}", imageTag="1")
    try:
        row = found(elsewhere)["serving image"]
    finally:
        images.delete_repository(repositoryName="own", force=True)
    assert row.state is (State.GOOD if exists else State.PROBLEM)
    assert row.found == (IMAGE if exists else f"{IMAGE} does not exist")


@pytest.mark.parametrize(
    ("region", "state", "said"),
    [
        (None, State.PROBLEM, "does not exist"),
        ("eu-west-1", State.PROBLEM, "is in eu-west-1; SageMaker reads us-east-1 only"),
        (DEFAULT_REGION, State.GOOD, "readable, in us-east-1"),
    ],
)
def test_an_outside_bucket_must_be_readable_and_in_the_region(
    ready: Emulator, elsewhere: Assembly, region: str | None, state: State, said: str
) -> None:
    buckets = ready.client("s3")
    if region:
        place = {} if region == DEFAULT_REGION else {"LocationConstraint": region}
        arguments: dict[str, Any] = {"CreateBucketConfiguration": place} if place else {}
        buckets.create_bucket(Bucket=MODELS, **arguments)
    try:
        rows = found(elsewhere)
    finally:
        if region:
            buckets.delete_bucket(Bucket=MODELS)
    row = rows[f"training.model_data: bucket {MODELS}"]
    assert (row.state, row.found) == (state, said)
    if state is State.GOOD:
        row = rows["training.model_data: objects"]
        assert row.state is State.PROBLEM
        assert row.found.startswith(f"no objects under s3://{MODELS}/")


def test_a_denied_call_is_a_row_and_not_a_failure(
    ready: Emulator, prod_assembly: Assembly, monkeypatch: pytest.MonkeyPatch
) -> None:
    iam = ready.client("iam")
    iam.create_user(UserName="nobody")
    key = iam.create_access_key(UserName="nobody")["AccessKey"]
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", key["AccessKeyId"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", key["SecretAccessKey"])
    rows = found(prod_assembly)
    unknown = "could not be checked: AccessDenied for"
    for check, action in {
        "CDK bootstrap": "ssm:GetParameter",
        "quotas of sagemaker": "servicequotas:ListServiceQuotas",
        "stacks": "cloudformation:DescribeStacks",
    }.items():
        assert (rows[check].state, rows[check].found) == (State.UNKNOWN, f"{unknown} {action}")
    assert problems(rows) == {f"permission: {role}" for role in ROLES}
    assert key["SecretAccessKey"] not in str(rows)


def test_missing_credentials_are_one_row(
    caller: Emulator, dev_assembly: Assembly, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert caller
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    rows = found(dev_assembly)
    assert problems(rows) == {*rows} == {"credentials"}
    assert "credentials" in rows["credentials"].found


def test_the_environment_of_make_deploy_suffices() -> None:
    """It has botocore and rich, but none of the embedded AWS's packages."""
    blocked = "import sys; sys.modules |= dict.fromkeys(['boto3', 'psutil', 'ministack', 'torch'])"
    imports = "import scripts.preflight.__main__, scripts.summary"
    subprocess.run([sys.executable, "-c", f"{blocked}; {imports}"], cwd=ROOT, check=True)
    with pytest.raises(subprocess.CalledProcessError):
        subprocess.run(
            [sys.executable, "-c", f"{blocked}; import boto3"],
            cwd=ROOT, check=True, capture_output=True,
        )  # fmt: skip
