"""The summary of a change that `make diff` prints."""

from copy import deepcopy
from typing import Any

import pytest

from scripts.diff.__main__ import main
from scripts.diff.snapshots import all_masked
from scripts.diff.summary import summarize
from tests.stacks.assembly import Assembly


def summary(before: dict[str, Any], after: dict[str, Any]) -> str:
    return "\n".join(summarize("prod", before, after))


def only(template: dict[str, Any], kind: str) -> str:
    found = [
        str(name) for name, resource in template["Resources"].items() if resource["Type"] == kind
    ]
    assert len(found) == 1
    return found[0]


def test_nothing_changes(prod: Assembly) -> None:
    assert (
        summary(all_masked(prod.templates), all_masked(prod.templates))
        == "## prod: nothing changes"
    )


def test_a_change_is_told_by_what_it_does(prod: Assembly) -> None:
    before, after = all_masked(prod.templates), deepcopy(all_masked(prod.templates))
    resources = after["model"]["Resources"]
    config = only(after["model"], "AWS::SageMaker::EndpointConfig")
    resources[config]["Properties"]["ProductionVariants"][0]["InitialInstanceCount"] = 4
    endpoint = only(after["model"], "AWS::SageMaker::Endpoint")
    resources[endpoint]["DependsOn"] = []
    resources["More"] = {"Type": "AWS::CloudWatch::Alarm", "Properties": {}}
    secret = only(after["web"], "AWS::SecretsManager::Secret")
    del after["web"]["Resources"][secret]
    told = summary(before, after)
    assert f"**replaced: 1**\n- model `{config}` (AWS::SageMaker::EndpointConfig): Prod" in told
    assert f"**removed: 1**\n- web `{secret}` (AWS::SecretsManager::Secret)" in told
    assert "**added: 1**\n- model `More` (AWS::CloudWatch::Alarm)" in told
    assert f"- model `{endpoint}` (AWS::SageMaker::Endpoint): DependsOn" in told
    more = 2 * 730 * 0.115 + 0.1 - 0.4
    assert f"(+{more:,.2f}, from $" in told


def test_a_price_that_is_not_known_is_no_saving(prod: Assembly) -> None:
    before, after = all_masked(prod.templates), deepcopy(all_masked(prod.templates))
    config = only(after["model"], "AWS::SageMaker::EndpointConfig")
    properties = after["model"]["Resources"][config]["Properties"]
    properties["ProductionVariants"][0]["InstanceType"] = "ml.m7i.large"
    told = summary(before, after)
    assert "- not known: the price of endpoint, 2 x ml.m7i.large" in told
    assert told.count("the difference is not known)") == 3
    costs = [line for line in told.splitlines() if "predictions: " in line]
    assert all(" + ? (from $" in line for line in costs)
    # What is not known on both sides is no difference.
    again = deepcopy(after)
    again["model"]["Resources"]["More"] = {"Type": "AWS::CloudWatch::Alarm", "Properties": {}}
    assert " + ? (+0.10, from $" in summary(after, again)


def test_an_api_that_is_opened_to_everybody_widens(prod: Assembly) -> None:
    before, after = all_masked(prod.templates), deepcopy(all_masked(prod.templates))
    for resource in before["web"]["Resources"].values():
        if resource["Type"] == "AWS::ApiGateway::Method":
            resource["Properties"]["AuthorizationType"] = "AWS_IAM"
    told = summary(before, after)
    assert "**permissions widened: 5**" in told
    assert told.count("ANY by everybody") == 5
    assert told.count("ANY by signed requests") == 5


def test_wider_and_narrower_permissions_are_told(prod: Assembly) -> None:
    before, after = all_masked(prod.templates), deepcopy(all_masked(prod.templates))
    role = next(
        name for name in after["web"]["Resources"] if name.startswith("PredictApiHandlerRole")
    )
    (work,) = [
        policy
        for policy in after["web"]["Resources"][role]["Properties"]["Policies"]
        if policy["PolicyName"] == "Work"
    ]
    (invoke,) = [
        statement
        for statement in work["PolicyDocument"]["Statement"]
        if statement["Action"] == "sagemaker:InvokeEndpoint"
    ]
    invoke["Action"] = ["sagemaker:InvokeEndpoint", "sagemaker:DeleteEndpoint"]
    wider = summary(before, after)
    assert "**permissions widened: 1**" in wider
    assert f"- web {role}: sagemaker:DeleteEndpoint on arn:" in wider
    assert "endpoint/sentiment-prod" in wider
    assert "narrowed" not in wider
    assert "**permissions narrowed: 1**" in summary(after, before)


def test_a_refusal_that_goes_widens(prod: Assembly) -> None:
    before, after = all_masked(prod.templates), deepcopy(all_masked(prod.templates))
    policy = next(
        resource
        for resource in after["storage"]["Resources"].values()
        if resource["Type"] == "AWS::S3::BucketPolicy"
    )
    statements = policy["Properties"]["PolicyDocument"]["Statement"]
    (plain,) = [s for s in statements if "Bool" in s.get("Condition", {})]
    statements.remove(plain)
    told = summary(before, after)
    assert "permissions widened" in told
    assert "no longer refused" in told
    assert "narrowed" not in told


def test_the_command_compares_with_a_revision(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--environment", "dev", "--against", "no-such"]) == 1
    assert "test_template[dev-storage].json in no-such" in capsys.readouterr().err
