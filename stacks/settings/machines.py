"""SageMaker's instance types and their constraints on other settings."""

import json
import re
from collections.abc import Callable
from difflib import get_close_matches
from functools import cache
from pathlib import Path

from pydantic import ValidationInfo

from stacks.settings.images import SCIKIT_LEARN

# `make tables` writes it from the AWS SDK.
TABLE = Path(__file__).with_name("instance_types.json")
# Instances with accelerators, and those with AWS's own ARM processors, such as ml.c7g.large
OTHERS = re.compile(r"ml\.(g\d|p\d|trn|inf|[cmrx]\d+g).*")


@cache
def _known() -> dict[str, list[str]]:
    table: dict[str, list[str]] = json.loads(TABLE.read_text("utf-8"))
    return table


def instance_exists(use: str) -> Callable[[str], str]:
    """Return a check that an instance type exists for `training`, `endpoint` or `transform`."""

    def check(value: str) -> str:
        known = _known()[use]
        if value not in known:
            near = " or ".join(get_close_matches(value, known, n=2)) or "ml.m5.large"
            raise ValueError(
                f"one of the {len(known)} instance types for {use} that {TABLE.name} lists, "
                f"such as {near}"
            )
        return value

    return check


def image_fits_instance(value: str | None, info: ValidationInfo) -> str | None:
    """Require an image for instances that the default image does not support."""
    instance = str(info.data.get("instance_type", ""))
    if value in {None, SCIKIT_LEARN} and OTHERS.fullmatch(instance):
        raise ValueError(
            f"the URI of an image for {instance}, since the default one is for x86 processors"
        )
    return value
