"""Keys: aliases that CloudFormation does not take from one another."""

from typing import Any

from ministack.services import kms
from ministack.services.cloudformation import provisioners

from local_aws.emulator.patches.cloudformation import Properties

PRIVATE_NAMES = (
    (kms, "_alias_arn", "(alias_name)"),
    (kms, "_aliases", "AccountRegionScopedDict"),
    (provisioners, "_RESOURCE_HANDLERS", "dict"),
)


def apply() -> None:
    """Refuse to create an alias that exists."""
    handler = provisioners._RESOURCE_HANDLERS["AWS::KMS::Alias"]

    def create(logical_id: str, properties: Properties, stack: str) -> Any:
        arn = kms._alias_arn(properties.get("AliasName", ""))
        if arn in kms._aliases:
            raise ValueError(f"An alias with the name {arn} already exists")
        return handler["create"](logical_id, properties, stack)

    provisioners._RESOURCE_HANDLERS["AWS::KMS::Alias"] = {**handler, "create": create}
