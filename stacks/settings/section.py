"""What every section of the settings is."""

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """Settings that belong together; immutable, and no others than the declared ones."""

    model_config = ConfigDict(frozen=True, extra="forbid")
