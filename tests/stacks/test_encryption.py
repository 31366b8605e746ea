"""Customer-managed keys: one for each purpose, with limited users."""

import json
from typing import Any

from scripts.synthesis import STACKS
from tests.stacks.assembly import Assembly
from tests.stacks.test_permissions import as_list, statements

DATA = "{{resolve:ssm:/sentiment-prod/keys/data}}"
LOGS = "{{resolve:ssm:/sentiment-prod/keys/logs}}"


def policy(assembly: Assembly, name: str) -> list[dict[str, Any]]:
    """Return the statements of a key's policy."""
    (key,) = [
        resource["Properties"]
        for logical_id, resource in assembly.resources("AWS::KMS::Key").items()
        if logical_id.partition("/")[2].startswith(name)
    ]
    assert key["EnableKeyRotation"] is True
    found: list[dict[str, Any]] = key["KeyPolicy"]["Statement"]
    return found


def test_dev_has_no_customer_managed_key(dev: Assembly) -> None:
    assert dev.resources("AWS::KMS::Key") == {}
    assert not any("KmsKeyId" in json.dumps(dev.template(stack)) for stack in STACKS)


def test_every_key_has_a_parameter(prod: Assembly) -> None:
    keys = {key.partition("/")[2] for key in prod.resources("AWS::KMS::Key")}
    parameters = {
        one["Properties"]["Name"]: one["Properties"]["Value"]["Fn::GetAtt"]
        for one in prod.resources("AWS::SSM::Parameter").values()
    }
    assert parameters.keys() >= {"/sentiment-prod/keys/data", "/sentiment-prod/keys/logs"}
    assert {key for key, _ in parameters.values()} == keys


def test_keys_are_kept_with_the_data_that_they_encrypt(prod: Assembly) -> None:
    for key in prod.every("AWS::KMS::Key", "storage").values():
        assert key["DeletionPolicy"] == "RetainExceptOnCreate"
        assert key["UpdateReplacePolicy"] == "Retain"


def test_only_roles_use_the_data_key(prod: Assembly) -> None:
    (administration,) = policy(prod, "DataKey")
    assert administration["Principal"]["AWS"]["Fn::Join"][1][-1] == ":root"


def test_the_log_key_encrypts_only_the_applications_log_groups(prod: Assembly) -> None:
    _, logs = policy(prod, "LogKey")
    # In China this principal ends in the partition's own domain.
    region, domain = {"Ref": "AWS::Region"}, {"Ref": "AWS::URLSuffix"}
    assert logs["Principal"] == {"Service": {"Fn::Join": ["", ["logs.", region, ".", domain]]}}
    (context,) = logs["Condition"]["ArnLike"].items()
    assert context[0] == "kms:EncryptionContext:aws:logs:arn"
    names = [group["Fn::Join"][1][-1].partition(":log-group:")[2] for group in context[1]]
    assert names == [
        "sentiment-prod-*",
        "/aws/sagemaker/Endpoints/sentiment-prod",
        "/aws/sagemaker/Endpoints/sentiment-prod-candidate",
        "API-Gateway-Execution-Logs_*",
        "aws-waf-logs-sentiment-prod",
    ]
    assert not any("*" in action for action in logs["Action"])


def test_every_log_group_is_encrypted(prod: Assembly) -> None:
    for key, group in prod.every("AWS::Logs::LogGroup").items():
        used = group["Properties"]["KmsKeyId"]
        assert used == LOGS or used["Fn::GetAtt"][0].startswith("LogKey"), key


def test_the_data_key_encrypts_the_bucket_volumes_and_artifacts(prod: Assembly) -> None:
    (bucket,) = [
        resource["Properties"]["BucketEncryption"]["ServerSideEncryptionConfiguration"][0]
        for key, resource in prod.resources("AWS::S3::Bucket").items()
        if "DataBucket" in key
    ]
    encryption = bucket["ServerSideEncryptionByDefault"]
    assert encryption["SSEAlgorithm"] == "aws:kms"
    assert encryption["KMSMasterKeyID"]["Fn::GetAtt"][0].startswith("DataKey")
    assert bucket["BucketKeyEnabled"] is True
    assert prod.only("AWS::SageMaker::EndpointConfig")["KmsKeyId"] == DATA
    job = prod.only("Custom::TrainingJob")
    assert (job["OutputKeyArn"], job["VolumeKeyArn"]) == (DATA, DATA)


def test_roles_use_keys_through_s3_or_for_volumes(prod: Assembly) -> None:
    using = [
        (role, statement)
        for role, statement in statements(prod)
        if any(action.startswith("kms:") for action in as_list(statement["Action"]))
    ]
    # job, its two handlers, endpoint, scoring, candidate's function, copier, API function
    assert len({role for role, _ in using}) == 8
    for role, statement in using:
        actions = set(as_list(statement["Action"]))
        if actions <= {"kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"}:
            assert "kms:ViaService" in statement["Condition"]["StringEquals"], role
        elif actions == {"kms:CreateGrant"}:
            assert statement["Condition"] == {"Bool": {"kms:GrantIsForAWSResource": "true"}}, role
        else:
            assert actions == {"kms:DescribeKey"}, role
        assert "*" not in as_list(statement["Resource"]), role


def test_local_disks_take_no_key(altered_prod: Assembly) -> None:
    """SageMaker refuses a key; the instance's hardware encrypts the disks."""
    assert "KmsKeyId" not in altered_prod.only("AWS::SageMaker::EndpointConfig")
    job = altered_prod.only("Custom::TrainingJob")
    assert "VolumeKeyArn" not in job
    assert job["OutputKeyArn"] == DATA
