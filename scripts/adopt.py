"""Import what a destroyed storage stack has kept into a new stack: `make deploy ADOPT=1`."""

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import botocore.session
from botocore.exceptions import BotoCoreError, ClientError

from scripts import ROOT
from scripts.preflight.assembly import Account
from scripts.synthesis import (
    UNBUNDLED,
    SynthesisError,
    context,
    environments,
    overrides_in,
    synthesize,
)
from stacks.names import Names

KEPT = "RetainExceptOnCreate"
Resources = dict[str, Any]
# The value of each property that identifies a resource for an import
Identifier = dict[str, str]


class AdoptionError(Exception):
    """The kept resources cannot be imported; the message is one line."""


def main(given: Sequence[str] | None = None) -> int:
    """Import the kept resources of an environment unless its storage stack exists.

    Args:
        given: the arguments; by default those of the command line.
    """
    parser = argparse.ArgumentParser(prog="make deploy ADOPT=1", description=__doc__)
    parser.add_argument("--environment", choices=environments(), required=True)
    parser.add_argument("-c", "--context", action="append", default=[], metavar="KEY=VALUE")
    arguments = parser.parse_args(given)
    overrides = overrides_in(arguments.context)
    region = overrides.get("region") or context("")["environments"][arguments.environment]["region"]
    names = Names(arguments.environment, region)
    try:
        mapping = _kept_by(names, overrides)
    except (AdoptionError, SynthesisError, BotoCoreError, ClientError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    if not mapping:
        sys.stdout.write(f"{names.stack('storage')} exists, so there is nothing to adopt\n")
        return 0
    settings = [f"environment={names.environment}", *arguments.context]
    return subprocess.run(  # noqa: S603 - our own command
        ["cdk", "import", names.stack("storage"), "--no-notices", "--force",  # noqa: S607 - on PATH
         *(f"--context={setting}" for setting in settings),
         f"--resource-mapping-inline={json.dumps(mapping)}"],
        cwd=ROOT, check=False, stdin=subprocess.DEVNULL,
    ).returncode  # fmt: skip


def _kept_by(names: Names, overrides: dict[str, str]) -> dict[str, Identifier]:
    """Return the identifiers of what an environment has kept; none if its storage stack exists."""
    synthesized = synthesize([names.environment], {**UNBUNDLED, **overrides})
    resources = synthesized[names.environment]["storage"]["Resources"]
    kept = {name: one for name, one in resources.items() if one.get("DeletionPolicy") == KEPT}
    if not kept:
        raise AdoptionError(
            f"ADOPT=1: {names.environment} keeps nothing after a destroy; omit ADOPT"
        )
    session = botocore.session.get_session()
    if _exists(session.create_client("cloudformation", names.region), names.stack("storage")):
        return {}
    caller = session.create_client("sts", names.region).get_caller_identity()["Account"]
    account = Account(caller, names.region, session.get_partition_for_region(names.region))
    keys = session.create_client("kms", names.region)
    return identifiers(kept, account=account, keys=keys, tags=names.tags)


def identifiers(
    kept: Resources, *, account: Account, keys: Any, tags: Mapping[str, str]
) -> dict[str, Identifier]:
    """Return the identifiers of kept resources, by logical id.

    Args:
        kept: the resources in the template.
        account: the account that owns them.
        keys: client of the Key Management Service.
        tags: the tags of the keys.

    Raises:
        AdoptionError: when a key is missing.
    """
    found: dict[str, Identifier] = {}
    for name, resource in kept.items():
        properties = resource["Properties"]
        match resource["Type"]:
            case "AWS::S3::Bucket":
                found[name] = {"BucketName": _bucket_name(resource, account)}
            case "AWS::S3::BucketPolicy":
                bucket = kept[properties["Bucket"]["Ref"]]
                found[name] = {"Bucket": _bucket_name(bucket, account)}
            case "AWS::SageMaker::ModelPackageGroup":
                found[name] = {"ModelPackageGroupArn": _group_arn(properties, account)}
            case "AWS::KMS::Key":
                found[name] = {"KeyId": _key(keys, properties["Description"], tags)}
    return found


def _exists(cloudformation: Any, stack: str) -> bool:
    """Return whether a stack exists that holds resources."""
    try:
        found = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]
    except ClientError as error:
        if "does not exist" in str(error):
            return False
        raise
    # In these states, the CDK CLI creates the stack again.
    return found["StackStatus"] not in {"REVIEW_IN_PROGRESS", "ROLLBACK_COMPLETE"}


def _bucket_name(bucket: Resources, account: Account) -> str:
    name = account.text(bucket["Properties"]["BucketName"])
    assert name is not None  # noqa: S101 - its only variable is the account
    return name


def _group_arn(group: Mapping[str, Any], account: Account) -> str:
    place = f"arn:{account.partition}:sagemaker:{account.region}:{account.account_id}"
    return f"{place}:model-package-group/{group['ModelPackageGroupName']}"


def _key(keys: Any, description: str, tags: Mapping[str, str]) -> str:
    """Return the id of the newest enabled key with a description and tags."""
    matching = [
        key
        for key in _keys(keys)
        if key["Description"] == description
        and key["KeyState"] == "Enabled"
        and tags.items() <= _tags(keys, key["KeyId"]).items()
    ]
    if not matching:
        raise AdoptionError(
            f"no enabled key has the description {description!r} and the tags "
            f"{', '.join(f'{key}={value}' for key, value in tags.items())}: "
            "cancel its deletion or enable it, and deploy again"
        )
    return str(max(matching, key=lambda key: key["CreationDate"])["KeyId"])


def _keys(keys: Any) -> Iterator[dict[str, Any]]:
    for page in keys.get_paginator("list_keys").paginate():
        for key in page["Keys"]:
            yield keys.describe_key(KeyId=key["KeyId"])["KeyMetadata"]


def _tags(keys: Any, key: str) -> dict[str, str]:
    found = keys.list_resource_tags(KeyId=key)["Tags"]
    return {tag["TagKey"]: tag["TagValue"] for tag in found}


if __name__ == "__main__":
    sys.exit(main())
