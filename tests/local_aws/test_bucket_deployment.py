"""CDK's BucketDeployment, whose custom resource the emulator handles itself."""

import io
import zipfile
from contextlib import nullcontext
from typing import Any
from uuid import uuid4

import pytest

from local_aws.emulator.bucket_deployment import bucket_deployment
from local_aws.environment import DEFAULT_REGION, endpoint_url
from tests.local_aws.conftest import Emulator
from tests.local_aws.support.stack import DeployedStack, Stack

ASSETS = "deployment-assets"
SITE = {
    "index.html": b"<!doctype html>",
    "app.mjs": b"export {};",
    "style.css": b"body {}",
    "icon.svg": b"<svg/>",
    "data/blob": bytes(range(256)),
}


@pytest.fixture(scope="module")
def s3(emulator: Emulator) -> Any:
    client = emulator.client("s3")
    client.create_bucket(Bucket=ASSETS)
    return client


@pytest.fixture
def bucket(s3: Any) -> str:
    """An empty bucket for one test."""
    name = f"site-{uuid4().hex}"
    s3.create_bucket(Bucket=name)
    return name


@pytest.fixture
def stack(emulator: Emulator, bucket: str) -> Stack:
    return Stack(emulator, f"stack-{bucket}")


def asset(s3: Any, key: str, files: dict[str, bytes]) -> str:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as zipped:
        for name, content in files.items():
            zipped.writestr(name, content)
    s3.put_object(Bucket=ASSETS, Key=key, Body=archive.getvalue())
    return key


def deploy(stack: Stack, bucket: str, *keys: str, **properties: Any) -> DeployedStack:
    resource = {
        "Type": "Custom::CDKBucketDeployment",
        "Properties": {
            "ServiceToken": "arn:aws:lambda:us-east-1:000000000000:function:cdk",
            "SourceBucketNames": [ASSETS] * len(keys),
            "SourceObjectKeys": list(keys),
            "DestinationBucketName": bucket,
            **properties,
        },
    }
    deployed = stack.deploy({"Files": resource})
    assert deployed.status in {"CREATE_COMPLETE", "UPDATE_COMPLETE"}, deployed.reasons
    return deployed


def contents(s3: Any, bucket: str) -> dict[str, bytes]:
    listed = s3.list_objects_v2(Bucket=bucket).get("Contents", [])
    return {
        item["Key"]: s3.get_object(Bucket=bucket, Key=item["Key"])["Body"].read() for item in listed
    }


def test_unpacks_with_content_types(s3: Any, stack: Stack, bucket: str) -> None:
    deploy(stack, bucket, asset(s3, "site.zip", SITE))
    assert contents(s3, bucket) == SITE
    types = {key: s3.head_object(Bucket=bucket, Key=key)["ContentType"] for key in SITE}
    assert types["index.html"] == "text/html"
    assert types["app.mjs"] in {"text/javascript", "application/javascript"}
    assert types["style.css"] == "text/css"
    assert types["icon.svg"] == "image/svg+xml"
    assert types["data/blob"] in {"application/octet-stream", "binary/octet-stream"}


def test_system_metadata_goes_to_every_file(s3: Any, stack: Stack, bucket: str) -> None:
    key = asset(s3, "cached.zip", {"index.html": b"x"})
    deploy(stack, bucket, key, SystemMetadata={"cache-control": "no-cache"})
    head = s3.head_object(Bucket=bucket, Key="index.html")
    assert (head["CacheControl"], head["ContentType"]) == ("no-cache", "text/html")


def test_deploy_time_values_are_filled_in(s3: Any, stack: Stack, bucket: str) -> None:
    """Source.json_data and Source.data leave them to the deployment."""
    json_key = asset(s3, "config.zip", {"config.json": b'{"api":"<<marker:0>>","max":9}'})
    text_key = asset(s3, "text.zip", {"site.txt": b"<<marker:0>> <<marker:1>>"})
    deploy(
        stack,
        bucket,
        json_key,
        text_key,
        SourceMarkers=[
            {"<<marker:0>>": 'https://"quoted".example'},
            {"<<marker:0>>": "a", "<<marker:1>>": 'b"'},
        ],
        SourceMarkersConfig=[{"jsonEscape": True}, {}],
    )
    assert contents(s3, bucket) == {
        "config.json": b'{"api":"https://\\"quoted\\".example","max":9}',
        "site.txt": b'a b"',
    }


def test_update_prunes_removed_files(s3: Any, stack: Stack, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="of-somebody-else", Body=b"x")
    deploy(stack, bucket, asset(s3, "v1.zip", {"a": b"1", "b": b"1"}), Prune="true")
    deploy(stack, bucket, asset(s3, "v2.zip", {"b": b"2"}), Prune="true")
    assert contents(s3, bucket) == {"b": b"2"}


def test_without_prune_and_under_a_prefix(s3: Any, stack: Stack, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="of-somebody-else", Body=b"x")
    prefix = {"DestinationBucketKeyPrefix": "web/"}
    deploy(stack, bucket, asset(s3, "p1.zip", {"a": b"1"}), Prune="false", **prefix)
    deploy(stack, bucket, asset(s3, "p2.zip", {"b": b"2"}), Prune="false", **prefix)
    assert contents(s3, bucket) == {"of-somebody-else": b"x", "web/a": b"1", "web/b": b"2"}
    deploy(stack, bucket, asset(s3, "p3.zip", {"c": b"3"}), Prune="true", **prefix)
    assert contents(s3, bucket) == {"of-somebody-else": b"x", "web/c": b"3"}


def test_excluded_files_are_neither_written_nor_pruned(s3: Any, stack: Stack, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="config.json", Body=b"by hand")
    key = asset(s3, "x.zip", {"config.json": b"{}", "other.json": b"{}", "index.html": b"i"})
    deploy(stack, bucket, key, Exclude=["*.json"], Include=["other.json"], Prune="true")
    assert contents(s3, bucket) == {
        "config.json": b"by hand",
        "other.json": b"{}",
        "index.html": b"i",
    }


def test_without_extract_the_archive_itself_is_copied(s3: Any, stack: Stack, bucket: str) -> None:
    key = asset(s3, "folder/whole.zip", {"a": b"1"})
    deploy(stack, bucket, key, Extract="false")
    assert list(contents(s3, bucket)) == ["whole.zip"]


@pytest.mark.parametrize(("retain", "left"), [("true", ["a"]), ("false", [])])
def test_deletion_keeps_the_files_by_default(
    s3: Any, stack: Stack, bucket: str, retain: str, left: list[str]
) -> None:
    deploy(stack, bucket, asset(s3, "kept.zip", {"a": b"1"}), RetainOnDelete=retain)
    assert stack.delete() == "DELETE_COMPLETE"
    assert list(contents(s3, bucket)) == left


@pytest.mark.parametrize(("retain", "left"), [("true", ["new/a", "old/a"]), ("false", ["new/a"])])
def test_a_moved_destination(
    s3: Any, stack: Stack, bucket: str, retain: str, left: list[str]
) -> None:
    key = asset(s3, "moved.zip", {"a": b"1"})
    for prefix in ("old", "new"):
        deploy(stack, bucket, key, RetainOnDelete=retain, DestinationBucketKeyPrefix=prefix)
    assert list(contents(s3, bucket)) == left


def test_a_missing_source_fails_the_stack_with_the_reason(emulator: Emulator, bucket: str) -> None:
    stack = Stack(emulator, f"missing-{bucket}")
    with pytest.raises(AssertionError, match=r"the source s3://.* does not exist"):
        deploy(stack, bucket, "not-there.zip")


@pytest.fixture(scope="module")
def distribution(emulator: Emulator) -> str:
    """The id of a distribution."""
    behavior = {"TargetOriginId": "page", "ViewerProtocolPolicy": "allow-all"}
    origin = {"Id": "page", "DomainName": "page.s3.amazonaws.com", "S3OriginConfig": {"OriginAccessIdentity": ""}}  # fmt: skip
    made = emulator.client("cloudfront").create_distribution(
        DistributionConfig={
            "CallerReference": "invalidations", "Comment": "", "Enabled": True,
            "DefaultCacheBehavior": behavior, "Origins": {"Quantity": 1, "Items": [origin]},
        }
    )  # fmt: skip
    return str(made["Distribution"]["Id"])


@pytest.mark.parametrize(
    ("waits", "fails"),
    [({}, True), ({"WaitForDistributionInvalidation": "false"}, True), ({"WaitForDistributionInvalidation": ""}, False)],
)  # fmt: skip
def test_a_slow_invalidation_fails_a_deployment_that_waits(
    emulator: Emulator, s3: Any, bucket: str, distribution: str, waits: dict[str, str], fails: bool  # noqa: FBT001
) -> None:  # fmt: skip
    slow = bucket_deployment(
        endpoint_url(emulator.port), DEFAULT_REGION, slow_invalidations=True
    )["create"]  # fmt: skip
    copied = {
        "SourceBucketNames": [ASSETS],
        "SourceObjectKeys": [asset(s3, "slow.zip", {"index.html": b"new"})],
        "DestinationBucketName": bucket,
    }
    slow("Files", copied, "stack")
    expected = pytest.raises(TimeoutError, match="issues/15891") if fails else nullcontext()
    with expected:
        slow("Files", {**copied, "DistributionId": distribution, **waits}, "stack")
    listed = emulator.client("cloudfront").list_invalidations(DistributionId=distribution)
    assert listed["InvalidationList"]["Quantity"] > 0
