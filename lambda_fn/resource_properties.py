"""Custom resources' properties one by one: read, or refused in a line that names them."""

import math
import re
from collections.abc import Mapping
from typing import Any

Properties = Mapping[str, Any]
SHOWN_CHARACTERS = 100
WHOLE = re.compile(r"[1-9][0-9]{0,8}")


class PropertyError(ValueError):
    """A property that is missing or wrong; the text is what CloudFormation shows."""

    def __init__(self, name: str, value: object, needed: str) -> None:
        """Refuse the property `name`; `needed` says in a word what would do."""
        shown = "missing" if value is None else repr(value)[:SHOWN_CHARACTERS]
        super().__init__(f"The property {name} is {shown}; {needed} is needed")


def text(properties: Properties, name: str) -> str:
    """Return a text that is not empty.

    Raises:
        PropertyError: when it is missing or something else.
    """
    value = properties.get(name)
    if not isinstance(value, str) or not value:
        raise PropertyError(name, value, "a text")
    return value


def optional_text(properties: Properties, name: str) -> str | None:
    """Return a text, or None where there is no such property."""
    return text(properties, name) if name in properties else None


def whole(properties: Properties, name: str) -> int:
    """Return a number above 0, which CloudFormation hands over as a text.

    Raises:
        PropertyError: when it is missing or something else.
    """
    value = properties.get(name)
    if not (isinstance(value, str) and WHOLE.fullmatch(value)):
        raise PropertyError(name, value, "a whole number above 0")
    return int(value)


def share(properties: Properties, name: str) -> float:
    """Return a number from 0 to 1, which CloudFormation hands over as a text.

    Raises:
        PropertyError: when it is missing or something else.
    """
    value = properties.get(name)
    try:
        number = float(value) if isinstance(value, str) else math.nan
    except ValueError:
        number = math.nan
    if not 0 <= number <= 1:  # which NaN is not, either
        raise PropertyError(name, value, "a number from 0 to 1")
    return number


def texts(properties: Properties, name: str) -> dict[str, str]:
    """Return name to text.

    Raises:
        PropertyError: when it is missing or something else.
    """
    value = properties.get(name)
    if not isinstance(value, Mapping) or not all(isinstance(one, str) for one in value.values()):
        raise PropertyError(name, value, "a map of texts")
    return {str(key): one for key, one in value.items()}


def optional_texts(properties: Properties, name: str) -> dict[str, str]:
    """Return name to text, nothing where there is no such property."""
    return texts(properties, name) if name in properties else {}


def listed(properties: Properties, name: str) -> tuple[str, ...]:
    """Return texts, none where there is no such property.

    Raises:
        PropertyError: when it is something else than a list of texts.
    """
    value = properties.get(name, [])
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise PropertyError(name, value, "a list of texts")
    return tuple(value)
