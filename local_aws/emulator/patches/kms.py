"""Keys: AWS's own keys of an account, and aliases that stacks do not take from one another."""

import json
from typing import Any

from ministack.services import kms
from ministack.services.cloudformation import provisioners

from local_aws.emulator.patches.cloudformation import Properties

PRIVATE_NAMES = (
    (kms, "_alias_arn", "(alias_name)"),
    (kms, "_aliases", "AccountRegionScopedDict"),
    (kms, "_arn", "(key_id)"),
    (kms, "_create_alias", "(data)"),
    (kms, "_create_key", "(data)"),
    (kms, "_key_metadata", "(rec)"),
    (provisioners, "_RESOURCE_HANDLERS", "dict"),
)
# Prefix of the descriptions of AWS's own keys
OF_AWS = "Key of AWS that protects"


def apply() -> None:
    """Patch ministack."""
    _refuse_taken_aliases()
    _report_managers()


def account_key(service: str) -> str:
    """Return the ARN of the account's key for a service, which its first use creates."""
    alias = f"alias/aws/{service}"
    arn = kms._alias_arn(alias)
    if arn not in kms._aliases:
        _, _, body = kms._create_key({"Description": f"{OF_AWS} {service} objects"})
        key = json.loads(body)["KeyMetadata"]["KeyId"]
        kms._create_alias({"AliasName": alias, "TargetKeyId": key})
    return str(kms._arn(kms._aliases[arn]))


def _report_managers() -> None:
    """Name AWS as the manager of the keys that it created."""
    metadata_of = kms._key_metadata

    def key_metadata(record: dict[str, Any]) -> Any:
        by_aws = record.get("Description", "").startswith(OF_AWS)
        return {**metadata_of(record), **({"KeyManager": "AWS"} if by_aws else {})}

    kms._key_metadata = key_metadata


def _refuse_taken_aliases() -> None:
    """Refuse to create an alias that exists."""
    handler = provisioners._RESOURCE_HANDLERS["AWS::KMS::Alias"]

    def create(logical_id: str, properties: Properties, stack: str) -> Any:
        arn = kms._alias_arn(properties.get("AliasName", ""))
        if arn in kms._aliases:
            raise ValueError(f"An alias with the name {arn} already exists")
        return handler["create"](logical_id, properties, stack)

    provisioners._RESOURCE_HANDLERS["AWS::KMS::Alias"] = {**handler, "create": create}
