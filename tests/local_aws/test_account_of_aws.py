"""The key for S3 and the managed policies that AWS puts into every account."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local_aws.conftest import Emulator

BUCKET = "keys-of-aws"
AWS = "arn:aws:iam::aws:policy/"
SAGEMAKER_TRUST = {
    "Version": "2012-10-17",
    "Statement": [{
        "Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }],
}  # fmt: skip


@pytest.fixture(scope="module")
def s3(emulator: Emulator) -> Any:
    client = emulator.client("s3")
    client.create_bucket(Bucket=BUCKET)
    return client


@pytest.fixture(scope="module")
def account_key(s3: Any, emulator: Emulator) -> str:
    """The ARN of the account's key for S3, which exists after its first use."""
    s3.put_object(Bucket=BUCKET, Key="first", Body=b"", ServerSideEncryption="aws:kms")
    described = emulator.client("kms").describe_key(KeyId="alias/aws/s3")["KeyMetadata"]
    assert described["KeyManager"] == "AWS"
    return str(described["Arn"])


def test_an_object_without_a_key_has_the_accounts(s3: Any, account_key: str) -> None:
    put = s3.put_object(Bucket=BUCKET, Key="put", Body=b"text", ServerSideEncryption="aws:kms")
    head = s3.head_object(Bucket=BUCKET, Key="put")
    for answer in (put, head):
        assert answer["ServerSideEncryption"] == "aws:kms"
        assert answer["SSEKMSKeyId"] == account_key


def test_a_copy_without_a_key_has_the_accounts(s3: Any, account_key: str) -> None:
    s3.put_object(Bucket=BUCKET, Key="plain", Body=b"text")
    source = {"Bucket": BUCKET, "Key": "plain"}
    s3.copy_object(Bucket=BUCKET, Key="copy", CopySource=source, ServerSideEncryption="aws:kms")
    assert s3.head_object(Bucket=BUCKET, Key="copy")["SSEKMSKeyId"] == account_key


def test_an_upload_in_parts_without_a_key_has_the_accounts(s3: Any, account_key: str) -> None:
    upload = s3.create_multipart_upload(Bucket=BUCKET, Key="parts", ServerSideEncryption="aws:kms")
    assert upload["SSEKMSKeyId"] == account_key
    names = {"Bucket": BUCKET, "Key": "parts", "UploadId": upload["UploadId"]}
    part = s3.upload_part(**names, PartNumber=1, Body=b"text")
    parts = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
    s3.complete_multipart_upload(**names, MultipartUpload=parts)
    assert s3.head_object(Bucket=BUCKET, Key="parts")["SSEKMSKeyId"] == account_key


def test_a_bucket_without_a_key_uses_the_accounts(s3: Any, account_key: str) -> None:
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}
    s3.create_bucket(Bucket=f"{BUCKET}-default")
    s3.put_bucket_encryption(
        Bucket=f"{BUCKET}-default", ServerSideEncryptionConfiguration={"Rules": [rule]}
    )
    s3.put_object(Bucket=f"{BUCKET}-default", Key="key", Body=b"text")
    assert s3.head_object(Bucket=f"{BUCKET}-default", Key="key")["SSEKMSKeyId"] == account_key


def test_a_key_that_is_named_is_used(s3: Any, emulator: Emulator, account_key: str) -> None:
    own = emulator.client("kms").create_key()["KeyMetadata"]
    assert own["KeyManager"] == "CUSTOMER"
    s3.put_object(
        Bucket=BUCKET, Key="own", Body=b"", ServerSideEncryption="aws:kms", SSEKMSKeyId=own["Arn"]
    )
    used = s3.head_object(Bucket=BUCKET, Key="own")["SSEKMSKeyId"]
    assert used == own["Arn"] != account_key


@pytest.mark.parametrize(
    ("name", "action"),
    [
        ("AmazonSageMakerFullAccess", "sagemaker:CreateTrainingJob"),
        ("AmazonSageMakerReadOnly", "sagemaker:List*"),
        ("AmazonS3FullAccess", "s3:*"),
        ("service-role/AWSLambdaVPCAccessExecutionRole", "ec2:CreateNetworkInterface"),
        ("job-function/ViewOnlyAccess", "sagemaker:List*"),
    ],
)
def test_the_managed_policies_of_aws_exist(emulator: Emulator, name: str, action: str) -> None:
    iam = emulator.client("iam")
    policy = iam.get_policy(PolicyArn=f"{AWS}{name}")["Policy"]
    assert policy["PolicyName"] == name.rpartition("/")[2]
    version = iam.get_policy_version(PolicyArn=policy["Arn"], VersionId=policy["DefaultVersionId"])
    document = json.dumps(version["PolicyVersion"]["Document"])
    assert action in document or "sagemaker:*" in document


def test_a_policy_that_aws_does_not_have_is_missing(emulator: Emulator) -> None:
    with pytest.raises(ClientError, match="NoSuchEntity"):
        emulator.client("iam").get_policy(PolicyArn=f"{AWS}AmazonSagemakerFulAccess")


@pytest.fixture(scope="module")
def role(emulator: Emulator) -> Iterator[str]:
    """The ARN of a role as the console creates it for SageMaker."""
    iam = emulator.client("iam")
    made = iam.create_role(
        RoleName="AmazonSageMaker-ExecutionRole-1", Path="/service-role/",
        AssumeRolePolicyDocument=json.dumps(SAGEMAKER_TRUST),
    )["Role"]  # fmt: skip
    iam.attach_role_policy(RoleName=made["RoleName"], PolicyArn=f"{AWS}AmazonSageMakerFullAccess")
    yield made["Arn"]
    iam.detach_role_policy(RoleName=made["RoleName"], PolicyArn=f"{AWS}AmazonSageMakerFullAccess")
    iam.delete_role(RoleName=made["RoleName"])


def simulate(emulator: Emulator, role: str, *actions: str, **more: Any) -> dict[Any, str]:
    """Return the decision on each action and resource."""
    results = emulator.client("iam").simulate_principal_policy(
        PolicySourceArn=role, ActionNames=list(actions), **more
    )["EvaluationResults"]
    return {(one["EvalActionName"], one["EvalResourceName"]): one["EvalDecision"] for one in results}  # fmt: skip


def test_simulation_knows_the_managed_policies(emulator: Emulator, role: str) -> None:
    decisions = simulate(emulator, role, "sagemaker:CreateTrainingJob", "iam:CreateUser")
    assert decisions == {
        ("sagemaker:CreateTrainingJob", "*"): "allowed",
        ("iam:CreateUser", "*"): "implicitDeny",
    }


def test_simulation_decides_on_every_resource_and_in_context(emulator: Emulator, role: str) -> None:
    ours, other = "arn:aws:s3:::a-sagemaker-b/k", "arn:aws:s3:::other/k"
    assert simulate(emulator, role, "s3:GetObject", ResourceArns=[ours, other]) == {
        ("s3:GetObject", ours): "allowed",
        ("s3:GetObject", other): "implicitDeny",
    }
    passed = [{
        "ContextKeyName": "iam:PassedToService", "ContextKeyType": "string",
        "ContextKeyValues": ["sagemaker.amazonaws.com"],
    }]  # fmt: skip
    arns = [role]
    assert simulate(emulator, role, "iam:PassRole", ResourceArns=arns, ContextEntries=passed) == {
        ("iam:PassRole", role): "allowed"
    }
    assert simulate(emulator, role, "iam:PassRole", ResourceArns=arns) == {
        ("iam:PassRole", role): "implicitDeny"
    }


def test_simulation_reads_further_policies_and_boundaries(emulator: Emulator, role: str) -> None:
    def policy(effect: str, action: str) -> str:
        statement = {"Effect": effect, "Action": action, "Resource": "*"}
        return json.dumps({"Version": "2012-10-17", "Statement": [statement]})

    action = "sagemaker:CreateTrainingJob"
    denied = simulate(emulator, role, action, PolicyInputList=[policy("Deny", action)])
    assert set(denied.values()) == {"explicitDeny"}
    boundary = [policy("Allow", "s3:*")]
    bounded = simulate(emulator, role, action, PermissionsBoundaryPolicyInputList=boundary)
    assert set(bounded.values()) == {"implicitDeny"}
    custom = emulator.client("iam").simulate_custom_policy(
        PolicyInputList=[policy("Allow", "s3:*")], ActionNames=["s3:PutObject", "sqs:SendMessage"]
    )["EvaluationResults"]
    assert [one["EvalDecision"] for one in custom] == ["allowed", "implicitDeny"]


@pytest.mark.parametrize(
    ("arn", "code"),
    [
        ("arn:aws:iam::000000000000:role/nobody", "NoSuchEntity"),
        ("arn:aws:iam::000000000000:user/nobody", "NoSuchEntity"),
        ("arn:aws:s3:::bucket-of-somebody", "InvalidInput"),
    ],
)
def test_simulation_of_an_unknown_principal_is_refused(
    emulator: Emulator, arn: str, code: str
) -> None:
    with pytest.raises(ClientError) as raised:
        simulate(emulator, arn, "s3:GetObject")
    assert raised.value.response["Error"]["Code"] == code
