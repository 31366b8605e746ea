"""Buckets and the datasets in them."""

import json
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
from aws_cdk import App, Stack

from app import PROTECTION, compose
from scripts.synthesis import STACKS, context
from stacks.settings.load import read_settings
from tests.stacks.assembly import Assembly, Resource, synthesize
from tests.stacks.test_lint import LINT

# Deletion and replacement policy of what outlives its stack
KEPT = ("RetainExceptOnCreate", "Retain")
# The resources that copy the datasets
COPYING = {
    "AWS::IAM::Role",
    "AWS::Lambda::Function",
    "AWS::Lambda::LayerVersion",
    "AWS::Logs::LogGroup",
    "Custom::CDKBucketDeployment",
}


def test_buckets_are_private_encrypted_and_versioned(assembly: Assembly) -> None:
    buckets = assembly.resources("AWS::S3::Bucket")
    assert len(buckets) == 3
    for key, bucket in buckets.items():
        properties = bucket["Properties"]
        assert set(properties["PublicAccessBlockConfiguration"].values()) == {True}, key
        assert properties["BucketEncryption"], key
        assert properties["VersioningConfiguration"] == {"Status": "Enabled"}, key


def test_buckets_refuse_requests_without_tls_1_2(assembly: Assembly) -> None:
    policies = assembly.resources("AWS::S3::BucketPolicy")
    assert len(policies) == 3
    for key, policy in policies.items():
        refused = [
            statement["Condition"]
            for statement in policy["Properties"]["PolicyDocument"]["Statement"]
            if statement["Effect"] == "Deny"
        ]
        assert {"Bool": {"aws:SecureTransport": "false"}} in refused, key
        assert {"NumericLessThan": {"s3:TlsVersion": 1.2}} in refused, key


def test_requests_to_the_data_and_page_buckets_are_logged(assembly: Assembly) -> None:
    prefixes = {
        bucket["Properties"]["LoggingConfiguration"]["LogFilePrefix"]
        for bucket in assembly.resources("AWS::S3::Bucket").values()
        if "LoggingConfiguration" in bucket["Properties"]
    }
    assert prefixes == {"data/", "site/"}


def test_only_s3_may_write_access_logs_of_these_buckets(assembly: Assembly) -> None:
    (policy,) = [
        resource["Properties"]["PolicyDocument"]
        for key, resource in assembly.resources("AWS::S3::BucketPolicy", "storage").items()
        if "LogBucket" in key
    ]
    writers = [one for one in policy["Statement"] if one["Action"] == "s3:PutObject"]
    assert len(writers) == 2
    for writer in writers:
        assert writer["Principal"] == {"Service": "logging.s3.amazonaws.com"}
        assert writer["Condition"]["ArnEquals"]["aws:SourceArn"]
        assert writer["Condition"]["StringEquals"]["aws:SourceAccount"]


def test_access_logs_expire(assembly: Assembly) -> None:
    (rules,) = [
        bucket["Properties"]["LifecycleConfiguration"]["Rules"]
        for key, bucket in assembly.resources("AWS::S3::Bucket", "storage").items()
        if "LogBucket" in key
    ]
    assert all("ExpirationInDays" in rule for rule in rules)


def test_unneeded_objects_expire(assembly: Assembly) -> None:
    (rules,) = [
        bucket["Properties"]["LifecycleConfiguration"]["Rules"]
        for key, bucket in assembly.resources("AWS::S3::Bucket", "storage").items()
        if "DataBucket" in key
    ]
    expiring = [rule for rule in rules if "ExpirationInDays" in rule]
    retired, checkpoints, captured, feedback, scoring = expiring
    assert retired["TagFilters"] == [{"Key": "state", "Value": "retired"}]
    assert "TagFilters" not in checkpoints
    assert checkpoints["Prefix"] == "checkpoints/"
    assert checkpoints["ExpirationInDays"] == 7
    assert checkpoints["NoncurrentVersionExpiration"] == {"NoncurrentDays": 1}
    assert (captured["Prefix"], captured["ExpirationInDays"]) == ("captured/", 30)
    assert (feedback["Prefix"], feedback["ExpirationInDays"]) == ("feedback/20", 365)
    assert feedback["NoncurrentVersionExpiration"] == {"NoncurrentDays": 1}
    assert (scoring["Prefix"], scoring["ExpirationInDays"]) == ("scoring/", 7)
    assert all(rule["Status"] == "Enabled" for rule in rules)


def test_buckets_of_dev_are_deleted_and_those_of_prod_kept(dev: Assembly, prod: Assembly) -> None:
    assert {
        bucket["DeletionPolicy"] for bucket in dev.resources("AWS::S3::Bucket", "storage").values()
    } == {"Delete"}
    assert len(dev.resources("Custom::S3AutoDeleteObjects", "storage")) == 2
    assert policies(prod, "AWS::S3::Bucket") == policies(prod, "AWS::S3::BucketPolicy") == {KEPT}
    assert prod.resources("Custom::S3AutoDeleteObjects", "storage") == {}


def policies(assembly: Assembly, kind: str) -> set[tuple[str, str]]:
    """Return the deletion and replacement policies of the storage stack's resources of a type."""
    found = assembly.resources(kind, "storage").values()
    return {(one["DeletionPolicy"], one["UpdateReplacePolicy"]) for one in found}


def test_a_failed_creation_keeps_nothing(assembly: Assembly) -> None:
    """With `Retain`, buckets and keys would stay behind and block the next deployment.

    The account's log role stays, because the account's setting still names it. Its name is
    generated, so it blocks nothing.
    """
    for stack in STACKS:
        for name, resource in assembly.template(stack)["Resources"].items():
            if not name.startswith("PredictApiAccountLogRole"):
                assert resource.get("DeletionPolicy") in {None, "Delete", KEPT[0]}, name


def test_buckets_are_empty_until_everything_else_is_created(assembly: Assembly) -> None:
    """CloudFormation cannot roll a bucket back that has files in it."""
    resources = assembly.template("storage")["Resources"]
    ((copy, _),) = assembly.resources("Custom::CDKBucketDeployment", "storage").items()
    needed = set(dependencies(resources, copy.removeprefix("storage/")))
    for name, resource in resources.items():
        if resource["Type"] not in COPYING:
            assert name in needed, name


def dependencies(resources: dict[str, Resource], name: str) -> Iterator[str]:
    """Yield a resource and what CloudFormation creates before it."""
    yield name
    resource = resources[name]
    text = json.dumps(resource["Properties"])
    others = [other for other in resources if f'"{other}"' in text]
    for other in {*others, *resource.get("DependsOn", [])} - {name}:
        yield from dependencies(resources, other)


def test_what_prod_keeps_refers_to_nothing_else(prod: Assembly, tmp_path: Path) -> None:
    """A new stack imports it alone, as a separate template."""
    resources = prod.template("storage")["Resources"]
    kept = {name: one for name, one in resources.items() if one.get("DeletionPolicy") == KEPT[0]}
    assert Counter(one["Type"] for one in kept.values()) == {
        "AWS::KMS::Key": 3, "AWS::S3::Bucket": 2, "AWS::S3::BucketPolicy": 2,
    }  # fmt: skip
    file = tmp_path / "kept.template.json"
    file.write_text(json.dumps({"Resources": kept}))
    lint = [LINT, "--ignore-checks", "W", "--", str(file)]
    assert subprocess.run(lint, capture_output=True, text=True, check=False).stdout == ""


@pytest.mark.parametrize(("environment", "protected"), [("dev", False), ("prod", True)])
def test_only_a_kept_stack_is_protected_and_only_on_request(
    environment: str, monkeypatch: pytest.MonkeyPatch, *, protected: bool
) -> None:
    """The CDK CLI protects a stack before it creates it, and cannot replace a protected one."""
    assert protection(environment) is False
    monkeypatch.setenv(PROTECTION, "true")
    assert protection(environment) is protected


def protection(environment: str) -> bool:
    """Return whether the storage stack gets termination protection."""
    application = App(context=context(environment), analytics_reporting=False)
    compose(application, read_settings(application.node.get_all_context()))
    (stack,) = (one for one in application.node.children if one.node.id.endswith("-storage"))
    return bool(cast("Stack", stack).termination_protection)


def test_the_dataset_is_copied_under_its_content_hash(assembly: Assembly) -> None:
    copy = assembly.only("Custom::CDKBucketDeployment", "storage")
    assert copy["Prune"] is False
    prefix, digest = copy["DestinationBucketKeyPrefix"].split("/")
    assert prefix == "datasets"
    channels = assembly.only("Custom::TrainingJob")["Channels"]
    assert list(channels) == ["training"]
    assert f"/datasets/{digest}/" in json.dumps(channels["training"])


def test_one_copier_may_copy_every_dataset(tmp_path_factory: pytest.TempPathFactory) -> None:
    """CDK creates one copying function per stack, with the role of the first copy."""
    folder = tmp_path_factory.mktemp("datasets")
    (folder / "test.csv").write_text("text,label\na fine film,1\na dull film,0\n")
    both = synthesize(
        "dev",
        tmp_path_factory.mktemp("two-datasets"),
        {"dataset.testing": str(folder / "test.csv")},
    )
    copies = both.resources("Custom::CDKBucketDeployment", "storage").values()
    prefixes = {copy["Properties"]["DestinationBucketKeyPrefix"] for copy in copies}
    assert len(prefixes) == 2
    (function,) = [
        resource
        for key, resource in both.resources("AWS::Lambda::Function", "storage").items()
        if "CDKBucketDeployment" in key
    ]
    role = function["Properties"]["Role"]["Fn::GetAtt"][0]
    policies = both.template("storage")["Resources"][role]["Properties"]["Policies"]
    assert '"/datasets/*"' in json.dumps(policies)
    assert sorted(both.only("Custom::TrainingJob")["Channels"]) == ["testing", "training"]
