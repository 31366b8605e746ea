"""What instance types ask of other settings."""

import re

from pydantic import ValidationInfo

# Instances with accelerators, and those with AWS's own ARM processors, such as ml.c7g.large
OTHERS = re.compile(r"ml\.(g\d|p\d|trn|inf|[cmrx]\d+g).*")


def image_fits_instance(value: str | None, info: ValidationInfo) -> str | None:
    """Refuse to leave an image to us where the instance needs one that we do not know."""
    instance = str(info.data.get("instance_type", ""))
    if value is None and OTHERS.fullmatch(instance):
        raise ValueError(
            f"the URI of an image for {instance}, since the default one is for x86 processors"
        )
    return value
