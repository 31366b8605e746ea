"""A custom resource's properties, checked one by one, and the failure of its test."""

import math
import re
from collections.abc import Mapping
from typing import Any

Properties = Mapping[str, Any]
# CloudFormation accepts responses of up to 4 KB, and CDK's framework adds a stack trace. A model
# may answer with a whole traceback, and in some languages with three bytes for each letter.
MOST_BYTES = 2000
LONGEST_REASON = 1000  # for the model registry, which accepts 1,024 characters
SHOWN_CHARACTERS = 100
WHOLE_PERCENT = 100
WHOLE = re.compile(r"[0-9]{1,9}")


def in_one_line(reason: str) -> str:
    """Return a reason on one line, cut to what CloudFormation accepts."""
    line = " ".join(reason.split())
    return line.encode(errors="replace")[:MOST_BYTES].decode(errors="ignore")


class FailedTestError(Exception):
    """A test that failed; CloudFormation shows the message."""

    def __init__(self, reason: str) -> None:
        """Put the reason on one line and cut it to what CloudFormation accepts."""
        super().__init__(in_one_line(reason)[:LONGEST_REASON])


class PropertyError(ValueError):
    """A property that is missing or wrong; CloudFormation shows the message."""

    def __init__(self, name: str, value: object, needed: str) -> None:
        """Refuse the property `name`; `needed` describes a valid value."""
        shown = "missing" if value is None else repr(value)[:SHOWN_CHARACTERS]
        super().__init__(f"The property {name} is {shown}; it must be {needed}")


def text(properties: Properties, name: str) -> str:
    """Return a non-empty string.

    Raises:
        PropertyError: when the property is missing or not such a string.
    """
    value = properties.get(name)
    if not isinstance(value, str) or not value:
        raise PropertyError(name, value, "a non-empty string")
    return value


def optional_text(properties: Properties, name: str) -> str | None:
    """Return a non-empty string, or None when the property is missing."""
    return text(properties, name) if name in properties else None


def whole(properties: Properties, name: str) -> int:
    """Return a whole number above 0, which CloudFormation passes as a string.

    Raises:
        PropertyError: when the property is missing or not such a number.
    """
    value = properties.get(name)
    if not isinstance(value, str) or not WHOLE.fullmatch(value) or value.startswith("0"):
        raise PropertyError(name, value, "a whole number above 0")
    return int(value)


def seconds(properties: Properties, name: str) -> float:
    """Return a number of seconds, which CloudFormation passes as a string.

    Raises:
        PropertyError: when the property is missing or not such a number.
    """
    value = properties.get(name)
    if not isinstance(value, str) or not WHOLE.fullmatch(value):
        raise PropertyError(name, value, "a whole number of seconds")
    return float(value)


def percent(properties: Properties, name: str) -> int:
    """Return a whole number from 0 to 100, which CloudFormation passes as a string.

    Raises:
        PropertyError: when the property is missing or not such a number.
    """
    value = properties.get(name)
    if not isinstance(value, str) or not WHOLE.fullmatch(value) or int(value) > WHOLE_PERCENT:
        raise PropertyError(name, value, f"a whole number from 0 to {WHOLE_PERCENT}")
    return int(value)


def share(properties: Properties, name: str) -> float:
    """Return a number from 0 to 1, which CloudFormation passes as a string.

    Raises:
        PropertyError: when the property is missing or not such a number.
    """
    value = properties.get(name)
    try:
        number = float(value) if isinstance(value, str) else math.nan
    except ValueError:
        number = math.nan
    if not 0 <= number <= 1:  # refuses NaN as well
        raise PropertyError(name, value, "a number from 0 to 1")
    return number


def texts(properties: Properties, name: str) -> dict[str, str]:
    """Return a map of strings.

    Raises:
        PropertyError: when the property is missing or not such a map.
    """
    value = properties.get(name)
    if not isinstance(value, Mapping) or not all(isinstance(one, str) for one in value.values()):
        raise PropertyError(name, value, "a map of strings")
    return {str(key): one for key, one in value.items()}


def optional_texts(properties: Properties, name: str) -> dict[str, str]:
    """Return a map of strings, empty when the property is missing."""
    return texts(properties, name) if name in properties else {}


def listed(properties: Properties, name: str) -> tuple[str, ...]:
    """Return a list of strings, empty when the property is missing.

    Raises:
        PropertyError: when the property is not such a list.
    """
    value = properties.get(name, [])
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise PropertyError(name, value, "a list of strings")
    return tuple(value)
