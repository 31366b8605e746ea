"""Roles that requests pass to SageMaker, which has to be able to assume them."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local_aws.conftest import Emulator
from tests.local_aws.support import endpoints, jobs

ACCOUNT = "arn:aws:iam::000000000000:role"
BUCKET = "roles"
MODEL = {"Image": endpoints.SCIKIT_LEARN, "ModelDataUrl": f"s3://{BUCKET}/model.tar.gz"}
VARIANT = {"VariantName": "blue", "ModelName": "any", **endpoints.INSTANCE}


def trust(service: str) -> str:
    """Return a trust policy."""
    statement = {
        "Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole",
    }  # fmt: skip
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.fixture(scope="module")
def account(emulator: Emulator) -> Emulator:
    """An emulator with a role for Lambda and a model's artifact."""
    emulator.client("iam").create_role(
        RoleName="for-lambda", AssumeRolePolicyDocument=trust("lambda.amazonaws.com")
    )
    s3 = emulator.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    s3.put_object(Bucket=BUCKET, Key="model.tar.gz", Body=endpoints.artifact("model"))
    return emulator


def train(sagemaker: Any, role: str) -> None:
    sagemaker.create_training_job(**jobs.request("no-role", "complete", RoleArn=role))


def model(sagemaker: Any, role: str) -> None:
    sagemaker.create_model(ModelName="no-role", PrimaryContainer=MODEL, ExecutionRoleArn=role)


def configure(sagemaker: Any, role: str) -> None:
    sagemaker.create_endpoint_config(
        EndpointConfigName="no-role", ProductionVariants=[VARIANT], ExecutionRoleArn=role
    )


@pytest.mark.parametrize("create", [train, model, configure])
@pytest.mark.parametrize(
    "role",
    [
        pytest.param(f"{ACCOUNT}/missing", id="missing"),
        pytest.param(f"{ACCOUNT}/for-lambda", id="trusts another service"),
        pytest.param(f"{ACCOUNT}/sagemaker", id="without its path"),
        pytest.param(endpoints.ROLE.replace("0" * 12, "1" * 12), id="of another account"),
    ],
)
def test_a_role_that_sagemaker_cannot_assume_is_refused(
    account: Emulator, create: Callable[[Any, str], None], role: str
) -> None:
    with pytest.raises(ClientError) as refused:
        create(account.client("sagemaker"), role)
    assert refused.value.response["Error"] == {
        "Code": "ValidationException",
        "Message": f"Could not assume role {role}. Please ensure that the role exists and allows "
        "principal 'sagemaker.amazonaws.com' to assume the role.",
    }


def test_a_transform_job_needs_the_role_of_its_model(account: Emulator) -> None:
    iam, sagemaker = account.client("iam"), account.client("sagemaker")
    role = iam.create_role(
        RoleName="short-lived", AssumeRolePolicyDocument=trust("sagemaker.amazonaws.com")
    )["Role"]["Arn"]
    sagemaker.create_model(ModelName="needs-role", PrimaryContainer=MODEL, ExecutionRoleArn=role)
    iam.delete_role(RoleName="short-lived")
    source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{BUCKET}/"}}
    with pytest.raises(ClientError, match=f"Could not assume role {role}"):
        sagemaker.create_transform_job(
            TransformJobName="needs-role",
            ModelName="needs-role",
            TransformInput={"DataSource": source},
            TransformOutput={"S3OutputPath": f"s3://{BUCKET}/output"},
            TransformResources={"InstanceType": "ml.m5.large", "InstanceCount": 1},
        )
