"""Settings and names that a whole account shares: API Gateway's log role, and budgets."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_aws.urls import local_url, send
from tests.local_aws.conftest import Emulator
from tests.local_aws.support.site_template import api
from tests.local_aws.support.stack import DeployedStack, Stack
from tests.stacks.assembly import Assembly

PUSH = "arn:aws:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "apigateway.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}
ROLE: dict[str, Any] = {
    "Type": "AWS::IAM::Role",
    "Properties": {"AssumeRolePolicyDocument": TRUST, "ManagedPolicyArns": [PUSH]},
}
ACCOUNT: dict[str, Any] = {
    "Type": "AWS::ApiGateway::Account",
    "DependsOn": ["Api"],
    "Properties": {"CloudWatchRoleArn": {"Fn::GetAtt": ["LogRole", "Arn"]}},
}
LOG = {"Type": "AWS::Logs::LogGroup", "Properties": {}}


def logged_api(**account: Any) -> dict[str, Any]:
    """Return an API with an access log, and the resources of the account's role."""
    resources: dict[str, Any] = {**api(), "Log": LOG, **account}
    stage = resources["Stage"]
    stage["DependsOn"] = [key for key in account if key == "Account"]
    stage["Properties"]["AccessLogSetting"] = {
        "DestinationArn": {"Fn::GetAtt": ["Log", "Arn"]},
        "Format": '{"status":"$context.status","method":"$context.httpMethod","x":"$context.error"}',
    }
    return resources


@pytest.fixture
def without_role(emulator: Emulator) -> Iterator[None]:
    """Give the account no role, before the test and after it."""
    set_role(emulator, "")
    yield
    set_role(emulator, "")


def set_role(emulator: Emulator, arn: str) -> None:
    change = {"op": "replace", "path": "/cloudwatchRoleArn", "value": arn}
    emulator.client("apigateway").update_account(patchOperations=[change])


def log_lines(emulator: Emulator, deployed: DeployedStack) -> list[dict[str, str]]:
    found = emulator.client("logs").filter_log_events(logGroupName=deployed.ids["Log"])
    return [json.loads(event["message"]) for event in found["events"]]


@pytest.mark.usefixtures("without_role")
def test_access_logs_end_with_the_accounts_role(emulator: Emulator) -> None:
    address = {"Fn::Sub": "https://${Api}.execute-api.${AWS::Region}.amazonaws.com/api/predict"}
    first, second = Stack(emulator, "logs-first"), Stack(emulator, "logs-second")
    served = first.deploy(logged_api(LogRole=ROLE, Account=ACCOUNT), Url=address)
    assert served.status == "CREATE_COMPLETE", served.reasons
    url = local_url(served.outputs["Url"], emulator.port)
    assert send(url, body=b"x")[0] == 200
    assert log_lines(emulator, served) == [{"status": "200", "method": "POST", "x": "-"}]
    later = second.deploy(logged_api(LogRole=ROLE, Account=ACCOUNT))
    assert later.status == "CREATE_COMPLETE", later.reasons
    assert second.delete() == "DELETE_COMPLETE"
    settings = emulator.client("apigateway").get_account()
    assert settings["cloudwatchRoleArn"].endswith(f"/{later.ids['LogRole']}")
    assert send(url, body=b"x")[0] == 200
    assert len(log_lines(emulator, served)) == 1
    assert first.delete() == "DELETE_COMPLETE"


def from_template(dev: Assembly) -> dict[str, Any]:
    """Return the account's setting and its role as the web stack declares them."""
    declared = dev.template("web")["Resources"]
    ((key, account),) = dev.resources("AWS::ApiGateway::Account", "web").items()
    role = account["Properties"]["CloudWatchRoleArn"]["Fn::GetAtt"][0]
    (dependency,) = account["DependsOn"]
    assert declared[dependency]["Type"] == "AWS::ApiGateway::RestApi"
    assert key.startswith("web/")
    return {role: declared[role], "Account": {**account, "DependsOn": ["Api"]}}


BROKEN = {"Type": "AWS::ApiGateway::Account", "Properties": {"CloudWatchRoleArn": "arn:none"}}


@pytest.mark.usefixtures("without_role")
@pytest.mark.parametrize("destroyed", [0, 1, "failed"])
def test_logs_outlive_another_environment(
    emulator: Emulator, dev: Assembly, destroyed: int | str
) -> None:
    """Environments share the account's setting, whichever of them is destroyed first."""
    address = {"Fn::Sub": "https://${Api}.execute-api.${AWS::Region}.amazonaws.com/api/predict"}
    stacks = [Stack(emulator, f"logs-{destroyed}-{number}") for number in range(2)]
    template = logged_api(**from_template(dev))
    served = [
        stack.deploy(template, Url=address) for stack in stacks[: 1 + (destroyed != "failed")]
    ]
    assert [one.status for one in served] == ["CREATE_COMPLETE"] * len(served), served[-1].reasons
    if destroyed == "failed":
        last = {**BROKEN, "DependsOn": ["Account", "Stage"]}
        assert stacks[1].deploy({**template, "Last": last}).status == "ROLLBACK_COMPLETE"
        destroyed = 1
    assert stacks[int(destroyed)].delete() == "DELETE_COMPLETE"
    left = served[1 - int(destroyed)]
    assert send(local_url(left.outputs["Url"], emulator.port), body=b"x")[0] == 200
    assert len(log_lines(emulator, left)) == 1
    assert stacks[1 - int(destroyed)].delete() == "DELETE_COMPLETE"


@pytest.mark.usefixtures("without_role")
def test_logs_need_a_role_in_the_accounts_settings(emulator: Emulator) -> None:
    stack = Stack(emulator, "logs-without-role")
    refused = stack.deploy(logged_api())
    assert refused.status == "ROLLBACK_COMPLETE"
    assert any("role ARN must be set in account settings" in why for why in refused.reasons)
    stack.delete()


def test_a_new_account_has_no_settings_before_its_first_api(emulator: Emulator) -> None:
    """Regions of the emulator are as separate as accounts."""
    stack = Stack(emulator, "account-alone", region="eu-north-1")
    alone = {"Type": ACCOUNT["Type"], "Properties": ACCOUNT["Properties"]}
    refused = stack.deploy({"LogRole": ROLE, "Account": alone})
    assert refused.status == "ROLLBACK_COMPLETE"
    assert any("never had a resource" in why for why in refused.reasons)
    stack.delete()
    after = Stack(emulator, "account-after-api", region="eu-north-1")
    rest = {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": "any"}}
    accepted = after.deploy({"LogRole": ROLE, "Account": ACCOUNT, "Api": rest})
    assert accepted.status == "CREATE_COMPLETE", accepted.reasons
    after.delete()


@pytest.mark.parametrize("missing", ["role", "trust", "policy"])
def test_an_unusable_log_role_is_refused(emulator: Emulator, missing: str) -> None:
    iam, name = emulator.client("iam"), f"log-role-without-{missing}"
    arn = f"arn:aws:iam::000000000000:role/{name}"
    if missing != "role":
        service = "lambda.amazonaws.com" if missing == "trust" else "apigateway.amazonaws.com"
        trust = json.dumps(TRUST).replace("apigateway.amazonaws.com", service)
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)
    if missing == "trust":
        iam.attach_role_policy(RoleName=name, PolicyArn=PUSH)
    with pytest.raises(ClientError, match="does not have required permissions"):
        set_role(emulator, arn)


def budget(email: str, limit: float = 10, **named: str) -> dict[str, Any]:
    """Return a budget that alerts an address."""
    notification = {
        "NotificationType": "ACTUAL",
        "ComparisonOperator": "GREATER_THAN",
        "Threshold": 80,
    }
    return {
        "Budget": {
            "Type": "AWS::Budgets::Budget",
            "Properties": {
                "Budget": {
                    "BudgetType": "COST",
                    "TimeUnit": "MONTHLY",
                    "BudgetLimit": {"Amount": limit, "Unit": "USD"},
                    **named,
                },
                "NotificationsWithSubscribers": [
                    {
                        "Notification": notification,
                        "Subscribers": [{"SubscriptionType": "EMAIL", "Address": email}],
                    }
                ],
            },
        }
    }


def test_another_receiver_replaces_a_budget_whose_name_is_taken(emulator: Emulator) -> None:
    stack = Stack(emulator, "named-budget")
    first = stack.deploy(budget("a@example.com", BudgetName="monthly"))
    assert first.status == "CREATE_COMPLETE", first.reasons
    dearer = stack.deploy(budget("a@example.com", limit=20, BudgetName="monthly"))
    assert (dearer.status, dearer.ids) == ("UPDATE_COMPLETE", first.ids)
    refused = stack.deploy(budget("b@example.com", BudgetName="monthly"))
    assert refused.status == "UPDATE_ROLLBACK_COMPLETE"
    assert any("already exists" in why for why in refused.reasons)
    elsewhere = Stack(emulator, "budget-elsewhere", region="eu-west-1")
    assert elsewhere.deploy(budget("a@example.com", BudgetName="monthly")).status == (
        "ROLLBACK_COMPLETE"
    )
    elsewhere.delete()
    stack.delete()


def test_a_budget_without_a_name_can_be_replaced(emulator: Emulator) -> None:
    stack = Stack(emulator, "unnamed-budget")
    first = stack.deploy(budget("a@example.com"))
    second = stack.deploy(budget("b@example.com"))
    assert second.status == "UPDATE_COMPLETE", second.reasons
    assert second.ids["Budget"] != first.ids["Budget"]
    assert stack.delete() == "DELETE_COMPLETE"
    named = emulator.client("budgets").describe_budgets(AccountId="000000000000")["Budgets"]
    assert not {first.ids["Budget"], second.ids["Budget"]} & {one["BudgetName"] for one in named}
