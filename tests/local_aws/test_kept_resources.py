"""Resources that outlive their stack: failed creations, existing names and imports, as on AWS."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local_aws.conftest import Emulator
from tests.local_aws.support.stack import Stack

KEEP = {"DeletionPolicy": "RetainExceptOnCreate"}
POLICY = {"Version": "2012-10-17", "Statement": []}
# CloudFormation creates no encrypted parameters.
BROKEN = {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "SecureString", "Value": "x"}}


def kept(bucket: str) -> dict[str, Any]:
    """Return a key and a bucket with a policy, all kept."""
    return {
        "Key": {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": POLICY}, **KEEP},
        "Bucket": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": bucket}, **KEEP},
        "Policy": {
            "Type": "AWS::S3::BucketPolicy",
            "Properties": {"Bucket": {"Ref": "Bucket"}, "PolicyDocument": POLICY},
            **KEEP,
        },
    }


def import_into(
    emulator: Emulator, stack: str, resources: dict[str, Any], identifiers: dict[str, Any]
) -> str:
    """Import resources into a new stack, and return the stack's status."""
    client = emulator.client("cloudformation")
    change_set = client.create_change_set(
        StackName=stack,
        ChangeSetName="adopt",
        ChangeSetType="IMPORT",
        TemplateBody=json.dumps({"Resources": resources}),
        ResourcesToImport=[
            {
                "LogicalResourceId": name,
                "ResourceType": resources[name]["Type"],
                "ResourceIdentifier": identifier,
            }
            for name, identifier in identifiers.items()
        ],
    )
    client.execute_change_set(ChangeSetName=change_set["Id"])
    client.get_waiter("stack_import_complete").wait(
        StackName=stack, WaiterConfig={"Delay": 1, "MaxAttempts": 30}
    )
    return str(client.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"])


@pytest.mark.parametrize(
    ("policy", "left"), [("Retain", True), ("RetainExceptOnCreate", False), ("Delete", False)]
)
def test_a_failed_creation_leaves_what_is_retained(
    emulator: Emulator, policy: str, *, left: bool
) -> None:
    name = f"left-{policy.lower()}"
    bucket = {**kept(name)["Bucket"], "DeletionPolicy": policy}
    broken = {**BROKEN, "DependsOn": "Bucket"}
    failed = Stack(emulator, name).deploy({"Bucket": bucket, "Broken": broken})
    assert failed.status == "ROLLBACK_COMPLETE"
    buckets = {one["Name"] for one in emulator.client("s3").list_buckets()["Buckets"]}
    assert (name in buckets) is left


def test_a_protected_stack_cannot_be_deleted_after_a_failed_creation(emulator: Emulator) -> None:
    stack = Stack(emulator, "protected")
    assert stack.deploy({"Broken": BROKEN}).status == "ROLLBACK_COMPLETE"
    client = emulator.client("cloudformation")
    client.update_termination_protection(StackName="protected", EnableTerminationProtection=True)
    with pytest.raises(ClientError, match="cannot be deleted while TerminationProtection"):
        stack.delete()
    client.update_termination_protection(StackName="protected", EnableTerminationProtection=False)
    assert stack.delete() == "DELETE_COMPLETE"


def test_objects_are_encrypted_with_the_buckets_key(emulator: Emulator) -> None:
    resources = kept("encrypted")
    resources["Bucket"]["Properties"]["BucketEncryption"] = {
        "ServerSideEncryptionConfiguration": [
            {
                "ServerSideEncryptionByDefault": {
                    "SSEAlgorithm": "aws:kms",
                    "KMSMasterKeyID": {"Fn::GetAtt": ["Key", "Arn"]},
                }
            }
        ]
    }
    key = Stack(emulator, "encrypted").deploy(resources).ids["Key"]
    s3 = emulator.client("s3")
    s3.put_object(Bucket="encrypted", Key="model", Body=b"weights")
    assert s3.head_object(Bucket="encrypted", Key="model")["SSEKMSKeyId"].endswith(key)


def test_an_alias_is_not_taken_from_another_key(emulator: Emulator) -> None:
    resources = {
        **kept("alias-taken"),
        "Alias": {
            "Type": "AWS::KMS::Alias",
            "Properties": {"AliasName": "alias/taken", "TargetKeyId": {"Ref": "Key"}},
        },
    }
    keys = emulator.client("kms")
    key = keys.create_key()["KeyMetadata"]["KeyId"]
    keys.create_alias(AliasName="alias/taken", TargetKeyId=key)
    failed = Stack(emulator, "alias-taken").deploy(resources)
    assert failed.status == "ROLLBACK_COMPLETE"
    assert failed.reasons[0].endswith("alias/taken already exists")
    assert keys.describe_key(KeyId="alias/taken")["KeyMetadata"]["KeyId"] == key


def test_kept_resources_come_back_only_together(emulator: Emulator) -> None:
    stack, name = Stack(emulator, "came-back"), "came-back"
    resources = kept(name)
    key = stack.deploy(resources).ids["Key"]
    assert stack.delete() == "DELETE_COMPLETE"
    bucket_alone = {"Bucket": resources["Bucket"]}
    assert import_into(emulator, "bucket-alone", bucket_alone, {"Bucket": {"BucketName": name}})
    failed = Stack(emulator, "bucket-alone").deploy({**bucket_alone, "Policy": resources["Policy"]})
    assert failed.status == "UPDATE_ROLLBACK_COMPLETE"
    assert "bucket policy already exists" in failed.reasons[0]
    assert Stack(emulator, "bucket-alone").delete() == "DELETE_COMPLETE"
    identifiers = {
        "Bucket": {"BucketName": name}, "Policy": {"Bucket": name}, "Key": {"KeyId": key},
    }  # fmt: skip
    assert import_into(emulator, name, resources, identifiers) == "IMPORT_COMPLETE"
    alias = {"AliasName": "alias/came-back", "TargetKeyId": {"Ref": "Key"}}
    whole = stack.deploy({**resources, "Alias": {"Type": "AWS::KMS::Alias", "Properties": alias}})
    assert whole.status == "UPDATE_COMPLETE"
    assert whole.ids["Key"] == key


@pytest.mark.parametrize(
    "dangling",
    [
        {"Properties": {"BucketName": {"Fn::Sub": "a-${Elsewhere}"}}},
        {"Properties": {"BucketName": {"Fn::GetAtt": ["Elsewhere", "Arn"]}}},
        {"DependsOn": "Elsewhere"},
    ],
)
def test_a_template_refers_only_to_its_own_resources(
    emulator: Emulator, dangling: dict[str, Any]
) -> None:
    bucket = {**kept("dangling")["Bucket"], **dangling}
    identifiers = {"Bucket": {"BucketName": "dangling"}}
    with pytest.raises(ClientError, match=r"Unresolved resource dependencies \[Elsewhere\]"):
        import_into(emulator, "dangling", {"Bucket": bucket}, identifiers)
