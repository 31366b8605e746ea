"""The custom resources' properties one by one: read, or refused in a line that names them."""

import re
from collections.abc import Mapping
from typing import Any

from smoke_test.endpoint import SmokeTestError

WHOLE = re.compile(r"[0-9]{1,9}")


def text(properties: Mapping[str, Any], name: str) -> str:
    """Return a text that is not empty.

    Raises:
        SmokeTestError: when it is missing or something else.
    """
    value = properties.get(name)
    if not isinstance(value, str) or not value:
        raise _refusal(name, value, "a text")
    return value


def seconds(properties: Mapping[str, Any], name: str) -> float:
    """Return a number of seconds, which CloudFormation hands over as a text.

    Raises:
        SmokeTestError: when it is missing or something else.
    """
    value = properties.get(name)
    if not isinstance(value, str) or not WHOLE.fullmatch(value):
        raise _refusal(name, value, "a number of seconds")
    return float(value)


def _refusal(name: str, value: object, needed: str) -> SmokeTestError:
    shown = "missing" if value is None else repr(value)
    return SmokeTestError(f"The property {name} is {shown}; {needed} is needed")
