"""A failed first deployment of prod's storage stack leaves nothing that blocks the next one."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from local_aws.cdk import CdkError
from tests.proof.table import ProofTable
from tests.support.deployment import Deployment, copy_of_repository, embedded_aws

pytestmark = pytest.mark.slow
STACK = "sentiment-prod-storage"
PROD = ["environment=prod", "operations.alarm_email=somebody@example.com"]
COPY = "Custom::CDKBucketDeployment"
# Every type of resource in the stack; the creation fails once it has created all of a type, and
# everything that prod keeps.
KINDS = (
    "AWS::Budgets::Budget",
    "AWS::IAM::Role",
    "AWS::KMS::Alias",
    "AWS::KMS::Key",
    "AWS::Lambda::Function",
    "AWS::Lambda::LayerVersion",
    "AWS::Logs::LogGroup",
    "AWS::S3::Bucket",
    "AWS::S3::BucketPolicy",
    "AWS::SNS::Subscription",
    "AWS::SNS::Topic",
    "AWS::SNS::TopicPolicy",
    "AWS::SSM::Parameter",
    COPY,
)
# CloudFormation creates no encrypted parameters. Nothing can fail after the copy, so it fails itself.
BREAK = """
    from aws_cdk import CfnResource
    stack = app.node.find_child("sentiment-prod-storage")
    resources = [one for one in stack.node.find_all() if isinstance(one, CfnResource)]
    kinds = {one.cfn_resource_type for one in resources}
    (Path(__file__).parent / "kinds").write_text(" ".join(sorted(kinds)))
    if os.environ.get("BREAK_AFTER", "").startswith("Custom::"):
        (copy,) = (one for one in resources if one.cfn_resource_type == os.environ["BREAK_AFTER"])
        copy.add_property_override("SourceObjectKeys", ["missing.zip"])
    elif os.environ.get("BREAK_AFTER"):
        secret = {"Type": "SecureString", "Value": "x"}
        broken = CfnResource(stack, "Broken", type="AWS::SSM::Parameter", properties=secret)
        for one in resources:
            kept = one.cfn_resource_type.startswith(("AWS::KMS", "AWS::S3"))
            if kept or one.cfn_resource_type == os.environ["BREAK_AFTER"]:
                broken.add_dependency(one)
    app.synth()
"""


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the repository whose storage stack breaks after a type of resource."""
    copy = copy_of_repository(tmp_path_factory.mktemp("breaking"))
    app = copy / "app.py"
    program = app.read_text()
    assert program.count("    app.synth()\n") == 1
    app.write_text(program.replace("    app.synth()\n", BREAK))
    return copy


@pytest.fixture(scope="module")
def bootstrapped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """Run an embedded AWS that is bootstrapped for CDK."""
    with embedded_aws(tmp_path_factory.mktemp("first")) as deployed:
        with pytest.raises(CdkError):
            deployed.deploy("training.seed=none")
        yield deployed


def deploy_storage(deployment: Deployment, repository: Path, *, break_after: str = "") -> None:
    """Deploy prod's storage stack as `make deploy` begins."""
    context = [f"--context={setting}" for setting in (*deployment.context, *PROD)]
    subprocess.run(
        ["cdk", "deploy", STACK, "--require-approval=never", "--no-notices", *context,
         f"--output={deployment.state / 'cdk.out'}"],
        cwd=repository, env={**deployment.environment, "BREAK_AFTER": break_after}, check=False,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip


def stacks(deployment: Deployment) -> dict[str, str]:
    """Return the status of each storage stack that is not deleted, by id."""
    found = deployment.client("cloudformation").list_stacks()["StackSummaries"]
    return {
        one["StackId"]: one["StackStatus"]
        for one in found
        if one["StackName"] == STACK and one["StackStatus"] != "DELETE_COMPLETE"
    }


@pytest.mark.parametrize("kind", KINDS)
def test_a_creation_that_fails_is_rolled_back_completely(
    bootstrapped: Deployment, repository: Path, kind: str
) -> None:
    """Each one also creates the stack again that the one before it has left."""
    before = stacks(bootstrapped)
    deploy_storage(bootstrapped, repository, break_after=kind)
    (created,) = stacks(bootstrapped).items() - before.items()
    assert created[1] == "ROLLBACK_COMPLETE"
    events = bootstrapped.client("cloudformation").describe_stack_events(StackName=STACK)
    failed = {
        event["LogicalResourceId"]
        for event in events["StackEvents"]
        if event["ResourceStatus"] == "CREATE_FAILED"
    }
    (broken,) = failed - {STACK}
    assert broken.startswith("Datasets" if kind == COPY else "Broken")
    assert {name for name in names(bootstrapped) if "sentiment" in name} == set()


def test_the_next_deployment_works(
    bootstrapped: Deployment, repository: Path, proof_table: ProofTable
) -> None:
    deploy_storage(bootstrapped, repository)
    assert set(stacks(bootstrapped).values()) == {"CREATE_COMPLETE"}
    assert tuple((repository / "kinds").read_text().split()) == KINDS
    proof_table.add(
        "Deployments that go wrong",
        "The first deployment of prod's storage stack fails, after each of "
        f"{len(KINDS)} types of resources",
        "nothing is left behind, and the next deployment works without a clean-up",
    )


def names(deployment: Deployment) -> set[str]:
    """Return the names of buckets, aliases, topics and parameters, and descriptions of keys."""
    kms = deployment.client("kms")
    keys = [kms.describe_key(KeyId=one["KeyId"])["KeyMetadata"] for one in kms.list_keys()["Keys"]]
    return {
        *(one["Description"] for one in keys if one["KeyState"] == "Enabled"),
        *(one["Name"] for one in deployment.client("s3").list_buckets()["Buckets"]),
        *(one["AliasName"] for one in kms.list_aliases()["Aliases"]),
        *(one["TopicArn"] for one in deployment.client("sns").list_topics()["Topics"]),
        *(one["Name"] for one in deployment.client("ssm").describe_parameters()["Parameters"]),
    }
