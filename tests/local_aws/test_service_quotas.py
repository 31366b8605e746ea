"""Service Quotas, and Lambda's reserved concurrency in an account that has just been opened."""

import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_aws.environment import ACCOUNT
from local_aws.service_quotas import CONCURRENT_EXECUTIONS
from local_aws.testing import free_port
from tests.local_aws.conftest import Emulator, ended, run_cli
from tests.local_aws.support.stack import Stack

CONCURRENCY = {"ServiceCode": "lambda", "QuotaCode": CONCURRENT_EXECUTIONS}
ENDPOINT = "ml.m5.large for endpoint usage"


@pytest.fixture(scope="module")
def new_account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """An emulator with the quotas of a new account; the tests run in order and raise them."""
    emulator = Emulator(free_port(), tmp_path_factory.mktemp("new-account") / "state")
    where = ("--port", str(emulator.port), "--state", str(emulator.state))
    up = run_cli("up", *where, "--new-account")
    assert up.returncode == 0, up.stderr
    other = run_cli("up", *where)
    assert "the embedded AWS already runs with --new-account" in other.stderr
    try:
        yield emulator
    finally:
        ended(emulator.state)


def reserving(reserved: int) -> dict[str, Any]:
    """Return a template's resources: a role, and a function that reserves concurrency."""
    trust = {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"Service": "lambda.amazonaws.com"},
    }
    return {
        "Role": {
            "Type": "AWS::IAM::Role",
            "Properties": {
                "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]}
            },
        },
        "Function": {
            "Type": "AWS::Lambda::Function",
            "Properties": {
                "Runtime": "python3.14",
                "Handler": "index.handler",
                "Role": {"Fn::GetAtt": ["Role", "Arn"]},
                "Code": {"ZipFile": "def handler(event, context): pass"},
                "ReservedConcurrentExecutions": reserved,
            },
        },
    }


def create_function(functions: Any, name: str, role: str = "any") -> None:
    """Create a function without a reservation."""
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("index.py", "def handler(event, context): pass")
    functions.create_function(
        FunctionName=name,
        Runtime="python3.14",
        Handler="index.handler",
        Role=f"arn:aws:iam::{ACCOUNT}:role/{role}",
        Code={"ZipFile": code.getvalue()},
    )


def names(pages: Any) -> dict[str, float]:
    return {quota["QuotaName"]: quota["Value"] for page in pages for quota in page["Quotas"]}


def test_a_new_account_has_no_instances_and_little_concurrency(new_account: Emulator) -> None:
    quotas = new_account.client("service-quotas")
    listed = quotas.get_paginator("list_service_quotas")
    assert names(listed.paginate(ServiceCode="sagemaker")) == {}
    defaults = quotas.get_paginator("list_aws_default_service_quotas")
    pages = list(defaults.paginate(ServiceCode="sagemaker"))
    assert len(pages) > 1
    assert names(pages)[ENDPOINT] == 0
    assert quotas.get_service_quota(**CONCURRENCY)["Quota"]["Value"] == 10
    limit = new_account.client("lambda").get_account_settings()["AccountLimit"]
    assert limit["ConcurrentExecutions"] == limit["UnreservedConcurrentExecutions"] == 10


def test_a_new_account_refuses_to_reserve_any_concurrency(new_account: Emulator) -> None:
    stack = Stack(new_account, "one-reserved").deploy(reserving(1))
    assert stack.status == "ROLLBACK_COMPLETE"
    refusal = (
        "Specified ReservedConcurrentExecutions for function decreases account's "
        "UnreservedConcurrentExecution below its minimum value of [10]."
    )
    assert any(refusal in reason for reason in stack.reasons)
    functions = new_account.client("lambda")
    create_function(functions, "unreserved")
    with pytest.raises(ClientError, match="InvalidParameterValueException"):
        functions.put_function_concurrency(
            FunctionName="unreserved", ReservedConcurrentExecutions=1
        )


def test_an_increase_is_granted_at_once(new_account: Emulator) -> None:
    quotas = new_account.client("service-quotas")
    with pytest.raises(ClientError, match="IllegalArgumentException"):
        quotas.request_service_quota_increase(**CONCURRENCY, DesiredValue=10)
    with pytest.raises(ClientError, match="NoSuchResourceException"):
        quotas.request_service_quota_increase(
            **{**CONCURRENCY, "QuotaCode": "L-00000000"}, DesiredValue=10
        )
    with pytest.raises(ClientError, match="ValidationException"):
        quotas.get_service_quota(**{**CONCURRENCY, "QuotaCode": "?"})
    answer = quotas.request_service_quota_increase(**CONCURRENCY, DesiredValue=150)
    assert answer["RequestedQuota"]["Status"] == "APPROVED"
    stack = Stack(new_account, "many-reserved")
    assert stack.deploy(reserving(50)).status == "CREATE_COMPLETE"
    updated = stack.deploy(reserving(51))
    assert updated.status == "UPDATE_ROLLBACK_COMPLETE"
    assert any("minimum value of [100]" in reason for reason in updated.reasons)
    limit = new_account.client("lambda").get_account_settings()["AccountLimit"]
    assert json.dumps(limit["UnreservedConcurrentExecutions"]) == "100"


def test_an_established_account_has_enough(emulator: Emulator) -> None:
    quotas = emulator.client("service-quotas")
    listed = names(quotas.get_paginator("list_service_quotas").paginate(ServiceCode="sagemaker"))
    assert listed[ENDPOINT] == 20
    assert quotas.get_service_quota(**CONCURRENCY)["Quota"]["Value"] == 1000
