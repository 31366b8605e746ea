"""The settings of the buckets."""

from typing import Annotated, Literal

from pydantic import Field

from stacks.settings.types import Section, Whole


class StorageSettings(Section):
    """The buckets.

    Attributes:
        removal: whether destroying the stacks empties and deletes the buckets or keeps them.
        artifact_expiry_days: age at which artifacts of replaced models expire.
    """

    removal: Literal["destroy", "retain"]
    artifact_expiry_days: Annotated[Whole, Field(ge=1, le=3650)] = 90
