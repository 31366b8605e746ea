"""moto, an emulator of AWS by other people, creates what it can of the templates."""

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import boto3
import pytest
from moto import mock_aws

from scripts.synthesis import STACKS
from tests.stacks.assembly import Assembly
from tests.stacks.literals import ACCOUNT

REGION = "us-east-1"
# Types with which moto 5.2.5 cannot create a stack, and why
BEYOND = {
    "AWS::CloudWatch::Alarm": "moto has no attribute Arn of an alarm",
    "AWS::Lambda::Version": "moto requires a name for every function",
    "AWS::StepFunctions::StateMachine": "moto does not shorten the names that it generates",
    "AWS::Lambda::Function": "moto reads the archive in the bootstrap's bucket",
    "AWS::Lambda::LayerVersion": "moto reads the archive in the bootstrap's bucket",
}

# Types whose tags moto expects in another form than CloudFormation
TAGGED_DIFFERENTLY = {"AWS::KMS::Key", "AWS::SSM::Parameter"}
# Types of which moto creates at least one in every environment
CREATED = {
    "AWS::ApiGateway::RestApi",
    "AWS::IAM::Role",
    "AWS::Logs::LogGroup",
    "AWS::S3::Bucket",
}


def mentions(value: Any) -> Iterator[str]:
    """Yield the logical ids to which a value of a template refers."""
    if isinstance(value, dict):
        for key, one in value.items():
            if key == "Ref":
                yield one
            elif key == "Fn::GetAtt":
                yield one[0]
            elif key == "DependsOn":
                yield from one
            else:
                yield from mentions(one)
    elif isinstance(value, list):
        for one in value:
            yield from mentions(one)


def carried(template: dict[str, Any]) -> dict[str, Any]:
    """Return the part of a template that refers to no resource that moto cannot create."""
    resources = deepcopy(template["Resources"])
    dropped = {
        name
        for name, one in resources.items()
        if one["Type"] in BEYOND or one["Type"].startswith("Custom::")
    }
    for one in resources.values():
        if one["Type"] in TAGGED_DIFFERENTLY:
            one["Properties"].pop("Tags")
    while dropped:
        resources = {name: one for name, one in resources.items() if name not in dropped}
        dropped = {
            name
            for name, one in resources.items()
            if any(
                each in template["Resources"] and each not in resources for each in mentions(one)
            )
        }
    return {"Resources": resources}


@pytest.fixture
def _account(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("MOTO_ACCOUNT_ID", ACCOUNT)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)  # the commands' own, of another test
    with mock_aws():
        yield


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Tried to parse")  # a type that moto skips
@pytest.mark.usefixtures("_account")
def test_moto_creates_its_part_of_the_templates(assembly: Assembly) -> None:
    client = boto3.client("cloudformation", REGION)
    created: list[str] = []
    for stack in STACKS:
        template = json.dumps(carried(assembly.template(stack)))
        client.create_stack(StackName=stack, TemplateBody=template)
        (found,) = client.describe_stacks(StackName=stack)["Stacks"]
        assert found["StackStatus"] == "CREATE_COMPLETE"
        pages = client.get_paginator("list_stack_resources").paginate(StackName=stack)
        created += [one["ResourceType"] for page in pages for one in page["StackResourceSummaries"]]
    assert set(created) >= CREATED
