"""The summary that `make diff` prints."""

import re
import sys
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from scripts.cost.comparison import compare
from scripts.diff import CDK, DiffError, changes, main, summarize
from scripts.snapshots import all_masked
from tests.stacks.assembly import Assembly

Templates = dict[str, dict[str, Any]]


@pytest.fixture
def before(prod: Assembly) -> Templates:
    return all_masked(prod.templates)


@pytest.fixture
def after(before: Templates) -> Templates:
    return deepcopy(before)


def only(template: dict[str, Any], kind: str) -> str:
    (name,) = (name for name, resource in template["Resources"].items() if resource["Type"] == kind)
    return str(name)


def statements(report: str) -> list[tuple[str, str, str]]:
    """Return sign, effect and actions of each policy statement in a report's table."""
    found: list[tuple[str, str, str]] = []
    for line in report.splitlines():
        if not line.startswith("│"):
            continue
        sign, _, effect, actions, *_ = (cell.strip() for cell in line.split("│")[1:-1])
        if sign in {"+", "-"}:
            found.append((sign, effect, actions))
        elif found:  # the statement continues
            found[-1] = (*found[-1][:2], f"{found[-1][2]} {actions}".strip())
    return found


def test_no_change_is_reported(before: Templates, after: Templates) -> None:
    assert list(summarize("prod", before, after)) == ["## prod: nothing changes"]


def test_a_change_is_shown_with_its_values_and_its_effect(
    before: Templates, after: Templates, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")  # connects nowhere
    resources = after["model"]["Resources"]
    config = only(after["model"], "AWS::SageMaker::EndpointConfig")
    resources[config]["Properties"]["ProductionVariants"][0]["InitialInstanceCount"] = 4
    endpoint = only(after["model"], "AWS::SageMaker::Endpoint")
    resources[endpoint]["DependsOn"] = []
    resources["More"] = {"Type": "AWS::CloudWatch::Alarm", "Properties": {}}
    secret = only(after["web"], "AWS::SecretsManager::Secret")
    del after["web"]["Resources"][secret]
    shown = "\n".join(summarize("prod", before, after))
    assert "Stack prod-model" in shown
    assert "Stack prod-storage" not in shown
    assert f"[~] AWS::SageMaker::EndpointConfig {config} replace\n" in shown
    assert "ProductionVariants (requires replacement)" in shown
    assert re.search(r'\[-\] +"InitialInstanceCount": 2,\n.*\[\+\] +"Initial\w+": 4,', shown)
    assert f"[~] AWS::SageMaker::Endpoint {endpoint}\n" in shown
    assert "[+] AWS::CloudWatch::Alarm More\n" in shown
    assert f"[-] AWS::SecretsManager::Secret {secret} destroy\n" in shown
    assert f"replaced or removed: 1**\n- web/{secret}\n" in shown
    more = 2 * 730 * 0.115 + 0.1 - 0.4
    assert f"(+{more:,.2f}, from $" in shown
    assert shown.count("```") == 4


def test_an_unknown_price_does_not_count_as_a_saving(before: Templates, after: Templates) -> None:
    config = only(after["model"], "AWS::SageMaker::EndpointConfig")
    properties = after["model"]["Resources"][config]["Properties"]
    properties["ProductionVariants"][0]["InstanceType"] = "ml.m7i.large"
    shown = "\n".join(compare(before, after))
    assert "- not known: the price of endpoint, 2 x ml.m7i.large" in shown
    assert shown.count("the difference is not known)") == 3
    costs = [line for line in shown.splitlines() if "predictions: " in line]
    assert all(" + ? (from $" in line for line in costs)
    # A price that is unknown before and after is not a difference.
    again = deepcopy(after)
    again["model"]["Resources"]["More"] = {"Type": "AWS::CloudWatch::Alarm", "Properties": {}}
    assert " + ? (+0.10, from $" in "\n".join(compare(after, again))


def test_opening_the_api_to_everybody_is_shown(before: Templates, after: Templates) -> None:
    methods = [
        resource
        for resource in before["web"]["Resources"].values()
        if resource["Type"] == "AWS::ApiGateway::Method"
    ]
    for method in methods:
        method["Properties"]["AuthorizationType"] = "AWS_IAM"
    shown = changes("prod-web", before["web"], after["web"])
    assert len(methods) == 7
    assert shown.count("[-] AWS_IAM") == shown.count("[+] NONE") == 7


def test_wider_and_narrower_permissions_are_shown(before: Templates, after: Templates) -> None:
    role = next(
        name for name in after["web"]["Resources"] if name.startswith("PredictApiHandlerRole")
    )
    (work,) = (
        policy
        for policy in after["web"]["Resources"][role]["Properties"]["Policies"]
        if policy["PolicyName"] == "Work"
    )
    (invoke,) = (
        statement
        for statement in work["PolicyDocument"]["Statement"]
        if statement["Action"] == "sagemaker:InvokeEndpoint"
    )
    invoke["Action"] = ["sagemaker:InvokeEndpoint", "sagemaker:DeleteEndpoint"]
    old, new = "sagemaker:InvokeEndpoint", "sagemaker:DeleteEndpoint sagemaker:InvokeEndpoint"
    wider = statements(changes("prod-web", before["web"], after["web"]))
    assert wider == [("+", "Allow", new), ("-", "Allow", old)]
    narrower = statements(changes("prod-web", after["web"], before["web"]))
    assert sorted(narrower) == [("+", "Allow", old), ("-", "Allow", new)]


def test_a_removed_deny_statement_is_shown(before: Templates, after: Templates) -> None:
    policy = next(
        resource
        for resource in after["storage"]["Resources"].values()
        if resource["Type"] == "AWS::S3::BucketPolicy"
    )
    document = policy["Properties"]["PolicyDocument"]
    (plain,) = (s for s in document["Statement"] if "Bool" in s.get("Condition", {}))
    document["Statement"].remove(plain)
    report = changes("prod-storage", before["storage"], after["storage"])
    assert [found[:2] for found in statements(report)] == [("-", "Deny")]


def test_the_command_compares_with_a_revision(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--environment", "dev", "--against", "no-such"]) == 1
    assert "test_template[dev-storage].json in no-such" in capsys.readouterr().err


def test_a_failure_of_the_cli_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cdk = tmp_path / "cdk"
    cdk.write_text("#!/bin/sh\necho no node here\nexit 3\n", "utf-8")
    cdk.chmod(0o755)
    monkeypatch.setattr(sys.modules[changes.__module__], "CDK", cdk)
    with pytest.raises(DiffError, match=r"^cdk diff failed for prod-web: no node here$"):
        changes("prod-web", {}, {})
    assert CDK.is_file()
