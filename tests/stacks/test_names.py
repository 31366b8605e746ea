"""Names of resources: unique in an account, short enough, and free when a resource is replaced."""

import json
from pathlib import Path

import pytest

from scripts.synthesis import context
from stacks.settings.combinations import WITH_CLOUDFRONT_LOGS
from tests.stacks.altered import DEV
from tests.stacks.assembly import Assembly, synthesize
from tests.stacks.physical_names import (
    ACCOUNT_WIDE,
    collisions,
    longest_allowed,
    name_of,
    unclassified,
)

LONGEST_COMMENT = 128
LONG_ENVIRONMENT = "qualityassur"
LONGEST_REGION = max(sorted(WITH_CLOUDFRONT_LOGS), key=len)
# Lengths that the schemas leave out
# https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_OriginAccessControlConfig.html
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
LIMITS = {"AWS::CloudFront::OriginAccessControl": 64, "AWS::S3::Bucket": 63}


def account_wide(assembly: Assembly, region: str) -> set[tuple[str, str]]:
    """Return type and name of the resources whose names are unique in an account."""
    return {
        (resource["Type"], name)
        for template in assembly.templates.values()
        for resource in template["Resources"].values()
        if resource["Type"] in ACCOUNT_WIDE
        and (name := name_of(resource, region=region)) is not None
    }


@pytest.mark.parametrize(("environment", "settings"), [("dev", DEV), ("prod", {})])
def test_account_wide_names_differ_between_regions(
    environment: str, settings: dict[str, str], tmp_path: Path
) -> None:
    found = {}
    for region in ("us-east-1", "eu-west-1"):
        chosen = {**settings, "region": region}
        found[region] = account_wide(synthesize(environment, tmp_path / region, chosen), region)
    assert {kind for kind, _ in found["us-east-1"]} >= {
        "AWS::CloudFront::OriginAccessControl",
        "AWS::CloudFront::ResponseHeadersPolicy",
        "AWS::S3::Bucket",
    }
    assert found["us-east-1"] & found["eu-west-1"] == set()


def test_every_name_is_classified(assembly: Assembly) -> None:
    """A type with a name of the application must be listed as unique in the account or not."""
    missing = {
        f"{resource['Type']}: {path}"
        for template in assembly.templates.values()
        for resource in template["Resources"].values()
        if not resource["Type"].startswith("Custom::")
        for path in unclassified(resource)
    }
    assert missing == set()


def test_long_names_fit(tmp_path: Path) -> None:
    block = context("prod")["environments"]["prod"]
    renamed = {"environments": {LONG_ENVIRONMENT: block}, "region": LONGEST_REGION}
    assembly = synthesize(LONG_ENVIRONMENT, tmp_path, renamed)
    lengths = {}
    for template in assembly.templates.values():
        for key, resource in template["Resources"].items():
            name = name_of(resource, region=LONGEST_REGION)
            if name is None:
                continue
            limit = LIMITS.get(resource["Type"]) or longest_allowed(resource["Type"])
            length = len(written(name))
            lengths[key] = length
            assert limit is None or length <= limit, (key, name)
    assert max(lengths.values()) > 50


def written(name: str) -> str:
    """Return a name as AWS sees it, with ids of resources and accounts filled in."""
    value = json.loads(name)
    if isinstance(value, str):
        return value
    return "".join(part if isinstance(part, str) else "1" * 12 for part in value["Fn::Join"][1])


def test_switching_everything_on_or_off_creates_nothing_under_a_taken_name(
    dev: Assembly, altered_dev: Assembly, prod: Assembly, altered_prod: Assembly
) -> None:
    for plain, altered in ((dev, altered_dev), (prod, altered_prod)):
        assert collisions(plain.templates, altered.templates) == []
        assert collisions(altered.templates, plain.templates) == []


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"operations.alarm_email": "a@example.com"}, {"operations.alarm_email": "b@example.com"}),
        (
            {"operations.alarm_email": "a@example.com"},
            {"operations.alarm_email": "a@example.com", "operations.alarms": "true"},
        ),
    ],
)
def test_another_receiver_needs_another_budget(
    first: dict[str, str], second: dict[str, str], tmp_path: Path
) -> None:
    budget = {"operations.monthly_budget_usd": "20"}
    before = synthesize("dev", tmp_path / "first", {**budget, **first})
    after = synthesize("dev", tmp_path / "second", {**budget, **second})
    assert before.only("AWS::Budgets::Budget") != after.only("AWS::Budgets::Budget")
    assert collisions(before.templates, after.templates) == []


def test_comments_in_cloudfront_fit(tmp_path: Path) -> None:
    assembly = synthesize("prod", tmp_path, {"site.comment": "x" * LONGEST_COMMENT})
    comments = [
        assembly.only("AWS::CloudFront::Distribution")["DistributionConfig"]["Comment"],
        assembly.only("AWS::CloudFront::ResponseHeadersPolicy")["ResponseHeadersPolicyConfig"][
            "Comment"
        ],
        *(
            function["Properties"]["FunctionConfig"]["Comment"]
            for function in assembly.resources("AWS::CloudFront::Function").values()
        ),
    ]
    assert max(map(len, comments)) == LONGEST_COMMENT
