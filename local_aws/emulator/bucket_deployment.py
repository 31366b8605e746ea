"""Handler of CDK's BucketDeployment, which on AWS runs the AWS CLI from a Lambda layer."""

import fnmatch
import json
import mimetypes
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import boto3

from local_aws.credentials import ACCOUNT_KEYS, AssumeRole, Credentials
from local_aws.emulator.asset_zip import members
from local_aws.emulator.patches.cloudformation import Created, Properties, ResourceHandler

# The function waits for 13 minutes.
TOO_SLOW = (
    "Unable to confirm that cache invalidation was successful. This may be a CloudFront regression "
    "as reported in https://github.com/aws/aws-cdk/issues/15891"
)
SYSTEM_METADATA = {
    "content-type": "ContentType",
    "cache-control": "CacheControl",
    "content-disposition": "ContentDisposition",
    "content-encoding": "ContentEncoding",
    "content-language": "ContentLanguage",
}


def bucket_deployment(
    url: str, region: str, assume: AssumeRole | None = None, *, slow_invalidations: bool = False
) -> ResourceHandler:
    """Return the handler of Custom::CDKBucketDeployment.

    Args:
        url: URL of the embedded AWS.
        region: its region.
        assume: returns the keys of the role of CDK's function; None for the account's keys.
        slow_invalidations: whether CloudFront takes longer than the function waits.
    """
    client_of = _clients(url, region, assume)

    def s3_of(properties: Properties) -> Any:
        return client_of("s3", properties)

    def deploy(properties: Properties) -> dict[str, Any]:
        data = _deploy(s3_of(properties), properties)
        _invalidate(client_of, properties, slow=slow_invalidations)
        return data

    def create(_logical_id: str, properties: Properties, _stack: str) -> Created:
        return f"aws.cdk.s3deployment.{uuid.uuid4()}", deploy(properties)

    def update(physical_id: str, old: Properties, new: Properties, _stack: str) -> Created:
        if _destination(old) != _destination(new) and not _retained(new):
            empty(old)
        return physical_id, deploy(new)

    def delete(_physical_id: str, properties: Properties) -> None:
        if not _retained(properties):
            empty(properties)
        _invalidate(client_of, properties, slow=slow_invalidations)

    def empty(properties: Properties) -> None:
        s3 = s3_of(properties)
        for key in _keys(s3, properties):
            s3.delete_object(Bucket=properties["DestinationBucketName"], Key=key)

    return {"create": create, "update": update, "delete": delete}


def _clients(url: str, region: str, assume: AssumeRole | None) -> Callable[[str, Properties], Any]:
    """Return a function that makes a service's client with the role of a resource's function."""

    def client(service: str, credentials: Credentials) -> Any:
        return boto3.client(service, region_name=region, endpoint_url=url, **credentials.arguments)

    def client_of(service: str, properties: Properties) -> Any:
        if assume is None:
            return client(service, ACCOUNT_KEYS)
        function = client("lambda", ACCOUNT_KEYS).get_function_configuration(
            FunctionName=properties["ServiceToken"]
        )
        return client(service, assume(str(function["Role"])))

    return client_of


def _deploy(s3: Any, properties: Properties) -> dict[str, Any]:
    bucket, prefix = properties["DestinationBucketName"], _prefix(properties)
    metadata = {
        SYSTEM_METADATA[key]: value
        for key, value in properties.get("SystemMetadata", {}).items()
        if key in SYSTEM_METADATA
    }
    written = set()
    for name, content in _files(s3, properties):
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        s3.put_object(
            Bucket=bucket, Key=prefix + name, Body=content, **{"ContentType": kind, **metadata}
        )
        written.add(prefix + name)
    if _true(properties.get("Prune", True)):
        for key in _keys(s3, properties):
            if key not in written and _selected(key.removeprefix(prefix), properties):
                s3.delete_object(Bucket=bucket, Key=key)
    return {
        "DestinationBucketArn": f"arn:aws:s3:::{bucket}",
        "SourceObjectKeys": properties["SourceObjectKeys"],
    }


def _invalidate(
    client_of: Callable[[str, Properties], Any], properties: Properties, *, slow: bool
) -> None:
    """Empty the cache of the distribution, if there is one.

    Raises:
        TimeoutError: when CloudFront takes longer than CDK's function waits.
    """
    if not properties.get("DistributionId"):
        return
    paths = properties.get("DistributionPaths", [f"/{_prefix(properties)}*"])
    client_of("cloudfront", properties).create_invalidation(
        DistributionId=properties["DistributionId"],
        InvalidationBatch={
            "Paths": {"Quantity": len(paths), "Items": paths},
            "CallerReference": str(uuid.uuid4()),
        },
    )
    if slow and _waits(properties):
        raise TimeoutError(TOO_SLOW)


def _waits(properties: Properties) -> bool:
    """Return whether the function waits until the invalidation has ended.

    CloudFormation sends false as a string, which the function of CDK 2.275 treats as true.
    """
    return str(properties.get("WaitForDistributionInvalidation", True)) != ""


def _read(s3: Any, bucket: str, key: str) -> bytes:
    try:
        content: bytes = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    except s3.exceptions.NoSuchKey:
        raise FileNotFoundError(f"the source s3://{bucket}/{key} does not exist") from None
    return content


def _files(s3: Any, properties: Properties) -> Iterator[tuple[str, bytes]]:
    """Yield the files of all sources, with deploy-time values in place of their markers."""
    names, keys = properties["SourceBucketNames"], properties["SourceObjectKeys"]
    markers = properties.get("SourceMarkers") or [{} for _ in keys]
    configs = properties.get("SourceMarkersConfig") or [{} for _ in keys]
    for bucket, key, values, config in zip(names, keys, markers, configs, strict=True):
        content = _read(s3, bucket, key)
        if not _true(properties.get("Extract", True)):
            yield key.rpartition("/")[2], content
            continue
        for name, packed in members(content, f"s3://{bucket}/{key}"):
            if _selected(name, properties):
                yield name, _fill(packed, values, config)


def _fill(content: bytes, values: dict[str, str], config: dict[str, Any]) -> bytes:
    for marker, value in values.items():
        filled = json.dumps(value)[1:-1] if _true(config.get("jsonEscape", False)) else value
        content = content.replace(marker.encode(), filled.encode())
    return content


def _selected(name: str, properties: Properties) -> bool:
    excluded = any(fnmatch.fnmatch(name, pattern) for pattern in properties.get("Exclude", []))
    included = any(fnmatch.fnmatch(name, pattern) for pattern in properties.get("Include", []))
    return included or not excluded


def _keys(s3: Any, properties: Properties) -> list[str]:
    pages = s3.get_paginator("list_objects_v2").paginate(
        Bucket=properties["DestinationBucketName"], Prefix=_prefix(properties)
    )
    return [item["Key"] for page in pages for item in page.get("Contents", [])]


def _destination(properties: Properties) -> tuple[str, str]:
    return str(properties["DestinationBucketName"]), _prefix(properties)


def _retained(properties: Properties) -> bool:
    return _true(properties.get("RetainOnDelete", True))


def _prefix(properties: Properties) -> str:
    prefix = str(properties.get("DestinationBucketKeyPrefix", "")).strip("/")
    return f"{prefix}/" if prefix else ""


def _true(value: object) -> bool:
    return str(value).lower() == "true"
