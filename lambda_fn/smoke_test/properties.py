"""The custom resources' properties one by one: read, or refused in a line that names them."""

import math
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


def share(properties: Mapping[str, Any], name: str) -> float:
    """Return a number from 0 to 1, which CloudFormation hands over as a text.

    Raises:
        SmokeTestError: when it is missing or something else.
    """
    value = properties.get(name)
    try:
        number = float(value) if isinstance(value, str) else math.nan
    except ValueError:
        number = math.nan
    if not 0 <= number <= 1:  # which NaN is not, either
        raise _refusal(name, value, "a number from 0 to 1")
    return number


def texts(properties: Mapping[str, Any], name: str) -> dict[str, str]:
    """Return name to text.

    Raises:
        SmokeTestError: when it is missing or something else.
    """
    value = properties.get(name)
    if not isinstance(value, Mapping) or not all(isinstance(one, str) for one in value.values()):
        raise _refusal(name, value, "a map of texts")
    return {str(key): one for key, one in value.items()}


def _refusal(name: str, value: object, needed: str) -> SmokeTestError:
    shown = "missing" if value is None else repr(value)
    return SmokeTestError(f"The property {name} is {shown}; {needed} is needed")
