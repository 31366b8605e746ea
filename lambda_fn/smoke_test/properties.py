"""The custom resources' properties, refused as a smoke test is."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from resource_properties import PropertyError
from smoke_test.endpoint import SmokeTestError

WHOLE = re.compile(r"[0-9]{1,9}")


def seconds(properties: Mapping[str, Any], name: str) -> float:
    """Return a number of seconds, which CloudFormation hands over as a text.

    Raises:
        PropertyError: when it is missing or something else.
    """
    value = properties.get(name)
    if not isinstance(value, str) or not WHOLE.fullmatch(value):
        raise PropertyError(name, value, "a number of seconds")
    return float(value)


@contextmanager
def refusing() -> Iterator[None]:
    """Raise what is wrong with a property as a SmokeTestError."""
    try:
        yield
    except PropertyError as error:
        raise SmokeTestError(str(error)) from None
