"""Monthly cost estimates from templates."""

import json
import subprocess
import sys

import pytest

from scripts import ROOT
from scripts.cost.__main__ import main
from scripts.cost.estimate import Item, estimate
from scripts.cost.prices import Prices
from tests.stacks.assembly import Assembly

PRICES = Prices.read()


def items(assembly: Assembly) -> dict[str, Item]:
    return {item.name: item for item in estimate(assembly.templates, PRICES)}


def test_dev_costs_nothing_without_predictions(dev: Assembly) -> None:
    found = items(dev)
    assert {item.at(0) for item in found.values()} == {0}
    serverless = found["endpoint, serverless with 3072 MB"]
    assert serverless.at(1_000_000) == pytest.approx(1e6 * (0.05 * 0.00006 + 2.5e-6 * 0.016))


def test_the_endpoint_and_protections_of_prod_have_monthly_costs(prod: Assembly) -> None:
    found = items(prod)
    assert found["endpoint, 2 x ml.m5.large"].at(0) == pytest.approx(2 * 730 * 0.115)
    alarms = len(prod.resources("AWS::CloudWatch::Alarm")) + 2  # and two for scaling
    assert found[f"alarms: {alarms}"].at(1000) == pytest.approx(alarms * 0.1)
    assert found["keys: 3"].at(0) == 3
    (acl,) = [item for name, item in found.items() if name.startswith("web ACL")]
    rules = len(prod.only("AWS::WAFv2::WebACL")["Rules"])
    assert acl.at(1_000_000) == pytest.approx(5 + rules + 0.6)


def test_every_resource_type_is_free_while_idle_or_on_the_bill(assembly: Assembly) -> None:
    """A new resource type must be listed as free while idle or get a price."""
    known = set(json.loads((ROOT / "tests/scripts/free_while_idle.json").read_text()))
    billed = {
        "AWS::ApplicationAutoScaling::ScalingPolicy", "AWS::CloudWatch::Alarm",
        "AWS::CloudWatch::Dashboard", "AWS::KMS::Key", "AWS::SageMaker::EndpointConfig",
        "AWS::SecretsManager::Secret", "AWS::WAFv2::WebACL",
    }  # fmt: skip
    kinds = {
        resource["Type"]
        for template in assembly.templates.values()
        for resource in template["Resources"].values()
    }
    assert kinds - known - billed == set()


def test_the_command_names_unknown_prices() -> None:
    done = subprocess.run(
        [
            sys.executable, "-m", "scripts.cost", "--environment", "prod",
            "-c", "endpoint.instance_type=ml.m7i.large", "-c", "region=eu-west-1",
        ],
        cwd=ROOT, capture_output=True, text=True, check=True, timeout=300,
    )  # fmt: skip
    assert "Unknown: the price of endpoint, 2 x ml.m7i.large" in done.stdout
    assert "Unknown: the prices of eu-west-1; these are the prices of us-east-1" in done.stdout
    assert "+ ?" in done.stdout
    assert done.stderr == ""


def test_a_bad_setting_is_refused_with_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["-c", "endpoint.kind=big"]) == 1
    shown = capsys.readouterr().err
    assert shown.startswith("endpoint.kind=big is refused")
    assert shown.count("\n") == 1
