"""The settings of an organization's tags."""

import re
from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator

from stacks.settings.error import SettingsError

KEY_CHARACTERS, VALUE_CHARACTERS = 128, 256
# AWS allows 50 on a resource; the application and CDK add some.
MOST_TAGS = 40
ALLOWED = re.compile(r"[\w.:/=+@-]([\w .:/=+@-]*[\w.:/=+@-])?")
RESERVED = ("application", "environment")
CHARACTERS = "letters, digits, spaces inside, and . : / = + - @ _"


class TagSettings(BaseModel):
    """Further tags of every resource, such as `tags.cost-center`: each setting is a tag.

    An empty text, as in `-c tags.cost-center=`, removes the tag.
    Source: https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html
    """

    model_config = ConfigDict(frozen=True, extra="allow")

    @property
    def texts(self) -> dict[str, str]:
        """The tags' keys and values."""
        return dict(self.model_extra or {})

    @model_validator(mode="before")
    @classmethod
    def _are_tags(cls, tags: Any) -> Any:
        if not isinstance(tags, dict):
            return tags
        given = {key: value for key, value in tags.items() if value != ""}
        folded: set[str] = set()
        for key, value in given.items():
            if wrong := _wrong_key(key) or _wrong_value(value):
                raise SettingsError(f"tags.{key}", value, wrong)
            # IAM does not distinguish the case of a role's tag keys.
            if key.lower() in folded:
                raise SettingsError(f"tags.{key}", value, "another tag differs only in case")
            folded.add(key.lower())
        if len(given) > MOST_TAGS:
            raise SettingsError("tags", len(given), f"must be at most {MOST_TAGS} tags")
        return given


def _wrong_key(key: str) -> str | None:
    """Return what a tag's key must be, if it is not."""
    if key.lower().startswith("aws:"):
        return "the prefix aws: is reserved for AWS"
    if key.lower() in RESERVED:
        return f"the application sets {' and '.join(RESERVED)} itself"
    if len(key) > KEY_CHARACTERS or not ALLOWED.fullmatch(key):
        return f"the key must be 1 to {KEY_CHARACTERS} {CHARACTERS}"
    return None


def _wrong_value(value: Any) -> str | None:
    """Return what a tag's value must be, if it is not."""
    if isinstance(value, str) and value.lower().startswith("aws:"):
        return "the prefix aws: is reserved for AWS"
    text = isinstance(value, str) and len(value) <= VALUE_CHARACTERS and ALLOWED.fullmatch(value)
    return None if text else f"must be a text of 1 to {VALUE_CHARACTERS} {CHARACTERS}"
