"""CloudFormation handlers of recorded resources that ministack does not know."""

import uuid

from local_aws.emulator.patches.cloudformation import (
    Created,
    Properties,
    ResourceHandler,
    known_resources,
)
from local_aws.emulator.recorded import RECORDED


def recorded_resources() -> dict[str, ResourceHandler]:
    """Return resource type to handler, for the recorded types that ministack lacks."""
    return {kind: _recorded() for kind in RECORDED.keys() - known_resources()}


def _recorded() -> ResourceHandler:
    def create(logical_id: str, _properties: Properties, stack: str) -> Created:
        physical_id = f"{stack}-{logical_id}-{uuid.uuid4().hex[:8]}"
        return physical_id, {"Id": physical_id, "Arn": physical_id}

    def update(physical_id: str, _old: Properties, _new: Properties, _stack: str) -> Created:
        return physical_id, {"Id": physical_id, "Arn": physical_id}

    def delete(_physical_id: str, _properties: Properties) -> None:
        """There is nothing to delete."""

    return {"create": create, "update": update, "delete": delete}
